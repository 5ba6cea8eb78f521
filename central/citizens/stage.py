"""The stage of a case as shown to its owner: one code for the current activity. Pure."""

from central.proceedings.dossier import Dossier
from central.proceedings.tracks import Track

_ENDS = frozenset(
    {"no_sanction", "expired", "time_over", "cancelled", "stopped", "handed_over", "criminal", "unenforced"}
)
_PAYMENT = {
    "paid": "done",
    "refund_due": "refund",
    "refunded": "refunded",
    "overdue": "overdue",
    "due": "to_pay",
    "partly": "to_pay",
}

STAGES = (
    *sorted(_ENDS),
    *dict.fromkeys(_PAYMENT.values()),
    "suspended",
    "decided",
    "explain",
    "deciding",
    "verifying",
    "elsewhere",
    "answer_wanted",
    "answered",
)
"""Every stage code; see `portal.stage.*`."""


def stage_of(dossier: Dossier) -> str:
    """The stage code."""
    if dossier.at(Track.PAYMENT) in ("refund_due", "refunded"):
        return _PAYMENT[dossier.at(Track.PAYMENT)]
    if dossier.at(Track.CASE) in _ENDS:
        return dossier.at(Track.CASE)
    if dossier.is_at(Track.CASE, "executed", "closed"):
        return "done"
    if dossier.is_at(Track.DECISION, "signed"):
        suspended = dossier.is_at(Track.SUSPENSION, "suspended")
        return "suspended" if suspended else _PAYMENT.get(dossier.at(Track.PAYMENT), "decided")
    if not dossier.is_at(Track.RECORD, "none"):
        opens = dossier.is_at(Track.EXPLANATION, "open", "extended", "waived")
        return "explain" if opens else "deciding"
    return _before_record(dossier)


def _before_record(dossier: Dossier) -> str:
    if dossier.is_at(Track.VERIFICATION, "running"):
        return "verifying"
    if not dossier.is_at(Track.TRANSFER, "here"):
        return "elsewhere"
    open_now = dossier.is_at(Track.ANSWER, "waiting", "silent", "in_session", "returned")
    return "answer_wanted" if open_now else "answered"
