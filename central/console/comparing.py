"""The seen vehicle beside the registered one: for each field the same, different, or not compared at all."""

from dataclasses import dataclass
from typing import Literal

from central.cases.models import Case
from central.registry.comparison import Seen, compared
from central.registry.models import RegistryAnswer
from central.registry.service import registered_vehicle
from central.registry.wording import colour_words
from central.words.dictionary import translator, word_or
from central.words.languages import Language
from contract.vehicles import VehicleKind

RowVerdict = Literal["same", "differs", "not_compared"]


@dataclass(frozen=True)
class Row:
    """One field as text; None where a side has no value."""

    field: Literal["plate", "kind", "colour"]
    seen: str | None
    registered: str | None
    verdict: RowVerdict


@dataclass(frozen=True)
class Comparison:
    """Comparison: `match` only if every field was compared and is equal; `partly` if one could not be
    compared.
    """

    rows: tuple[Row, ...]
    verdict: Literal["match", "mismatch", "partly"]


def comparison_of(case: Case, answer: RegistryAnswer | None, language: Language) -> Comparison | None:
    """The comparison for the case; None if the register named no vehicle."""
    registered = registered_vehicle(answer)
    if answer is None or registered is None:
        return None
    t = translator(language)
    seen = Seen(VehicleKind(case.vehicle_kind), case.plate_colour, case.vehicle_colour)  # type: ignore[arg-type]
    differing = {difference["field"] for difference in answer.differences}
    known = compared(seen, registered)

    def verdict(*fields: str) -> RowVerdict:
        if differing & set(fields):
            return "differs"
        return "same" if set(fields) <= known else "not_compared"

    def colour(word: str | None) -> str | None:
        return word_or(language, f"colour.{word}", word) if word else None

    kind = t(f"registered_kind.{registered.kind}")
    rows = (
        Row("plate", case.plate, registered.plate, verdict("plate", "plate_colour")),
        Row("kind", t(f"vehicle.{case.vehicle_kind}"), f"{kind} · {registered.brand}", verdict("kind")),
        Row(
            "colour",
            colour(case.vehicle_colour),
            colour_words(registered.colour, language),
            verdict("colour"),
        ),
    )
    verdicts = {row.verdict for row in rows}
    whole: Literal["match", "mismatch", "partly"] = "match" if verdicts == {"same"} else "partly"
    return Comparison(rows, "mismatch" if "differs" in verdicts else whole)
