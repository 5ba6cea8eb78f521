"""Handles batches of messages inside one transaction, without knowing of MQTT.

A batch is handled together. If anything in it fails unexpectedly, its messages are handled one by one, each
in its own savepoint: the faulty one goes to quarantine, the others are not affected.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime

import structlog
from sqlmodel import Session

from central.alarms import service as alarms
from central.db import is_away
from central.fleet import configuration, pictures
from central.fleet import service as fleet
from central.fleet.models import NodeKey
from central.ingest import quarantine, storage
from central.ingest.chunks import Chunk, FilesChanged, take_chunks
from central.ingest.packages import RacedError, take_manifests
from central.ingest.settle import SOFTWARE, Waiting, answer_state, reject, settle, waiting_for
from central.ingest.verify import Sealed, open_answer, open_manifest, open_standing, whom_to_answer
from central.ingest.work import Arrived, Asked, Batch, FileKey, Outgoing, RefusedError, Tools
from central.media.content import picture_type
from central.values import visible
from central.watching import quarantine as watched_cameras
from contract.configuration import Quarantine
from contract.faults import MessageError
from contract.reasons import Reason, reason
from contract.receipts import Receipt
from contract.reports import HealthReport, NodeStatus, read_health, read_status
from contract.topics import PICTURE_BYTES, Incoming, NodeTopics, TopicError, parse_topic

log = structlog.get_logger(__name__)

LARGEST_REPORT = 256 * 1024
TRIED_TIMES = 3
"""How often a message on which our own code fails is retried before its node gets a final answer."""

_Parsed = tuple[Arrived, Incoming]


def handle(session: Session, messages: Sequence[Arrived], tools: Tools, now: datetime) -> list[Outgoing]:
    """Processes messages; returns the messages to send once the session is committed.

    Never raises because of a message's content. Raises errors known to `central.db.is_away` when the database
    is unavailable and RacedError when another process was faster: nothing is lost if the same batch is
    handled again.
    """
    alone = len(messages) == 1
    try:
        return _in_savepoint(Batch(session, tools, now, alone=alone), messages)
    except Exception as problem:
        if is_away(problem) or isinstance(problem, RacedError):
            raise
        if alone:
            return _refuse_poison(session, messages[0], tools, now)
        log.warning("a batch failed; its messages are handled one by one", messages=len(messages))
    return [outgoing for message in messages for outgoing in handle(session, [message], tools, now)]


def _in_savepoint(batch: Batch, messages: Sequence[Arrived]) -> list[Outgoing]:
    with batch.session.begin_nested():
        _together(batch, messages)
        quarantine.put(batch.session, batch.refusals, batch.now)
    return batch.outgoing


def _refuse_poison(session: Session, message: Arrived, tools: Tools, now: datetime) -> list[Outgoing]:
    """Quarantines and logs a message on which our own code fails. Its node offers it again; after
    `TRIED_TIMES` the answer is that this centre can't read it, so that the node keeps it until the centre
    is upgraded.
    """
    log.exception("a message can't be handled: quarantined", topic=visible(message.topic, 120))
    batch, why, node = (
        Batch(session, tools, now),
        reason("message.internal"),
        _enrolled_sender(session, message),
    )
    batch.refuse(message, why, node)
    quarantine.put(session, batch.refusals, now)
    alarms.raise_alarm(session, node or alarms.CENTRE, why, now)
    asked = whom_to_answer(message, fleet.keys_of(session, {node})) if node else None
    if asked is not None and quarantine.times(session, message) >= TRIED_TIMES:
        _answer_refusal(batch, node, asked, why, may_come_again=True)
    return batch.outgoing


def _enrolled_sender(session: Session, message: Arrived) -> str:
    """The enrolled node on whose topic a message arrived, if there is one."""
    try:
        node = parse_topic(message.topic).node
    except TopicError:
        return ""
    return node if fleet.is_enrolled(session, node) else ""


def _together(batch: Batch, messages: Sequence[Arrived]) -> None:
    parsed = _parse(batch, messages)
    keys = fleet.keys_of(batch.session, {topic.node for _, topic in parsed})
    enrolled = _of_live_nodes(batch, parsed, keys)
    sealed = [item for pair in enrolled if pair[1].kind == "manifest" for item in _open(batch, pair, keys)]
    chunks = [chunk for pair in enrolled for chunk in _chunk(pair)]
    taken = take_manifests(batch, sealed)
    named = {FileKey(item.node, file.sha256) for _, item in sealed for file in item.files}
    changed = take_chunks(batch, chunks, named)
    again = _resume(batch, changed)
    answered, waiting = _settle(batch, taken.new, taken.reopened, changed)
    answer_state(batch, {*taken.asked, *answered, *again}, waiting)
    for message, topic in enrolled:
        if topic.kind in ("status", "health"):
            _take_report(batch, message, topic)
        elif topic.kind == "standing":
            _take_standing(batch, message, topic.node, keys)
        elif topic.kind == "answer":
            _take_answer(batch, message, topic.node, keys)
        elif topic.kind == "picture":
            _take_picture(batch, message, topic)


def _resume(batch: Batch, changed: FilesChanged) -> list[str]:
    """Once files can be written again: moves waiting files into the store, and asks for the missing files of
    every waiting package. Returns the event ids to be answered.
    """
    if not storage.has_recovered(batch):
        return []
    changed.update(take_chunks(batch, (), storage.whole_files(batch)))
    return storage.waiting_packages(batch)


def _parse(batch: Batch, messages: Sequence[Arrived]) -> list[_Parsed]:
    parsed = []
    for message in messages:
        try:
            parsed.append((message, parse_topic(message.topic)))
        except TopicError as problem:
            batch.refuse(message, reason("message.topic", detail=str(problem)))
    return parsed


def _of_live_nodes(batch: Batch, parsed: Sequence[_Parsed], keys: Mapping[str, NodeKey]) -> list[_Parsed]:
    """Messages of nodes that are enrolled and have a valid key; others are refused."""
    known = {key.node_id for key in keys.values()}
    live = {key.node_id for key in keys.values() if key.revoked_at is None}
    told: dict[str, tuple[str, Reason]] = {}
    for message, topic in parsed:
        if topic.node not in known:
            why = reason("message.unknown_node", node=topic.node)
            batch.refuse(message, why)
            told[""] = (alarms.CENTRE, why)
        elif topic.node not in live:
            why = reason("message.revoked_node", node=topic.node)
            batch.refuse(message, why, topic.node)
            told[topic.node] = (topic.node, why)
    for node, why in told.values():
        alarms.raise_alarm(batch.session, node, why, batch.now)
    return [pair for pair in parsed if pair[1].node in live]


def _open(batch: Batch, pair: _Parsed, keys: Mapping[str, NodeKey]) -> list[tuple[Arrived, Sealed]]:
    message, topic = pair
    try:
        return [(message, open_manifest(topic.node, message.payload, keys))]
    except RefusedError as refusal:
        batch.refuse(message, refusal.reason, topic.node)
        alarms.raise_alarm(batch.session, topic.node, refusal.reason, batch.now)
        if refusal.asked is not None:
            _answer_refusal(
                batch, topic.node, refusal.asked, refusal.reason, may_come_again=refusal.may_come_again
            )
        return []


def _answer_refusal(batch: Batch, node: str, asked: Asked, why: Reason, *, may_come_again: bool) -> None:
    """`unsupported` lets a node offer the package to another version of the centre; nodes with version 1 have
    no such answer.
    """
    receipt = Receipt(
        node=node,
        event_id=asked.event_id,
        manifest_sha256=asked.sha256,
        state="unsupported" if may_come_again and asked.version > 1 else "rejected",
        reason=why,
        software=SOFTWARE,
        at=batch.now,
    )
    batch.answer(receipt, asked.version)


def _chunk(pair: _Parsed) -> list[Chunk]:
    message, topic = pair
    if topic.sha256 is None or topic.offset is None:
        return []
    return [Chunk(message, FileKey(topic.node, topic.sha256), topic.offset)]


def _settle(
    batch: Batch, new: Mapping[str, Sealed], reopened: Set[str], changed: FilesChanged
) -> tuple[set[str], dict[str, Waiting]]:
    """Settles packages that the batch completed or offered again; returns the event ids whose nodes must be
    answered, and the new packages that wait for files.
    """
    others = (reopened | set(waiting_for(batch.session, changed.stored))) - new.keys()
    spoilt = _named_by(batch.session, changed.spoilt)
    given_up = _named_by(batch.session, changed.given_up)
    for event_id in sorted(given_up):
        reject(batch, event_id, reason("package.never_whole"))
    new = {event_id: item for event_id, item in new.items() if event_id not in given_up}
    settled, waiting = settle(batch, new, others - given_up)
    return {*settled, *spoilt, *given_up}, waiting


def _named_by(session: Session, files: Iterable[FileKey]) -> set[str]:
    return {event for file in files for event in waiting_for(session, [file.sha256], file.node)}


def _take_report(batch: Batch, message: Arrived, topic: Incoming) -> None:
    try:
        report = _read_report(message, topic)
    except RefusedError as refusal:
        batch.refuse(message, refusal.reason, topic.node)
        return
    if isinstance(report, NodeStatus):
        fleet.note_status(batch.session, report, batch.now, retained=message.retained)
    elif not message.retained:
        fleet.note_health(batch.session, report, batch.now)
        _offer_revisions(batch, topic.node)
        _tell_quarantine(batch, report)


def _tell_quarantine(batch: Batch, report: HealthReport) -> None:
    """Informs a node of its cameras in quarantine until it reports the same; older nodes don't support
    this.
    """
    said = {camera.id: camera.quarantined for camera in report.cameras if camera.quarantined is not None}
    held = watched_cameras.of_node(batch.session, report.node) if said else []
    if any(known != (camera in held) for camera, known in said.items()):
        told = Quarantine(node=report.node, cameras=tuple(held), at=batch.now)
        batch.send(NodeTopics(report.node).revision, told)


def _offer_revisions(batch: Batch, node: str) -> None:
    """Sends a live node its waiting orders, repeatedly until it answers."""
    for revision in configuration.offered(batch.session, node):
        batch.send(NodeTopics(node).revision, revision)
    for question in configuration.asked(batch.session, node):
        batch.send(NodeTopics(node).question, question)


def _take_picture(batch: Batch, message: Arrived, topic: Incoming) -> None:
    assert topic.camera is not None
    assert topic.taken_at is not None
    if len(message.payload) > PICTURE_BYTES or picture_type(message.payload) != "image/jpeg":
        batch.refuse(message, reason("message.picture", most_bytes=PICTURE_BYTES), topic.node)
        return
    pictures.note(batch.session, (topic.node, topic.camera), message.payload, topic.taken_at, batch.now)


def _take_standing(batch: Batch, message: Arrived, node: str, keys: Mapping[str, NodeKey]) -> None:
    try:
        standing = open_standing(node, message.payload, keys)
    except RefusedError as refusal:
        batch.refuse(message, refusal.reason, node)
        return
    configuration.note_standing(batch.session, standing, batch.now)


def _take_answer(batch: Batch, message: Arrived, node: str, keys: Mapping[str, NodeKey]) -> None:
    try:
        answer = open_answer(node, message.payload, keys)
    except RefusedError as refusal:
        batch.refuse(message, refusal.reason, node)
        return
    configuration.note_answer(batch.session, answer, batch.now)


def _read_report(message: Arrived, topic: Incoming) -> NodeStatus | HealthReport:
    size = len(message.payload)
    if size > LARGEST_REPORT:
        raise RefusedError(reason("message.too_large", size_bytes=size, most_bytes=LARGEST_REPORT))
    if b"\\u0000" in message.payload:
        raise RefusedError(reason("message.null_character"))
    try:
        report = read_status(message.payload) if topic.kind == "status" else read_health(message.payload)
    except MessageError as problem:
        raise RefusedError(problem.reason) from problem
    if report.node != topic.node:
        raise RefusedError(reason("message.wrong_node", node=report.node, topic=topic.node))
    return report
