"""Manifests into packages: idempotent, chained, answered, and settled once every file they name is stored.

A batch is processed as a whole: a few statements, however many manifests.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from central.alarms import service as alarms
from central.db import KeyTakenError, among, among_pairs, insert_all
from central.ingest.chain import OUTSIDE, ChainState, Link, chain_states
from central.ingest.models import Package, PackageFile
from central.ingest.verify import Sealed
from central.ingest.work import Arrived, Batch
from contract.reasons import reason
from contract.receipts import Receipt

REOPENED_AFTER = timedelta(minutes=10)


class RacedError(Exception):
    """Another ingest process stored the same package at this moment: the batch must be processed again."""


@dataclass(frozen=True)
class Taken:
    """Result of a batch's manifests: the new ones by event id, all that need an answer, and the rejected ones
    among these that are checked again.
    """

    new: dict[str, Sealed]
    asked: tuple[str, ...]
    reopened: frozenset[str]


def take_manifests(batch: Batch, sealed: Sequence[tuple[Arrived, Sealed]]) -> Taken:
    """Stores new manifests and refuses those that contradict a stored one.

    Raises:
        RacedError: another process stored one of them just now.
    """
    if not sealed:
        return Taken({}, (), frozenset())
    known = _known(batch.session, [item for _, item in sealed])
    by_event = {link.event_id: link for link in known}
    by_place = {(link.key_id, link.sequence): link for link in known if link.chain != OUTSIDE}
    new: dict[str, Sealed] = {}
    answers: dict[str, None] = {}
    reopened: set[str] = set()
    for message, item in sealed:
        link = _link(item)
        place = (link.key_id, link.sequence)
        stored = by_event.get(link.event_id) or (None if item.test else by_place.get(place))
        if stored is None:
            new[link.event_id], by_event[link.event_id] = item, link
            if not item.test:
                by_place[place] = link
        elif stored.sha256 != link.sha256:
            _refuse_conflict(batch, message, item, stored)
            continue
        elif stored.state == "rejected" and _reopen(batch, stored.event_id):
            reopened.add(stored.event_id)
        answers[link.event_id] = None
    _store(batch, new, by_place)
    return Taken(new, tuple(answers), frozenset(reopened))


def _known(session: Session, sealed: Collection[Sealed]) -> list[Link]:
    chained = [item for item in sealed if not item.test]
    places = {(item.key_id, item.sequence + step) for item in chained for step in (-1, 0, 1)}
    events = [item.event_id for item in sealed]
    columns = (
        Package.event_id,
        Package.key_id,
        Package.sequence,
        Package.previous,
        Package.manifest_sha256,
        Package.state,
        Package.chain,
    )
    same = among(session, Package.event_id, events)
    near = among_pairs(session, (Package.key_id, Package.sequence), places)
    # Two queries: with OR between them the database would read the whole table.
    rows = [row for found in (same, near) for row in session.exec(select(*columns).where(found))]  # type: ignore[call-overload]
    return [Link(*row) for row in rows]


def _link(item: Sealed) -> Link:
    chain = OUTSIDE if item.test else "gap"
    return Link(item.event_id, item.key_id, item.sequence, item.previous, item.sha256, "incomplete", chain)


def _refuse_conflict(batch: Batch, message: Arrived, item: Sealed, stored: Link) -> None:
    why = reason(
        "package.conflict",
        event_id=item.event_id,
        sequence=item.sequence,
        stored_event_id=stored.event_id,
        stored_sequence=stored.sequence or item.sequence,
    )
    batch.refuse(message, why, item.node)
    alarms.raise_alarm(batch.session, item.node, why, batch.now, item.event_id)
    batch.answer(
        Receipt(
            node=item.node,
            event_id=item.event_id,
            manifest_sha256=item.sha256,
            state="rejected",
            reason=why,
            at=batch.now,
        ),
        item.version,
    )


def _reopen(batch: Batch, event_id: str) -> bool:
    """Checks a rejected package again when it is offered later: the cause may have been ours and be fixed,
    for instance a full disk or a law not entered yet. Returns whether it is checked.
    """
    package = batch.session.exec(select(Package).where(Package.event_id == event_id)).one()
    if batch.now - (package.settled_at or batch.now) < REOPENED_AFTER:  # nor twice in one batch
        return False
    code = (package.reason or {}).get("code", "")
    package.state, package.reason, package.settled_at = "incomplete", None, None
    alarms.clear(batch.session, package.node_id, [code], batch.now, event_id)
    batch.session.flush()
    return True


def _store(batch: Batch, new: Mapping[str, Sealed], by_place: Mapping[tuple[str, int], Link]) -> None:
    if not new:
        return
    session = batch.session
    links = {event_id: _link(item) for event_id, item in new.items()}
    changed = chain_states((link for link in links.values() if link.chain != OUTSIDE), by_place)
    links = {
        event_id: replace(link, chain=changed.get(event_id, link.chain)) for event_id, link in links.items()
    }
    rows = [_row(batch, item, links[event_id]) for event_id, item in new.items()]
    try:
        insert_all(session, Package, rows)
    except KeyTakenError as problem:
        raise RacedError from problem
    insert_all(session, PackageFile, _file_rows(new.values()))
    _note_chain(batch, changed, new)


def _note_chain(batch: Batch, changed: Mapping[str, ChainState], new: Mapping[str, Sealed]) -> None:
    """Corrects packages whose predecessor has only now arrived, and raises an alarm for each broken link."""
    for event_id, state in changed.items():
        if event_id not in new:
            query = update(Package).where(col(Package.event_id) == event_id).values(chain=state)
            batch.session.exec(query)
        if state == "broken":
            node = batch.session.exec(select(Package.node_id).where(Package.event_id == event_id)).one()
            why = reason("package.chain", event_id=event_id)
            alarms.raise_alarm(batch.session, node, why, batch.now, event_id)


def _row(batch: Batch, item: Sealed, link: Link) -> dict[str, object]:
    return {
        "event_id": item.event_id,
        "node_id": item.node,
        "key_id": item.key_id,
        "sequence": None if item.test else item.sequence,
        "previous": item.previous,
        "manifest_version": item.version,
        "manifest_sha256": item.sha256,
        "jws": item.jws,
        "chain": link.chain,
        "state": "incomplete",
        "received_at": batch.now,
        "test_camera": item.camera if item.test else None,
    }


def _file_rows(sealed: Collection[Sealed]) -> list[dict[str, object]]:
    rows = {
        (item.event_id, file.sha256): {
            "event_id": item.event_id,
            "sha256": file.sha256,
            "bytes": file.bytes,
            "media_type": file.media_type,
        }
        for item in sealed
        for file in item.files
    }
    return list(rows.values())
