"""Storage of the set-up page: beside the camera files, in the folder `.setup`, so that an interrupted set-up
can continue.

A camera is known by the name of its file. Its folder holds the draft, the recorded minute, the password, and
every revision that was ever active, in order.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from configs.camera_check import load_camera
from configs.kinds import kind_of
from configs.loading import ConfigError
from configs.node import NodeConfig
from configs.node_check import load_node
from edge.files import replace_file
from edge.setup.drafts import Draft, as_yaml, draft_of, new_draft

_REVISION = re.compile(r"(\d{4})-(\d{8}T\d{6}Z)\.yaml")


class SetupError(Exception):
    """A request of the installer can't be done; `code` has its words in `edge/setup/words`."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = values
        super().__init__(f"{code} {values}" if values else code)


@dataclass(frozen=True)
class Revision:
    """One camera file that was active: its number, time of activation (UTC), and text."""

    number: int
    at: datetime
    path: Path

    @property
    def text(self) -> str:
        """The file's content."""
        return self.path.read_text(encoding="utf-8")


class Place:
    """One camera of the folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.file = folder / f"{name}.yaml"
        self._room = folder / ".setup" / name

    def path(self, name: str) -> Path:
        """A file in the camera's folder; the folder is created if missing."""
        self._room.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._room / name

    @property
    def recording(self) -> Path:
        """The recorded minute, in a format browsers play."""
        return self.path("recording.mp4")

    def draft(self) -> Draft:
        """The draft; for a camera without one, its file. Raises ConfigError if that can't be read."""
        kept: Draft | None = self.kept("draft.json")
        return draft_of(load_camera(self.file)) if kept is None else kept

    def save(self, draft: Draft) -> None:
        """Stores the draft atomically."""
        self.keep("draft.json", draft)

    def keep(self, name: str, value: Any) -> None:
        """Stores plain values as a JSON file of the folder, atomically."""
        replace_file(self.path(name), json.dumps(value, ensure_ascii=False).encode())

    def kept(self, name: str) -> Any:
        """The content of such a file; None if there is none."""
        path = self._room / name
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    @property
    def is_active(self) -> bool:
        """Whether there is a camera file that a node can run."""
        return self.file.exists()

    @property
    def is_changed(self) -> bool:
        """Whether the draft differs from the active file."""
        if not self.is_active:
            return True
        try:
            return self.draft() != draft_of(load_camera(self.file))
        except ConfigError:
            return True

    def revisions(self) -> list[Revision]:
        """Every file that was ever active, newest first."""
        folder = self._room / "history"
        found = sorted(folder.iterdir(), reverse=True) if folder.exists() else []
        return [_revision(path, match) for path in found if (match := _REVISION.fullmatch(path.name))]

    def activate(self, now: datetime) -> Revision:
        """Makes the draft the camera file, under a calibration id of its own.

        Raises ConfigError, with every problem, if the loader of camera files refuses it; the active file then
        stays.
        """
        self._keep_what_is_active()
        number = self._next_number()
        draft = self.draft() | {"calibration": f"setup-{now:%Y%m%d}-{number:04d}"}
        text = as_yaml(draft)
        load_camera(self.file, text.encode())
        self.save(draft)
        return self._make_active(text, number, now)

    def roll_back(self, number: int, now: datetime) -> Revision:
        """Makes an earlier revision the camera file again, and the draft with it.

        Raises:
            SetupError: there is no such revision.
            ConfigError: this release's loader refuses it.
        """
        found = next((one for one in self.revisions() if one.number == number), None)
        if found is None:
            raise SetupError("no_revision", number=number)
        config = load_camera(found.path)
        made = self._make_active(found.text, self._next_number(), now)
        self.save(draft_of(config))
        return made

    def _keep_what_is_active(self) -> None:
        """A file written by hand becomes the first revision, so that activating loses nothing."""
        if self.is_active and not self.revisions():
            made = datetime.fromtimestamp(self.file.stat().st_mtime, UTC)
            self._write_revision(self.file.read_text(encoding="utf-8"), 1, made)

    def _next_number(self) -> int:
        return max((one.number for one in self.revisions()), default=0) + 1

    def _make_active(self, text: str, number: int, now: datetime) -> Revision:
        made = self._write_revision(text, number, now)
        replace_file(self.file, text.encode())
        return made

    def _write_revision(self, text: str, number: int, at: datetime) -> Revision:
        folder = self.path("history")
        folder.mkdir(exist_ok=True)
        path = folder / f"{number:04d}-{at:%Y%m%dT%H%M%SZ}.yaml"
        replace_file(path, text.encode())
        return Revision(number, at, path)


class Places:
    """The folder of camera files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def all(self) -> list[Place]:
        """Every camera with a file or a draft, by name."""
        names = self._drafts() | {path.stem for path in self._files() if _is_camera(path)}
        return [Place(self.folder, name) for name in sorted(names)]

    def one(self, name: str) -> Place:
        """The camera of that name. Raises SetupError if there is none."""
        if name not in self._drafts() and not any(
            path.stem == name and _is_camera(path) for path in self._files()
        ):
            raise SetupError("no_camera", name=name)
        return Place(self.folder, name)

    def add(self, title: str) -> Place:
        """A new camera at the junction of that name; its id is made from the title's letters."""
        name = identifier(title)
        if not name:
            raise SetupError("no_name")
        taken = self._drafts() | {path.stem for path in self._files()}
        if name in taken:
            name = next(f"{name}-{n}" for n in range(2, len(taken) + 3) if f"{name}-{n}" not in taken)
        place = Place(self.folder, name)
        place.save(new_draft(name, title))
        return place

    def node_of(self, place: Place) -> NodeConfig | None:
        """The node whose file, in this folder or its parent, names the camera's; None if none can be read."""
        named = (n for n in self._nodes() if any(camera.resolve() == place.file for camera in n.cameras))
        return next(named, None)

    def sender_of(self, place: Place) -> NodeConfig | None:
        """The node of the camera; before its file names the camera, the only one there is."""
        nodes = self._nodes()
        return self.node_of(place) or (nodes[0] if len(nodes) == 1 else None)

    def _nodes(self) -> list[NodeConfig]:
        """The nodes whose files, in this folder or its parent, can be read."""
        files = (*self._files(), *self.folder.parent.glob("*.yaml"))
        return [node for node in (_node(path) for path in sorted(files)) if node is not None]

    def _drafts(self) -> set[str]:
        drafts = self.folder / ".setup"
        return {path.name for path in drafts.iterdir()} if drafts.exists() else set()

    def _files(self) -> Iterator[Path]:
        """The YAML files of the folder, which may include a node's."""
        return self.folder.glob("*.yaml")


def identifier(title: str) -> str:
    """`Ngã tư Hùng Vương` as `nga-tu-hung-vuong`: letters without marks, digits, hyphens."""
    plain = unicodedata.normalize("NFD", title.lower().replace("đ", "d")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]


def _revision(path: Path, match: re.Match[str]) -> Revision:
    at = datetime.strptime(match[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return Revision(int(match[1]), at, path)


def _node(path: Path) -> NodeConfig | None:
    try:
        return load_node(path) if kind_of(path) == "node" else None
    except ConfigError:
        return None


def _is_camera(path: Path) -> bool:
    try:
        return kind_of(path) == "camera"
    except ConfigError:
        return True
