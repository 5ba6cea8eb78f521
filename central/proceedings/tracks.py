"""The vocabulary of a case's proceedings: who acts, and which tracks run in parallel.

A case doesn't have one state: a decision can be paid, complained about and returned by the post at once. Each
track has its own states and steps (`central.proceedings.steps`). Case tracks begin when the offence is
recorded, decision tracks when a decision is signed.
"""

from enum import StrEnum


class Actor(StrEnum):
    """Who takes a step. `device_user`: người sử dụng thiết bị; `case_officer`: cán bộ thụ lý; `signer`:
    người có thẩm quyền xử phạt; `clerk`: văn thư; `commune`: Công an cấp xã; `treasury`: kho bạc, đơn vị
    thu hộ; `executor`: cơ quan thi hành; `citizen`: the owner or driver."""

    SYSTEM = "system"
    DEVICE_USER = "device_user"
    CASE_OFFICER = "case_officer"
    SIGNER = "signer"
    CLERK = "clerk"
    COMMUNE = "commune"
    TREASURY = "treasury"
    EXECUTOR = "executor"
    CITIZEN = "citizen"


class CaseKind(StrEnum):
    """Kind of a case: only an ordinary one leads to a notice to the registered owner."""

    ORDINARY = "ordinary"
    MILITARY = "military"
    DIPLOMATIC = "diplomatic"
    CLONED_PLATE = "cloned_plate"


class Track(StrEnum):
    """Tracks that run in parallel."""

    # of the case
    CASE = "case"
    RESULT = "result"
    QUALIFICATION = "qualification"
    CLONE = "clone"
    HANDOVER = "handover"
    PERSON = "person"
    NOTICE = "notice"
    PUBLICATION = "publication"
    TRANSFER = "transfer"
    ANSWER = "answer"
    VERIFICATION = "verification"
    ALERT = "alert"
    RECORD = "record"
    EXPLANATION = "explanation"
    DECISION = "decision"
    # of a decision
    FORCE = "force"
    DELIVERY = "delivery"
    PAYMENT = "payment"
    RELIEF = "relief"
    POINTS = "points"
    CONFISCATION = "confiscation"
    SUSPENSION = "suspension"
    COMPLAINT = "complaint"
    COURT = "court"
    ENFORCEMENT = "enforcement"


DECISION_TRACKS = frozenset(
    {
        Track.FORCE,
        Track.DELIVERY,
        Track.PAYMENT,
        Track.RELIEF,
        Track.POINTS,
        Track.CONFISCATION,
        Track.SUSPENSION,
        Track.COMPLAINT,
        Track.COURT,
        Track.ENFORCEMENT,
    }
)
"""Tracks that belong to a decision: an annulled decision keeps its own, a new one starts from the
beginning.
"""

START: dict[Track, str] = {
    Track.CASE: "open",
    Track.RESULT: "unwritten",
    Track.QUALIFICATION: "settled",
    Track.CLONE: "none",
    Track.HANDOVER: "none",
    Track.PERSON: "unknown",
    Track.NOTICE: "none",
    Track.PUBLICATION: "unpublished",
    Track.TRANSFER: "here",
    Track.ANSWER: "waiting",
    Track.VERIFICATION: "idle",
    Track.ALERT: "none",
    Track.RECORD: "none",
    Track.EXPLANATION: "not_open",
    Track.DECISION: "none",
    Track.FORCE: "in_force",
    Track.DELIVERY: "to_send",
    Track.PAYMENT: "not_due",
    Track.RELIEF: "none",
    Track.POINTS: "none",
    Track.CONFISCATION: "none",
    Track.SUSPENSION: "running",
    Track.COMPLAINT: "none",
    Track.COURT: "none",
    Track.ENFORCEMENT: "none",
}
"""The first state of each track."""
