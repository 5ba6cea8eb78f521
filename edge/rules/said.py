"""Reasons, doubts and their values: seconds as whole milliseconds."""

from collections.abc import Iterable
from dataclasses import replace

from contract.reasons import Doubt, Value
from edge.rules.inputs import Finding


def ms(seconds: float) -> int:
    """Seconds in whole milliseconds, the unit of values that end in `_ms`."""
    return round(seconds * 1000)


def note(code: str, **values: Value) -> Doubt:
    """A remark for the reviewer that does not change the decision."""
    return Doubt(code=code, values=values, weight="note", source="rule")


def doubt(code: str, **values: Value) -> Doubt:
    """A doubt that requires an operator's decision."""
    return Doubt(code=code, values=values, weight="doubt", source="rule")


def doubted(finding: Finding, doubts: Iterable[Doubt]) -> Finding:
    """The finding with these doubts added; a violation with such a doubt is left to an operator."""
    decision = "borderline" if finding.decision == "violation" else finding.decision
    return replace(finding, decision=decision, doubts=(*finding.doubts, *doubts))
