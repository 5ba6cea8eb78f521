"""Bars of case counts, in the same tones on every page."""

from collections.abc import Mapping

from central.charts import Bar
from central.words.forms import number
from central.words.languages import Language

STATE_TONES: Mapping[str, str] = {
    "recorded": "good",
    "confirmed": "good",
    "rejected": "quiet",
    "refused": "quiet",
    "expired": "bad",
    "owner_mismatch": "warn",
    "disputed": "warn",
}
"""States that are favourable or unfavourable; the others have no tone."""
AGE_TONES = ("good", "good", "warn", "bad", "bad")
"""Tones of the backlog's age classes, the newest first."""


def case_bar(label: str, cases: int, lang: Language, href: str = "", tone: str = "") -> Bar:
    """A bar for a count of cases; `href` is their list."""
    return Bar(label=label, value=cases, told=number(cases, lang), href=href, tone=tone)
