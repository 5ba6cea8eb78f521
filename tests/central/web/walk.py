"""All operations of a face, from its own description, with values a hostile client would send."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from fastapi.openapi.utils import get_openapi

from central.app import Centre

HOSTILE: tuple[Any, ...] = (
    -1,
    2**31,
    10**30,
    "",
    "a\x00b",
    "\ud800",
    "x" * 20_000,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
)
"""Put into every path, query, form and body value, whatever it is meant to be."""

BODIES = (
    b"",
    b"{",
    b"\xff\xfe",
    b"null",
    b"[]",
    b'{"username": "\\ud800", "version": 1e999}',
    b"[" * 50_000,
    b"%00=%00&version=%ED%A0%80",
)
"""Bodies that are no form and no object."""

SOUND: dict[str, Any] = {
    "case_id": 1,
    "proceeding_id": 1,
    "alarm_id": 1,
    "username": "nobody",
    "password": "a password nobody has",
    "present": "a password nobody has",
    "old": "a password nobody has",
    "new": "một mật khẩu đủ dài",
    "again": "một mật khẩu đủ dài",
    "full_name": "Nobody",
    "node_id": "nut-1",
    "camera_id": "cam-1",
    "sha256": "0" * 64,
    "number": "BN-2026-000001",
    "code": "vi",
    "name": "file-0.jpg",
    "version": 1,
    "reason": "no_violation",
    "note": "lời ghi",
    "plate": "29A-000.01",
    "why": "đơn khiếu nại số 12",
    "file": "KN 12/2026",
    "month": "2026-10-01",
    "to": "/",
}
"""A value that passes for each name; what has none gets the first value its schema allows."""


MULTIPART = "multipart/form-data; boundary=x"
"""How forms with files come."""


@dataclass(frozen=True)
class Operation:
    """One method on one path, with the places values go."""

    method: str
    path: str
    in_path: tuple[str, ...]
    in_query: tuple[str, ...]
    bodies: tuple[dict[str, Any], ...]
    content_type: str | None

    @property
    def name(self) -> str:
        """As the tables of the tests call it."""
        return f"{self.method} {self.path}"

    def request(self, changes: dict[str, Any] | None = None, body: int = 0) -> "Request":
        """A sound request with some values changed; changes to names it doesn't have are left out."""
        changes = changes or {}
        values = {name: changes.get(name, SOUND.get(name, 1)) for name in self.in_path}
        path = self.path
        for name, value in values.items():
            path = path.replace(f"{{{name}}}", escaped(value))
        query = "&".join(f"{name}={escaped(changes[name])}" for name in self.in_query if name in changes)
        content = None
        if self.bodies:
            sent = self.bodies[body] | {k: v for k, v in changes.items() if k in self.bodies[body]}
            content = _encode(sent, self.content_type)
        return Request(self.method, f"{path}?{query}" if query else path, content, self.content_type)

    def matches(self, path: str) -> bool:
        """Whether a request to the path may be one of this operation's."""
        return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", self.path), path) is not None

    def changed(self) -> Iterator["Request"]:
        """Sound requests with one hostile value each."""
        for name in (*self.in_path, *self.in_query):
            yield from (self.request({name: value}) for value in HOSTILE)
        for number, body in enumerate(self.bodies):
            for name in body:
                yield from (self.request({name: value}, number) for value in HOSTILE)


@dataclass(frozen=True)
class Request:
    """What to send."""

    method: str
    url: str
    content: bytes | None = None
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


def escaped(value: Any) -> str:
    """A value in an address, halves of surrogate pairs included."""
    return quote(str(value).encode("utf-8", "surrogatepass"), safe="")


def _encode(values: dict[str, Any], content_type: str | None) -> bytes:
    if content_type == "application/json":
        return json.dumps(values).encode()
    if content_type == MULTIPART:
        parts = [
            f'--x\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in values.items()
        ]
        return ("".join(parts) + "--x--\r\n").encode("utf-8", "surrogatepass")
    return urlencode({k: str(v).encode("utf-8", "surrogatepass") for k, v in values.items()}).encode()


def operations(centre: Centre) -> list[Operation]:
    """Everything the API and the console answer to."""
    return [operation for face in (centre.api, centre.console) for operation in of_face(face)]


def of_face(face: Any) -> Iterator[Operation]:
    described = get_openapi(title="walk", version="1", routes=face.routes)
    schemas = described.get("components", {}).get("schemas", {})
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            parameters = operation.get("parameters", [])
            content = operation.get("requestBody", {}).get("content", {})
            described_as = next(iter(content), None)
            schema = content[described_as]["schema"] if described_as else None
            content_type = MULTIPART if described_as == "multipart/form-data" else described_as
            yield Operation(
                method.upper(),
                path,
                tuple(p["name"] for p in parameters if p["in"] == "path"),
                tuple(p["name"] for p in parameters if p["in"] == "query"),
                tuple(_bodies(schema, schemas)) if schema else (),
                content_type,
            )


def _bodies(schema: dict[str, Any], schemas: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A sound body of each form the schema allows, with every property."""
    schema = _resolved(schema, schemas)
    for choice in schema.get("oneOf", schema.get("anyOf", [schema])):
        properties = _resolved(choice, schemas).get("properties", {})
        yield {name: _sound(name, wanted, schemas) for name, wanted in properties.items()}


def _sound(name: str, schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    schema = _resolved(schema, schemas)
    if "const" in schema:
        return schema["const"]
    if "anyOf" in schema:
        return _sound(name, schema["anyOf"][0], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    if name in SOUND:
        return SOUND[name]
    return {"integer": 1, "number": 1.0, "boolean": False, "array": []}.get(
        schema.get("type", ""), "2026-11-24"
    )


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return schemas[name] if name else schema
