"""Times and numbers in written form (CLDR, through Babel); all times in Vietnamese time."""

from datetime import date, datetime

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from central.words.languages import Language, locale_of
from contract.local_time import VIETNAM, local_day

_DONG = {"vi": "đồng", "en": "VND"}
# CLDR's own short Vietnamese form puts the time before the date, which no Vietnamese office does.
_DAY = {"vi": "dd/MM/yyyy", "en": "d MMM yyyy"}


def local_time(moment: datetime, language: Language, *, seconds: bool = False) -> str:
    """`24/11/2026 15:30` in Vietnamese, `24 Nov 2026 15:30` in English."""
    clock = "HH:mm:ss" if seconds else "HH:mm"
    return format_datetime(moment, f"{_DAY[language]} {clock}", tzinfo=VIETNAM, locale=locale_of(language))


def local_clock(moment: datetime) -> str:
    """`15:30`: for a moment known to be within the last hour."""
    return f"{moment.astimezone(VIETNAM):%H:%M}"


def local_date(day: date | datetime, language: Language) -> str:
    """`24/11/2026` or `24 Nov 2026`: a date, or the Vietnamese day of a moment."""
    return format_date(local_day(day), _DAY[language], locale=locale_of(language))


def number(value: float, language: Language, digits: int = 0) -> str:
    """`18.000.000` and `1,84` in Vietnamese, `18,000,000` and `1.84` in English."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, pattern, locale=locale_of(language))


def money(amount: int, language: Language) -> str:
    """`19.000.000 đồng` in Vietnamese, as on its papers; `19,000,000 VND` in English."""
    return f"{number(amount, language)}\N{NO-BREAK SPACE}{_DONG[language]}"


def signed_seconds(value: float, language: Language) -> str:
    """`+0,75 s`, `−1,20 s`: a time before or after the violation."""
    return f"{'−' if value < 0 else '+'}{number(abs(value), language, 2)} s"
