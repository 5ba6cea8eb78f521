"""Seals a violation into a package: pictures encoded, hashed, signed, linked to the node's previous package.

The same inputs give the same bytes, so that replays can be compared with `diff -r`.
"""

import os
import shutil
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from configs.wording import LANGUAGES
from configs.words import say
from contract.canonical import canonical_bytes, sha256_hex
from contract.manifest import NEWEST, ClipFrame, EvidenceFile, ViolationFacts, ViolationManifest
from contract.manifest.upgrade import to_v1
from contract.package import KEY_FILE, MANIFEST_FILE, SIGNATURE_FILE, Link
from contract.signing import SigningKey, sign
from contract.types import FileRole

JPEG_QUALITY = 92
SECOND = "second-"
"""Prefix of a second camera's file names."""

PLAIN, SECOND_CAMERA, TEST = "ngatu.manifest/2", "ngatu.manifest/2.1", "ngatu.manifest/2.2"
_EVENTS = uuid.UUID("6b0c7a2e-5a7e-5c0e-9d0b-0f6a1d3b9c44")


@dataclass(frozen=True)
class Still:
    """A picture of the violation, BGR (height, width, 3) uint8, as the camera gave it, without overlays.

    `frame` is the frame of the clip it was taken from, `crop` the part of it in pixels (None: all of it).
    """

    role: FileRole
    image: NDArray[np.uint8]
    captured_at: datetime
    frame: ClipFrame | None = None
    crop: tuple[int, int, int, int] | None = None


@dataclass(frozen=True)
class Clip:
    """An MP4 cut from the camera's own stream; `start` is the time of its first picture, `frames` gives for
    the stream time of each picture its frame number in the clip."""

    data: bytes
    start: datetime
    frames: Mapping[float, ClipFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class PackedFile:
    """A file ready to be sealed; `camera` is that of a second view, None the camera of the violation."""

    role: FileRole
    name: str
    media_type: Literal["image/jpeg", "video/mp4"]
    data: bytes
    captured_at: datetime
    frame: ClipFrame | None = None
    crop: tuple[int, int, int, int] | None = None
    camera: str | None = None


@dataclass(frozen=True)
class Package:
    """A sealed violation. `files` holds every file of the package by name, including manifest and signature
    in the requested version; `manifest` is the node's own data."""

    manifest: ViolationManifest
    files: Mapping[str, bytes]

    @property
    def link(self) -> Link:
        """The position in the chain that the next package follows."""
        return Link(self.manifest.sequence, sha256_hex(self.files[MANIFEST_FILE]))


def event_id(facts: ViolationFacts, episode: str = "") -> str:
    """The id of a violation: the same violation found again (a replay, a restart) has the same id."""
    moment = round(facts.occurred_at.timestamp() * 1000)
    parts = (facts.node, facts.camera, facts.rule.name, str(facts.vehicle.track), str(moment), episode)
    return str(uuid.uuid5(_EVENTS, "|".join(parts)))


def encode(stills: Iterable[Still], clip: Clip | None, camera: str | None = None) -> tuple[PackedFile, ...]:
    """Stills as JPEG and the clip as it is, named by role (`before.jpg`, a second one `before-2.jpg`).

    Args:
        camera: the other camera they come from (`second-plate.jpg`); None: the camera of the act.

    Raises:
        ValueError: a picture is empty or not BGR, or the clip is empty.
    """
    files: list[PackedFile] = []
    view = "" if camera is None else SECOND
    for still in stills:
        number = sum(file.role == still.role for file in files) + 1
        name = f"{view}{still.role}.jpg" if number == 1 else f"{view}{still.role}-{number}.jpg"
        taken, frame, crop = still.captured_at, still.frame, still.crop
        files.append(PackedFile(still.role, name, "image/jpeg", _jpeg(still), taken, frame, crop, camera))
    if clip is not None:
        if not clip.data:
            raise ValueError("the clip has no bytes")
        name = f"{view}clip.mp4"
        files.append(PackedFile("clip", name, "video/mp4", clip.data, clip.start, camera=camera))
    return tuple(files)


def seal(
    facts: ViolationFacts,
    event: str,
    files: Iterable[PackedFile],
    previous: Link | None,
    key: SigningKey,
    version: int = NEWEST,
) -> Package:
    """Signs the violation as the next package after `previous` (None: the node's first).

    Raises:
        TooLargeError: the manifest would be larger than a centre reads.
        ValidationError: it can't be expressed in that version of the manifest.
    """
    files = tuple(files)
    manifest = ViolationManifest(
        **dict(facts),
        event_id=event,
        sequence=previous.sequence + 1 if previous else 1,
        previous=previous.sha256 if previous else None,
        files=tuple(_described(file) for file in files),
        schema=_schema(facts, files),
    )
    content = {file.name: file.data for file in files}
    signed = to_v1(manifest, _prose(manifest)) if version == 1 else manifest
    content[MANIFEST_FILE] = canonical_bytes(signed)
    content[SIGNATURE_FILE] = sign(signed, key).encode("ascii")
    content[KEY_FILE] = key.public.text.encode("ascii") + b"\n"
    return Package(manifest, content)


def _schema(facts: ViolationFacts, files: Iterable[PackedFile]) -> str:
    if facts.test:
        return TEST
    # A reader that does not know second cameras must not take one's files for the first one's.
    return SECOND_CAMERA if any(file.camera for file in files) else PLAIN


def write(package: Package, folder: Path) -> None:
    """Writes the package as a folder, atomically: it appears under its name when all is on the disk.

    Raises:
        OSError: the disk is full or fails; nothing is left behind under `folder`.
    """
    fresh = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        for name, data in package.files.items():
            _write_file(fresh / name, data)
        sync_folder(fresh)
        fresh.rename(folder)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Syncs a folder to the disk, so that the names in it are durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_file(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _described(file: PackedFile) -> EvidenceFile:
    return EvidenceFile(
        role=file.role,
        name=file.name,
        media_type=file.media_type,
        bytes=len(file.data),
        sha256=sha256_hex(file.data),
        captured_at=file.captured_at,
        frame=file.frame,
        crop=file.crop,
        camera=file.camera,
    )


def _prose(facts: ViolationFacts) -> str:
    """Reasons and doubts in words, Vietnamese and English, as version 1 of the manifest has them."""
    told = (*facts.reasons, *facts.doubts)
    vi, en = ("; ".join(say(reason, language) for reason in told) for language in LANGUAGES)
    return f"{vi} — {en}"


def _jpeg(still: Still) -> bytes:
    image = still.image
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
        raise ValueError(f"the {still.role} picture is not BGR bytes: {image.shape} {image.dtype}")
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
