"""Style, script and picture files of an interface, kept in memory: there whatever database and disk do.

Their address has a version made of all their content, so that a browser keeps them for ever and a new
programme is never half old. Third-party scripts come from installed wheels.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SHARED = Path(__file__).parent / "static"
"""What all interfaces show: the tokens of design, the mark."""

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True)
class Asset:
    """One file."""

    content: bytes
    media_type: str


class Assets:
    """The files of some folders and wheels under one version."""

    def __init__(self, folders: Iterable[Path], wheels: Mapping[str, tuple[str, str]]) -> None:
        self.files = dict(_load(folders, wheels))
        contents = b"".join(asset.content for asset in self.files.values())
        self.version = hashlib.sha256(contents).hexdigest()[:12]
        self.route = Route("/static/{version}/{name}", self._serve)

    def address(self, name: str) -> str:
        """Where the file is now. Raises KeyError for one that doesn't exist."""
        assert self.files[name]
        return f"/static/{self.version}/{name}"

    async def _serve(self, request: Request) -> Response:
        asset = self.files.get(request.path_params["name"])
        if asset is None or request.path_params["version"] != self.version:
            raise HTTPException(404)
        return Response(asset.content, media_type=asset.media_type, headers=_FOR_EVER)


def _load(folders: Iterable[Path], wheels: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, Asset]]:
    own: list[tuple[str, Traversable]] = [
        (path.name, path) for folder in folders for path in sorted(folder.iterdir())
    ]
    foreign = [(name, files(package) / path) for name, (package, path) in wheels.items()]
    for name, file in (*own, *foreign):
        yield name, Asset(file.read_bytes(), _TYPES[Path(name).suffix])
