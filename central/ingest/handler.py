"""Handles batches of messages inside one transaction, without knowing of MQTT.

A batch is handled together. If anything in it fails unexpectedly, its messages are handled one by one, each
in a savepoint of its own: the bad one goes to quarantine, the others are as if it had never come.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session

from central.alarms import service as alarms
from central.fleet import service as fleet
from central.fleet.models import NodeKey
from central.ingest import quarantine
from central.ingest.chunks import Chunk, FileKey, FilesChanged, take_chunks
from central.ingest.packages import RacedError, take_manifests
from central.ingest.settle import SOFTWARE, answer_state, reject, settle, waiting_for
from central.ingest.verify import Sealed, open_manifest
from central.ingest.work import Arrived, Batch, Outgoing, Refusal, RefusedError, Tools
from configs.words import say_both
from contract.faults import MessageError
from contract.reasons import reason
from contract.receipts import Receipt
from contract.reports import NodeStatus, read_health, read_status
from contract.topics import Incoming, TopicError, parse_topic

logger = logging.getLogger(__name__)

LARGEST_REPORT = 256 * 1024

_Parsed = tuple[Arrived, Incoming]


def handle(session: Session, messages: Sequence[Arrived], tools: Tools, now: datetime) -> list[Outgoing]:
    """Takes messages in; returns what to send once the session is committed.

    Never raises for what a message contains. Raises OperationalError or InterfaceError when the database is
    away and RacedError when another process was faster: nothing is lost if the same batch is handled again.
    """
    try:
        return _in_savepoint(session, messages, tools, now)
    except (OperationalError, InterfaceError, RacedError):
        raise
    except Exception:
        if len(messages) == 1:
            return _quarantine_poison(session, messages[0], now)
        logger.warning("a batch of %d messages failed; handling them one by one", len(messages))
    return [outgoing for message in messages for outgoing in handle(session, [message], tools, now)]


def _in_savepoint(
    session: Session, messages: Sequence[Arrived], tools: Tools, now: datetime
) -> list[Outgoing]:
    batch = Batch(session, tools, now)
    with session.begin_nested():
        _together(batch, messages)
        quarantine.put(session, batch.refusals, now)
    return batch.outgoing


def _quarantine_poison(session: Session, message: Arrived, now: datetime) -> list[Outgoing]:
    """What our own code choked on is kept and logged; not answered, so that its node offers it again."""
    logger.exception(
        "a message on %s can't be handled: quarantined", quarantine.printable(message.topic, 120)
    )
    quarantine.put(session, [Refusal(message, reason("message.internal"))], now)
    return []


def _together(batch: Batch, messages: Sequence[Arrived]) -> None:
    parsed = _parse(batch, messages)
    keys = fleet.keys_of(batch.session, {topic.node for _, topic in parsed})
    enrolled = _of_live_nodes(batch, parsed, keys)
    sealed = [item for pair in enrolled if pair[1].kind == "manifest" for item in _open(batch, pair, keys)]
    chunks = [chunk for pair in enrolled for chunk in _chunk(pair)]
    taken = take_manifests(batch, sealed)
    named = {FileKey(item.node, file.sha256) for item in taken.new.values() for file in item.files}
    changed = take_chunks(batch, chunks, named)
    answered = _settle(batch, set(taken.new), changed)
    answer_state(batch, sorted({*taken.asked, *answered}))
    for message, topic in enrolled:
        if topic.kind in ("status", "health"):
            _take_report(batch, message, topic)


def _parse(batch: Batch, messages: Sequence[Arrived]) -> list[_Parsed]:
    parsed = []
    for message in messages:
        try:
            parsed.append((message, parse_topic(message.topic)))
        except TopicError as problem:
            batch.refuse(message, reason("message.topic", detail=str(problem)))
    return parsed


def _of_live_nodes(batch: Batch, parsed: Sequence[_Parsed], keys: Mapping[str, NodeKey]) -> list[_Parsed]:
    """Messages of nodes that are enrolled and have a key in use; others are refused."""
    known = {key.node_id for key in keys.values()}
    live = {key.node_id for key in keys.values() if key.revoked_at is None}
    for message, topic in parsed:
        if topic.node not in known:
            batch.refuse(message, reason("message.unknown_node", node=topic.node))
        elif topic.node not in live:
            batch.refuse(message, reason("message.revoked_node", node=topic.node))
    return [pair for pair in parsed if pair[1].node in live]


def _open(batch: Batch, pair: _Parsed, keys: Mapping[str, NodeKey]) -> list[tuple[Arrived, Sealed]]:
    message, topic = pair
    try:
        return [(message, open_manifest(topic.node, message.payload, keys))]
    except RefusedError as refusal:
        why = refusal.reason
        batch.refuse(message, why)
        alarms.raise_alarm(batch.session, topic.node, why.code, "", say_both(why), batch.now)
        if (asked := refusal.asked) is not None:
            receipt = Receipt(
                node=topic.node,
                event_id=asked.event_id,
                manifest_sha256=asked.sha256,
                state="unsupported" if refusal.may_come_again else "rejected",
                reason=why,
                software=SOFTWARE,
                at=batch.now,
            )
            batch.answer(receipt, asked.version)
        return []


def _chunk(pair: _Parsed) -> list[Chunk]:
    message, topic = pair
    if topic.sha256 is None or topic.offset is None:
        return []
    return [Chunk(message, FileKey(topic.node, topic.sha256), topic.offset)]


def _settle(batch: Batch, new: set[str], changed: FilesChanged) -> set[str]:
    """Settles what the batch made whole; returns the event ids whose nodes should hear of it."""
    events = new | set(waiting_for(batch.session, changed.stored))
    spoilt = _named_by(batch.session, changed.spoilt)
    given_up = _named_by(batch.session, changed.given_up)
    for event_id in sorted(given_up):
        reject(batch, event_id, reason("package.never_whole"))
    return {*settle(batch, sorted(events - given_up)), *spoilt, *given_up}


def _named_by(session: Session, files: Iterable[FileKey]) -> set[str]:
    return {event for file in files for event in waiting_for(session, [file.sha256], file.node)}


def _take_report(batch: Batch, message: Arrived, topic: Incoming) -> None:
    if len(message.payload) > LARGEST_REPORT:
        size = len(message.payload)
        batch.refuse(message, reason("message.too_large", size_bytes=size, most_bytes=LARGEST_REPORT))
        return
    if b"\\u0000" in message.payload:
        batch.refuse(message, reason("message.null_character"))
        return
    try:
        report = (read_status if topic.kind == "status" else read_health)(message.payload)
    except MessageError as problem:
        batch.refuse(message, problem.reason)
        return
    if report.node != topic.node:
        batch.refuse(message, reason("message.wrong_node", node=report.node, topic=topic.node))
    elif isinstance(report, NodeStatus):
        fleet.note_status(batch.session, report, batch.now)
    else:
        fleet.note_health(batch.session, report, batch.now)
