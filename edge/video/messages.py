"""Messages of a capture process to the node: several at once, a line of JSON followed by the packets.

A process that reads a camera may be compromised by the camera's data, so its messages are treated as mere
data.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from edge.video.camera import SourceHealth
from edge.video.frame import Stamp, clock_of
from edge.video.packet import EncodedPacket, Template


@dataclass(frozen=True)
class Said:
    """A log entry; `level` is a name of the standard library's."""

    level: str
    event: str
    values: Mapping[str, Any]


Message = Template | EncodedPacket | SourceHealth | Said
_HEALTH = TypeAdapter(SourceHealth)


def to_bytes(messages: Iterable[Message]) -> bytes:
    """Messages in wire format."""
    told = [_told(message) for message in messages]
    heads = [head | {"bytes": len(data)} for head, data in told]
    return json.dumps(heads).encode() + b"\n" + b"".join(data for _, data in told)


def from_bytes(content: bytes) -> Iterator[Message]:
    """The received messages. Raises ValueError: they are malformed."""
    line, _, data = content.partition(b"\n")
    try:
        at = 0
        for head in json.loads(line):
            length = int(head["bytes"])
            yield _read(head, data[at : at + length])
            at += length
    except (KeyError, TypeError, OverflowError) as problem:
        raise ValueError(f"not messages of a capture process: {line[:100]!r}") from problem


def _told(message: Message) -> tuple[dict[str, Any], bytes]:
    match message:
        case EncodedPacket(data, keyframe, stamp):
            return {"is": "packet", "keyframe": keyframe, "stamp": told_stamp(stamp)}, data
        case Template(nut, codec, size, sets, rotation):
            head = {"is": "template", "codec": codec, "size": size, "rotation": rotation}
            return head | {"parameter_sets": sets.hex()}, nut
        case Said():
            return {"is": "said"} | asdict(message), b""
    return {"is": "health", "health": _HEALTH.dump_python(message, mode="json")}, b""


def _read(head: Mapping[str, Any], data: bytes) -> Message:
    match head["is"]:
        case "packet":
            return EncodedPacket(data, bool(head["keyframe"]), stamp_of(head["stamp"]))
        case "template":
            (width, height), sets = head["size"], bytes.fromhex(head["parameter_sets"])
            return Template(data, str(head["codec"]), (int(width), int(height)), sets, int(head["rotation"]))
        case "said":
            return Said(str(head["level"]), str(head["event"]), dict(head["values"]))
    return _HEALTH.validate_python(head["health"])


def told_stamp(stamp: Stamp) -> list[Any]:
    """The stamp in JSON."""
    clock = stamp.clock
    return [stamp.t, stamp.captured_at.timestamp(), clock.source, clock.uncertainty_ms, stamp.run]


def stamp_of(told: Iterable[Any]) -> Stamp:
    """The stamp from JSON. Raises ValueError, TypeError: it is invalid."""
    t, captured, source, uncertainty, run = told
    at = datetime.fromtimestamp(captured, UTC)
    return Stamp(float(t), at, clock_of(source, uncertainty), int(run))
