"""Style, script and picture files of the console, kept in memory: there whatever database and disk do.

Their address has a version made of all their content, so that a browser keeps them for ever and a new
programme is never half old. Third-party scripts come from installed wheels.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_OWN = Path(__file__).parent / "static"
_FROM_WHEELS = {"htmx.min.js": ("js_lib_htmx", "static/htmx/htmx.min.js")}
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True)
class Asset:
    """One file."""

    content: bytes
    media_type: str


def _load() -> Iterator[tuple[str, Asset]]:
    own: list[tuple[str, Traversable]] = [(path.name, path) for path in sorted(_OWN.iterdir())]
    foreign = [(name, files(package) / path) for name, (package, path) in _FROM_WHEELS.items()]
    for name, file in (*own, *foreign):
        yield name, Asset(file.read_bytes(), _TYPES[Path(name).suffix])


ASSETS = dict(_load())
VERSION = hashlib.sha256(b"".join(asset.content for asset in ASSETS.values())).hexdigest()[:12]


def address(name: str) -> str:
    """Where the file is now. Raises KeyError for one that doesn't exist."""
    assert ASSETS[name]
    return f"/static/{VERSION}/{name}"


async def _serve(request: Request) -> Response:
    asset = ASSETS.get(request.path_params["name"])
    if asset is None or request.path_params["version"] != VERSION:
        raise HTTPException(404)
    return Response(asset.content, media_type=asset.media_type, headers=_FOR_EVER)


ROUTE = Route("/static/{version}/{name}", _serve)
