"""Derives the last days that bind a step from the running deadlines."""

from collections.abc import Mapping
from datetime import date

from central.deadlines.rules import Running
from central.proceedings.dossier import Limits
from central.proceedings.tracks import Track

_CODES: dict[str, tuple[str, ...]] = {
    "appearance": ("appearance",),
    "explanation": ("explanation_extended", "explanation"),
    "explanation_oral": ("explanation_oral",),
    "decision": ("decision_complex", "decision_verified", "decision_transferred", "decision"),
    "payment": ("deferral", "instalments", "payment"),
    "complaint": ("complaint",),
    "complaint_second": ("complaint_second",),
    "court": ("court",),
    "enforcement": ("enforcement_restarted", "enforcement"),
}
"""Deadlines that bind each kind of step; at most one of each row runs at a time."""


DEADLINES_OF: dict[Track, tuple[str, ...]] = {
    Track.CASE: ("limitation",),
    Track.NOTICE: ("notice_again", "notice"),
    Track.PUBLICATION: ("publication",),
    Track.PERSON: ("silence",),
    Track.TRANSFER: ("transfer_answer",),
    Track.ANSWER: ("appearance",),
    Track.ALERT: ("alert_lift",),
    Track.RECORD: ("record",),
    Track.EXPLANATION: ("explanation_answer", "explanation_extended", "explanation"),
    Track.DECISION: ("decision_complex", "decision_verified", "decision_transferred", "decision"),
    Track.DELIVERY: ("service", "delivery_electronic", "delivery_returned", "delivery_posting"),
    Track.PAYMENT: ("deferral", "instalments", "payment"),
    Track.RELIEF: ("deferral_answer",),
    Track.POINTS: ("points_deduct",),
    Track.COMPLAINT: (
        "complaint_second",
        "complaint_second_settle_complex",
        "complaint_second_settle",
        "complaint_settle_complex",
        "complaint_settle",
        "complaint_accept",
        "complaint",
    ),
    Track.COURT: ("court",),
    Track.ENFORCEMENT: (
        "enforcement_send",
        "enforcement_salary",
        "enforcement_account",
        "enforcement_info",
        "enforcement_restarted",
        "enforcement",
    ),
}
"""The deadlines that apply to a track, the most urgent kind first."""


def limits_of(found: Mapping[str, Running], limitation: date) -> Limits:
    """The last days of the running deadlines; `limitation` is the case's own, which people may restart."""
    days = {
        name: next((found[code].last_day for code in codes if code in found), None)
        for name, codes in _CODES.items()
    }
    return Limits(limitation=limitation, **days)
