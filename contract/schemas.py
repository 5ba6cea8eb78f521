"""Writes the wire contract for other tools: JSON Schemas and an AsyncAPI page, made from the models.

python -m contract.schemas docs/api
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

from contract.configuration import Quarantine, Revision, Standing
from contract.manifest import v1, v2
from contract.receipts import Receipt, ReceiptV1
from contract.reports import Enrolment, HealthReport, HealthReportV1, NodeStatus
from contract.topics import CHUNK_BYTES, PICTURE_BYTES, ROOT
from contract.types import Message
from contract.what_if import Answer, Question

MESSAGES: dict[str, dict[int, type[Message]]] = {
    "manifest": {1: v1.ViolationManifest, 2: v2.ViolationManifest},
    "receipt": {1: ReceiptV1, 2: Receipt},
    "status": {1: NodeStatus},
    "health": {1: HealthReportV1, 2: HealthReport},
    "enrolment": {1: Enrolment},
    "revision": {1: Revision},
    "quarantine": {1: Quarantine},
    "standing": {1: Standing},
    "question": {1: Question},
    "answer": {1: Answer},
}
"""Every message with its versions."""

_FROM_NODES = ("status", "health", "standing", "answer", "picture", "manifest", "chunk")
_SIGNED = "application/jose"
_PLAIN = "application/json"
_PARAMETERS = {
    "node": "the node's id, also its user name at the broker",
    "camera": "the camera's id on its node",
    "taken": "when it was taken, milliseconds since 1970 (UTC)",
    "sha256": "hash of the whole file, 64 hex digits, as in the manifest",
    "offset": "bytes of the file before this piece",
}
"""Descriptions of the variable parts of a topic."""


def json_schema(model: type[Message]) -> dict[str, Any]:
    """JSON Schema (2020-12) of a message in its wire format."""
    schema = model.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def asyncapi() -> dict[str, Any]:
    """AsyncAPI 3.0 description of the topics, seen from the centre."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Ngã Tư: node and centre",
            "version": "2",
            "description": "MQTT 3.1.1 or 5, QoS 1. Signed messages are compact JWS (Ed25519) over canonical "
            "JSON (RFC 8785). The centre answers every manifest, also a repeated one, with a receipt.",
        },
        "channels": {
            "status": _channel("status", _PLAIN, "Birth and last will, retained."),
            "health": _channel("health", _PLAIN, "Every half minute, QoS 0."),
            "manifest": _channel("manifest", _SIGNED, "A violation and its evidence."),
            "receipt": _channel("receipt", _SIGNED, "The centre's word on a package."),
            "revision": _channel(
                "revision",
                _SIGNED,
                "A camera file from the centre, or the cameras it holds in quarantine.",
                also="quarantine",
            ),
            "standing": _channel("standing/{camera}", _SIGNED, "What a camera runs: QoS 0, retained."),
            "question": _channel(
                "question", _SIGNED, "What would this camera file have found in the clips of the last day?"
            ),
            "answer": _channel("answer/{camera}", _SIGNED, "What it would have: QoS 0, retained."),
            "picture": _channel(
                "picture/{camera}/{taken}",
                "image/jpeg",
                "What a camera shows, small and without vehicles; QoS 0.",
                PICTURE_BYTES,
            ),
            "chunk": _channel(
                "chunk/{sha256}/{offset}",
                "application/octet-stream",
                f"Raw bytes of a file, at most {CHUNK_BYTES}.",
                CHUNK_BYTES,
            ),
        },
        "operations": {
            **{f"receive_{name}": _operation("receive", name) for name in _FROM_NODES},
            "send_receipt": _operation("send", "receipt"),
            "send_revision": _operation("send", "revision"),
            "send_question": _operation("send", "question"),
        },
    }


def files() -> dict[str, str]:
    """Content of every generated file by name."""
    made = {
        _file_name(name, version): json.dumps(json_schema(model), indent=2, ensure_ascii=False) + "\n"
        for name, versions in MESSAGES.items()
        for version, model in versions.items()
    }
    made["asyncapi.yaml"] = yaml.safe_dump(asyncapi(), sort_keys=False, allow_unicode=True, width=110)
    return made


def main(folder: Path) -> None:
    """Writes all files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (folder / name).write_text(content, encoding="utf-8")


def _file_name(message: str, version: int) -> str:
    return f"{message}-{version}.schema.json"


def _channel(
    topic: str, content_type: str, summary: str, most_bytes: int | None = None, also: str = ""
) -> dict[str, Any]:
    """The topic below a node, whose first word is the message's name; `most_bytes`: it is raw bytes; `also`:
    another message of the same topic."""
    address, name = f"{ROOT}/{{node}}/{topic}", topic.partition("/")[0]
    raw = {"type": "string", "format": "binary", "maxLength": most_bytes}
    payload = raw if most_bytes is not None else _payload(name, *filter(None, [also]))
    return {
        "address": address,
        "parameters": {part: {"description": _PARAMETERS[part]} for part in re.findall(r"{(\w+)}", address)},
        "messages": {name: {"contentType": content_type, "summary": summary, "payload": payload}},
    }


def _payload(*messages: str) -> dict[str, Any]:
    references = [
        {"$ref": f"./{_file_name(message, version)}"} for message in messages for version in MESSAGES[message]
    ]
    return references[0] if len(references) == 1 else {"oneOf": references}


def _operation(action: str, channel: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
