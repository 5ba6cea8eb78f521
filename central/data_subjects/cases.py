"""The cases of a person concerned: evidence, history, register, offence, proceedings, decisions and money,
and who read them.
"""

import json
from typing import Any

from central.audit import breach
from central.audit.purposes import purpose_word
from central.cases import queries as cases
from central.cases.models import Case
from central.copies import service as copies
from central.data_subjects.collecting import Search
from central.data_subjects.masking import OTHER, stated, withheld
from central.dispatches import service as dispatches
from central.offences import service as offences
from central.parties import service as parties
from central.payments import held as payments
from central.proceedings import decisions, money, withdrawal
from central.proceedings import service as proceedings
from central.proceedings.models import Decision
from central.registry import service as registry
from central.registry.models import RegistryAnswer
from central.retention import holds
from central.retention import service as retention
from contract.signing import payload_of

_CASE = (
    "id", "event_id", "state", "reason", "rule", "node_decision", "occurred_at", "received_at", "node",
    "camera", "site", "site_name", "vehicle_kind_seen", "vehicle_kind", "vehicle_colour", "plate_read",
    "plate", "plate_colour", "plate_kind", "plate_confidence", "flags", "owner_match", "notice_due_at",
    "limitation_at", "operator_at", "officer_at", "decision_signed_at",
)  # fmt: skip
_OFFENCE = (
    "number", "act", "law_code", "article", "legal_basis", "act_vi", "act_en", "vehicle_class", "fine_min",
    "fine_max", "points", "confiscation", "plate", "vehicle_kind", "site_name", "occurred_at", "recorded_at",
)  # fmt: skip
_DECISION = (
    "number", "signed_on", "signer_title", "organisation", "fine", "points", "licence_class",
    "confiscation", "circumstances", "pay_within_days", "ended_on", "ended_reason",
)  # fmt: skip


def told_cases(search: Search) -> list[dict[str, Any]]:
    """Every case of the person in full."""
    return [_told(search, case) for case in search.cases]


def _told(search: Search, case: Case) -> dict[str, Any]:
    assert case.id is not None
    session = search.session
    return {
        **stated(case, *_CASE),
        "others": _others(search, case.id),
        "history": _history(search, case.id),
        "evidence": _evidence(search, case.id),
        "masked_copies": [
            stated(row, "name", "copy_sha256", "made_at") for row in copies.of_case(session, case.id)
        ],
        "register": [_registered(search, case, answer) for answer in registry.of_case(session, case.id)],
        "offence": _offence(search, case.id),
        "proceeding": _proceeding(search, case.id),
        "sent_to_authorities": [
            stated(row, "system", "kind", "at", "sent_at") for row in dispatches.of_case(session, case.id)
        ],
        "withdrawn": [
            stated(row, "stood_at", "money_back", "points_back", "told_at")
            for row in withdrawal.of_cases(session, [case.id])
        ],
        "holds": [stated(row, "placed_at", "lifted_at") for row in holds.of_case(session, case.id)],
        "deleted": [stated(row, "covers", "rule", "at") for row in retention.disposals_of(session, case.id)],
    }


def _others(search: Search, case_id: int) -> list[dict[str, Any]]:
    roles = parties.roles_in(search.session, [case_id])
    return [
        {"who": OTHER, **stated(role, "role", "at", "ended_at")}
        for role in roles
        if role.party_id not in search.mine
    ]


def _history(search: Search, case_id: int) -> list[dict[str, Any]]:
    return [
        {
            **stated(event, "at", "action", "from_state", "to_state", "reason"),
            "by": search.staff.of_step(event.actor_id, "", search.mine),
            "note_withheld": withheld(event.note),
        }
        for event in cases.history_of(search.session, case_id)
    ]


def _evidence(search: Search, case_id: int) -> dict[str, Any]:
    row = cases.evidence_row(search.session, case_id)
    manifest = json.loads(payload_of(row.jws)) if row.jws else None
    return {**stated(row, "manifest_sha256"), "manifest": manifest}


