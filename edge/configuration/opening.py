"""Opens a revision received from the broker: signed by the centre, for this node, with a valid camera
file."""

from pathlib import Path

from configs.camera import CameraConfig
from configs.camera_check import load_camera
from configs.loading import ConfigError
from contract.canonical import sha256_hex
from contract.configuration import Quarantine, Revision, read_quarantine, read_revision
from contract.faults import MessageError
from contract.reasons import Reason, reason
from contract.signing import PublicKey, SignatureError, verify
from contract.what_if import Question

_MOST_FAULTS = 10


class ForeignError(ValueError):
    """Not a revision of the centre for this node: it gets no answer."""


class RefusedError(ValueError):
    """A revision of the centre that can't be put in force; `reason` is reported to it."""

    def __init__(self, told: Reason) -> None:
        super().__init__(told.code)
        self.reason = told


def open_revision(token: str, centre: PublicKey, node: str) -> Revision:
    """The revision, if the centre signed it for this node. Raises ForeignError."""
    try:
        revision = read_revision(verify(token, centre))
    except SignatureError as problem:
        raise ForeignError(f"not signed by the centre: {problem}") from problem
    except MessageError as problem:
        raise ForeignError(f"signed by the centre, but no revision: {problem}") from problem
    if revision.node != node:
        raise ForeignError(f"for another node: {revision.node}")
    return revision


def open_quarantine(token: str, centre: PublicKey, node: str) -> Quarantine | None:
    """The cameras in quarantine, if that is what the centre signed for this node; otherwise None."""
    try:
        told = read_quarantine(verify(token, centre))
    except (SignatureError, MessageError):
        return None
    return told if told.node == node else None


def camera_of(revision: Revision | Question) -> CameraConfig:
    """The camera as configured by the centre. Raises RefusedError."""
    try:
        config = load_camera(Path(f"{revision.camera}.yaml"), revision.content.encode())
    except ConfigError as problem:
        told = tuple(line[:300] for line in str(problem).splitlines()[:_MOST_FAULTS])
        raise RefusedError(reason("configuration.invalid", faults=told)) from problem
    if config.id != revision.camera:
        raise RefusedError(reason("configuration.other_camera", camera=revision.camera, named=config.id))
    if config.detect_stream is None:
        raise RefusedError(reason("configuration.no_stream"))
    return config


def digest(content: str) -> str:
    """SHA-256 of a camera file's text."""
    return sha256_hex(content.encode())
