"""Requirements of steps, as named questions about a dossier. Each code has a text; see `problem.*` in the
console.
"""

from central.proceedings.dossier import Attempt, Dossier, Residence
from central.proceedings.rows import Condition, Need
from central.proceedings.signers import power_used, signing_problem
from central.proceedings.tracks import CaseKind, Track


def at(track: Track, *states: str) -> Condition:
    """The track is at one of these states."""
    return lambda dossier, _attempt: dossier.is_at(track, *states)


def not_at(track: Track, *states: str) -> Condition:
    """The track is at none of these states."""
    return lambda dossier, _attempt: not dossier.is_at(track, *states)


def power_lacks(problem: str) -> Condition:
    """The signer's power does not fail for this reason."""

    def holds(dossier: Dossier, attempt: Attempt) -> bool:
        book, acts, of_firm = dossier.book, dossier.acts, dossier.organisation
        power = power_used(book, attempt.powers, acts, attempt.day, organisation=of_firm)
        return signing_problem(book, power, acts, attempt.day, organisation=of_firm) != problem

    return holds


def within(limit: str) -> Condition:
    """The day is not after that last day, or the deadline does not run."""

    def holds(dossier: Dossier, attempt: Attempt) -> bool:
        last = getattr(dossier.limits, limit)
        return last is None or attempt.day <= last

    return holds


def over(limit: str) -> Condition:
    """That last day is before today."""

    def holds(dossier: Dossier, attempt: Attempt) -> bool:
        last = getattr(dossier.limits, limit)
        return last is not None and attempt.today > last

    return holds


def _answered_or_late(dossier: Dossier, attempt: Attempt) -> bool:
    return not dossier.is_at(Track.ANSWER, "waiting", "silent", "in_session", "returned") or over(
        "appearance"
    )(dossier, attempt)


def _two_people(dossier: Dossier, _attempt: Attempt) -> bool:
    people = {dossier.operator_id, dossier.officer_id}
    return None not in people and len(people) == 2


def _paid(dossier: Dossier, _attempt: Attempt) -> bool:
    return dossier.money.owed == 0


def _commune_may(dossier: Dossier, attempt: Attempt) -> bool:
    if attempt.detail.get("to") != "commune":
        return True
    return all(dossier.book.in_list("commune", act.article) for act in dossier.acts)


def _relief_open(dossier: Dossier, attempt: Attempt) -> bool:
    return attempt.detail.get("relief") in dossier.relief_open


CASE_OPEN = Need("case_closed", at(Track.CASE, "open"))
ORDINARY = Need("not_ordinary", lambda dossier, _: dossier.kind is CaseKind.ORDINARY)
SPECIAL = Need("not_special", lambda dossier, _: dossier.kind in (CaseKind.MILITARY, CaseKind.DIPLOMATIC))
DEVICE_VALID = Need("device_not_valid", lambda dossier, _: dossier.device_valid)
NAMED_USER = Need("not_named_for_device", lambda dossier, attempt: attempt.person in dossier.device_users)
NOT_OPERATOR = Need("same_person", lambda dossier, attempt: attempt.person not in (None, dossier.operator_id))
NOT_PROPOSER = Need("same_person", lambda dossier, attempt: attempt.person != dossier.requalified_by)
ACT_SETTLED = Need("requalification_open", at(Track.QUALIFICATION, "settled"))
NOT_DECIDER = Need("same_person", lambda dossier, attempt: attempt.person != dossier.decided_by)
TWO_PEOPLE = Need("two_people", _two_people)
RESULT_WRITTEN = Need("no_result", at(Track.RESULT, "written"))
OWNER_KNOWN = Need("owner_unknown", lambda dossier, _: dossier.owner_known)
NOT_CLONED = Need(
    "plate_suspected",
    lambda dossier, _: not dossier.plate_watched and dossier.is_at(Track.CLONE, "none", "cleared"),
)
HANDLED_HERE = Need("handed_over", at(Track.TRANSFER, "here", "accepted"))
COMMUNE_MAY = Need("act_not_listed", _commune_may)
LIVES_ELSEWHERE = Need("lives_here", lambda dossier, _: dossier.residence is not Residence.HERE)
VIOLATOR_KNOWN = Need("violator_unknown", lambda dossier, _: dossier.violator_known)
IDENTIFIED = Need("violator_unknown", at(Track.PERSON, "identified"))
NOT_IDENTIFIED = Need("violator_identified", not_at(Track.PERSON, "identified"))
ANSWERED = Need("owner_not_heard", _answered_or_late)
NOT_VERIFYING = Need("verification_running", not_at(Track.VERIFICATION, "running"))
NO_RECORD = Need("record_made", at(Track.RECORD, "none"))
RECORD_CONFIRMED = Need("record_not_signed", at(Track.RECORD, "signed", "unsigned"))
RECORD_MADE = Need("no_record", not_at(Track.RECORD, "none"))
EXPLANATION_CLOSED = Need("explanation_open", at(Track.EXPLANATION, "not_open", "given", "over"))
NOT_DECIDED = Need("decided", not_at(Track.DECISION, "signed", "no_sanction"))
DECIDED = Need("not_decided", at(Track.DECISION, "signed"))
LIMITATION_OPEN = Need("limitation_over", within("limitation"))
DECISION_TIME_OPEN = Need("decision_time_over", within("decision"))
LIMITATION_OVER = Need("limitation_open", over("limitation"))
DECISION_TIME_OVER = Need("decision_time_open", over("decision"))
SIGNER_POWER = tuple(
    Need(code, power_lacks(code))
    for code in ("no_power", "above_limit", "points_above_power", "act_not_listed")
)
OF_ONE_PERSON = frozenset(need.code for need in (NOT_OPERATOR, NAMED_USER, *SIGNER_POWER))
"""Problems that another person at the same desk would not have."""
IN_FORCE = Need("not_in_force", at(Track.FORCE, "in_force", "corrected"))
DELIVERED = Need("not_delivered", at(Track.DELIVERY, "delivered"))
NOT_SUSPENDED = Need("suspended", at(Track.SUSPENSION, "running"))
NOT_PAID = Need("paid", not_at(Track.PAYMENT, "paid"))
FULLY_PAID = Need("not_paid", _paid)
PAYMENT_OVER = Need("payment_open", over("payment"))
RELIEF_OPEN = Need("relief_not_open", _relief_open)
WITHIN_PAYMENT = Need("payment_over", within("payment"))
WITHIN_COMPLAINT = Need("complaint_over", within("complaint"))
WITHIN_SECOND = Need("complaint_over", within("complaint_second"))
WITHIN_COURT = Need("court_over", within("court"))
WITHIN_EXPLANATION = Need("explanation_over", within("explanation"))
WITHIN_ORAL = Need("explanation_over", within("explanation_oral"))
EXPLANATION_OVER = Need("explanation_open", over("explanation"))
CONFISCATED = Need("confiscation_awaited", not_at(Track.CONFISCATION, "awaited"))
WITHIN_ENFORCEMENT = Need("enforcement_over", within("enforcement"))
ENFORCEMENT_OVER = Need("enforcement_open", over("enforcement"))
TO_ALERT = Need(
    "no_alert_yet",
    lambda dossier, attempt: (
        (
            dossier.is_at(Track.NOTICE, "sent")
            and dossier.is_at(Track.ANSWER, "waiting", "silent")
            and over("appearance")(dossier, attempt)
        )
        or dossier.is_at(Track.PAYMENT, "overdue")
    ),
)