def _registered(search: Search, case: Case, answer: RegistryAnswer) -> dict[str, Any]:
    """An answer of the register: vehicle and owner only where the owner is the person."""
    vault, reader = search.parties.vault, search.reader
    owner = registry.open_owner(search.session, case, answer, vault, reader.actor, reader.purpose)
    told = stated(answer, "at", "origin", "problem")
    if owner is None:
        return told
    if not search.is_them(owner.identity):
        return {**told, "owner": OTHER}
    more = stated(answer, "plate", "reference", "vehicle", "since", "until")
    return {**told, **more, "owner": owner.model_dump(mode="json")}


def _offence(search: Search, case_id: int) -> dict[str, Any] | None:
    found = offences.of_case(search.session, case_id)
    if found is None or found.id is None:
        return None
    changes = [stated(row, "at", "before") for row in offences.changes_of(search.session, found.id)]
    return {**stated(found, *_OFFENCE), "earlier_charges": changes}


def _proceeding(search: Search, case_id: int) -> dict[str, Any] | None:
    found = proceedings.of_case(search.session, case_id)
    if found is None or found.id is None:
        return None
    named = found.violator_id
    violator = None if named is None else "you" if named in search.mine else OTHER
    theirs = violator != OTHER
    proposal = decisions.proposal_of(search.session, found.id) if theirs else None
    names = ("kind", "unit", "handled_by", "opened_at", "captured_on", "limitation_on", "appointment_at")
    return {
        **stated(found, *names, "violator_as"),
        "violator": violator,
        "residence": found.residence if theirs else None,
        "proposal": stated(proposal, "at", "fines", "circumstances") if proposal else None,
        "steps": [_step(search, step) for step in proceedings.history(search.session, found.id)],
    }


def _step(search: Search, step: Any) -> dict[str, Any]:
    by = search.staff.of_step(step.actor_id, step.actor, search.mine)
    told = {**stated(step, "action", "day", "at", "moved", "reason"), "by": by}
    if by == "you":
        return {**told, "note": step.note}
    return {**told, "note_withheld": withheld(step.note)}


def told_decisions(search: Search) -> list[dict[str, Any]]:
    """Decisions about the person, with payments, relief and refunds."""
    found = [row for number in sorted(search.mine) for row in decisions.of_party(search.session, number)]
    entries = money.entries_of(search.session, found)
    return [_decision(search, row, entries[row.id]) for row in found if row.id is not None]


def _decision(search: Search, row: Decision, entries: money.Entries) -> dict[str, Any]:
    assert row.id is not None
    session = search.session
    messages = payments.messages_of(session, row.id)
    differences = payments.differences_of(session, [message.transaction for message in messages])
    asked = ("kind", "asked_on", "answered_on", "granted", "until", "reduced_to", "parts")
    paid = ("reference", "amount", "fee", "paid_on", "source", "entered_at")
    return {
        **stated(row, *_DECISION),
        "acts": [stated(act, "low", "high", "fine", "points") for act in decisions.acts_of(session, row)],
        "payments": [stated(payment, *paid) for payment in entries.payments],
        "relief": [stated(relief, *asked) for relief in entries.reliefs],
        "orders": [stated(one, "reference", "amount", "at") for one in payments.orders_of(session, row.id)],
        "bank_messages": [
            stated(one, "transaction", "kind", "names", "amount", "paid_at", "state") for one in messages
        ],
        "bank_differences": [stated(one, "day", "problem", "amount", "paid_at") for one in differences],
        "refunds": [
            stated(one, "amount", "asked_at", "done_at", "withdrawn_at")
            for one in payments.refunds_of(session, row.id)
        ],
    }


def read_by(search: Search, letters: list[str]) -> list[dict[str, Any]]:
    """Who read the person's data: role, what, from when to when, how often, for which purposes."""
    subjects = {f"party:{number}" for number in search.mine}
    subjects |= {f"case:{case.id}" for case in search.cases}
    subjects |= {f"document:{paper.id}" for paper in search.papers}
    subjects |= {f"submission:{name}" for name in letters}
    subjects |= {f"attachment:{file.id}" for file in search.attachments}
    if search.wanted.plate and not search.of_plate[1]:
        subjects.add(f"plate:{search.wanted.plate}")
    return [
        {
            "by": search.staff.of_actor(reading.actor),
            **stated(reading, "action", "data", "subject", "first", "last", "count"),
            "purposes": sorted(purpose_word(purpose, "vi") for purpose in reading.purposes),
        }
        for reading in breach.readings_of(search.session, subjects)
    ]
