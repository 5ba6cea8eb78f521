"""From the deadlines that run to the last days that bind a step."""

from collections.abc import Mapping
from datetime import date

from central.deadlines.rules import Running
from central.proceedings.dossier import Limits

_CODES: dict[str, tuple[str, ...]] = {
    "appearance": ("appearance",),
    "explanation": ("explanation_extended", "explanation"),
    "explanation_oral": ("explanation_oral",),
    "decision": ("decision_complex", "decision_verified", "decision_transferred", "decision"),
    "payment": ("deferral", "instalments", "payment"),
    "complaint": ("complaint",),
    "court": ("court",),
    "enforcement": ("enforcement",),
}
"""Deadlines that bind each kind of step; at most one of a row runs at a time."""


def limits_of(found: Mapping[str, Running], limitation: date) -> Limits:
    """The last days of the deadlines that run; `limitation` is the case's own, which people may restart."""
    days = {
        name: next((found[code].last_day for code in codes if code in found), None)
        for name, codes in _CODES.items()
    }
    return Limits(limitation=limitation, **days)
