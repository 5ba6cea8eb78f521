"""Which tables with personal data the file for a person concerned is taken from, and why others are not in
it. A test compares both with the register of personal data: a new table must be entered here.
"""

from collections.abc import Mapping
from typing import Literal

EXPORTED: frozenset[str] = frozenset(
    {
        "audit_entry",
        "case_event",
        "case_evidence",
        "case_file",
        "case_party",
        "citizen_attachment",
        "citizen_draft",
        "citizen_opened_notice",
        "citizen_session",
        "citizen_submission",
        "decision",
        "decision_payment",
        "decision_proposal",
        "decision_relief",
        "dispatch",
        "disposal",
        "document",
        "legal_hold",
        "notice_access",
        "notification",
        "offence",
        "offence_change",
        "owner_copy",
        "party",
        "party_fact",
        "payment_difference",
        "payment_message",
        "payment_order",
        "payment_refund",
        "population_answer",
        "proceeding",
        "proceeding_step",
        "registry_answer",
        "watched_plate",
        "withdrawn_case",
    }
)

Why = Literal["staff", "work_of_staff", "same_again", "nobody_findable", "transient", "request"]
"""Why a table is not in the file: it is about staff; it judges the work of staff on a case that is in the
file; it repeats what another part of the file has; nothing in it can be found for one person; it is deleted
within hours or once done; it is the register of these requests.
"""

LEFT_OUT: Mapping[str, Why] = {
    "app_user": "staff",
    "device_user": "staff",
    "search_review": "staff",
    "signer_power": "staff",
    "user_session": "staff",
    "incident": "work_of_staff",
    "known_answer": "work_of_staff",
    "known_answer_result": "work_of_staff",
    "reject_audit": "work_of_staff",
    "second_review": "work_of_staff",
    "media": "same_again",
    "package": "same_again",
    "package_file": "same_again",
    "viewing_copy": "same_again",
    "camera_picture": "nobody_findable",
    "quarantine": "nobody_findable",
    "citizen_code_tries": "nobody_findable",
    "job": "transient",
    "partial_file": "transient",
    "data_request": "request",
}
