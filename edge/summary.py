"""Summary of a replay, in Vietnamese and English, even without findings."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from configs.wording import LANGUAGES, Language
from configs.words import number, say, value_words
from contract.reasons import Reason, Value, reason
from edge.rules.inputs import Finding, Phase

if TYPE_CHECKING:
    from edge.tally import Crossed, Summary

MOST_PHASES = 10
"""With more phases only their number and lengths are given, by colour."""


def told(summary: "Summary") -> list[str]:
    """One line for each item, both languages in it."""
    vi, en = (list(said(summary, language)) for language in LANGUAGES)
    return [f"{one} — {other}" for one, other in zip(vi, en, strict=True)]


def said(summary: "Summary", language: Language) -> Iterator[str]:
    """One line for each item."""
    for told in _reasons(summary, language):
        yield say(told, language)


def _reasons(summary: "Summary", language: Language) -> Iterator[Reason]:
    yield reason("replay.watched", frames=summary.frames, lasted_ms=summary.seconds * 1000)
    yield _vehicles(summary, language)
    for crossed in summary.crossed:
        yield from _crossed(crossed)
    for head, phases in summary.lamps.items():
        yield reason("replay.lamp", head=head, phases=lamp_words(phases, language))
    yield from _undecidable(summary.undecidable, language)
    for name in ("frames_of_wrong_size", "frames_not_alive", "frames_not_read"):
        if frames := summary.counts.get(name, 0):
            yield reason(f"replay.{name}", frames=frames)
    if findings := summary.counts.get("findings_not_proved", 0):
        yield reason("replay.findings_not_proved", findings=findings)


def _vehicles(summary: "Summary", language: Language) -> Reason:
    if not summary.vehicles:
        return reason("replay.no_vehicles")
    most_first = sorted(summary.vehicles.items(), key=lambda item: (-item[1], item[0]))
    kinds = ", ".join(f"{count} {value_words('kind', kind.value, language)}" for kind, count in most_first)
    return reason("replay.vehicles", vehicles=sum(summary.vehicles.values()), kinds=kinds)


def _crossed(crossed: "Crossed") -> Iterator[Reason]:
    total = crossed.along + crossed.against
    if crossed.movement is not None:
        yield reason("replay.left_by", line=crossed.line, movement=crossed.movement, vehicles=total)
        return
    if not total:
        yield reason(f"replay.nobody_{crossed.kind}", line=crossed.line)
        return
    values: dict[str, Value] = {"line": crossed.line, "along": crossed.along, "against": crossed.against}
    yield Reason(code=f"replay.crossed_{crossed.kind}", values=values)
    if crossed.drawn_wrong and crossed.kind in ("stop_line", "lane"):
        code = f"replay.wrong_way_{crossed.kind}"
        yield reason(code, line=crossed.line, against=crossed.against, vehicles=total)


def lamp_words(phases: tuple[Phase, ...], language: Language) -> str:
    """The phases in order with their lengths; ≥ if the start or end was not seen."""
    if not phases:
        return say(reason("replay.lamp_never_told"), language)
    ended = [later.onset_observed for _, later in pairwise(phases)]
    whole = [phase.onset_observed and end for phase, end in zip(phases, [*ended, False], strict=True)]
    if len(phases) <= MOST_PHASES:
        return ", ".join(_phase(*one, language) for one in zip(phases, whole, strict=True))
    lengths: dict[str, list[float]] = defaultdict(list)
    for phase, known in zip(phases, whole, strict=True):
        lengths[phase.colour] += [phase.end - phase.start] if known else []
    return ", ".join(_colour(colour, seen, language) for colour, seen in lengths.items() if seen)


def _phase(phase: Phase, whole: bool, language: Language) -> str:
    least = "" if whole else "≥ "
    colour = value_words("lamp_colour", phase.colour, language)
    return f"{colour} {least}{number(phase.end - phase.start, language, 1)} s"


def _colour(colour: str, lengths: list[float], language: Language) -> str:
    shortest, longest = (number(value, language, 1) for value in (min(lengths), max(lengths)))
    span = shortest if shortest == longest else f"{shortest}–{longest}"
    return f"{len(lengths)} × {value_words('lamp_colour', colour, language)} {span} s"


def _undecidable(findings: tuple[Finding, ...], language: Language) -> Iterator[Reason]:
    groups: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[(finding.rule, *(one.code for one in _why(finding)))].append(finding)
    for (rule, *_), alike in groups.items():
        why = "; ".join(say(one, language) for one in _why(alike[0]))
        yield reason(
            "replay.undecidable", findings=len(alike), rule=rule, why=why[:1000], at_ms=alike[0].t * 1000
        )


def _why(finding: Finding) -> tuple[Reason, ...]:
    """Why it is undecidable: the doubts that prevent a decision, else all reasons."""
    weighty = tuple(doubt for doubt in finding.doubts if doubt.weight != "note")
    return weighty or finding.doubts or finding.reasons
