"""Outputs of a replay, written as they are found: lines, signed packages, an annotated video.

All outputs are opened before the first frame is analysed: one that can't be written is reported at once and
costs no time. One that fails later is closed with its content so far, the others continue.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from av.error import FFmpegError

from contract.package import Link
from contract.signing import SigningKey
from edge.evidence.annotate import Annotator
from edge.evidence.gather import Proof
from edge.evidence.package import write
from edge.pipeline import Step
from edge.video.encode import VideoWriter
from edge.video.frame import VideoError


class ResultError(RuntimeError):
    """A result can't be written as asked; the message names the file and says what to do."""


@dataclass(frozen=True)
class Outputs:
    """Where the results go; each may be None."""

    jsonl: Path | None = None
    packages: Path | None = None
    annotated: Path | None = None


class ResultFiles:
    """The outputs of one replay while it runs; a context manager.

    Args:
        film: size (width, height) and usual rate of the annotated video, and its annotator.
        key: signs the packages.

    Raises:
        ResultError: on entering, an output can't be written, or the folder for packages already holds some.
    """

    def __init__(
        self, outputs: Outputs, film: tuple[tuple[int, int], float, Annotator], key: SigningKey
    ) -> None:
        self._problems: dict[Path | None, str] = {}
        self._outputs = outputs
        self._film = film
        self._key = key
        self._head: Link | None = None
        self._lines: IO[str] | None = None
        self._writer: VideoWriter | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with self._stack:
            self._open()
            self._stack = self._stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._told(self._outputs.annotated):
            self._stack.__exit__(kind, error, trace)

    @property
    def problems(self) -> tuple[str, ...]:
        """Outputs that could not be written, in words."""
        return tuple(self._problems.values())

    def line(self, text: str) -> None:
        """Writes one line of the JSONL file."""
        if self._lines is not None and self._outputs.jsonl not in self._problems:
            with self._told(self._outputs.jsonl):
                self._lines.write(text + "\n")

    def package(self, proof: Proof) -> None:
        """Writes the next package of the chain."""
        folder = self._outputs.packages
        if folder is not None and folder not in self._problems:
            package = proof.sealed(self._key)(self._head)
            with self._told(folder):
                write(package, folder / f"{package.manifest.sequence:04d}-{proof.event}")
                self._head = package.link

    def picture(self, step: Step) -> None:
        """Writes the next picture of the video."""
        if self._writer is not None and self._outputs.annotated not in self._problems:
            with self._told(self._outputs.annotated):
                self._writer.write(self._film[2].draw(step), step.frame.t)

    def _open(self) -> None:
        size, fps, _ = self._film
        wanted = self._outputs
        if wanted.jsonl is not None:
            with _refused(wanted.jsonl):
                wanted.jsonl.parent.mkdir(parents=True, exist_ok=True)
                opened = wanted.jsonl.open("w", encoding="utf-8", buffering=1)
            self._stack.callback(self._close_lines, opened)
            self._lines = opened
        if wanted.packages is not None:
            _refuse_unless_writable(wanted.packages)
        if wanted.annotated is not None:
            with _refused(wanted.annotated):
                wanted.annotated.parent.mkdir(parents=True, exist_ok=True)
                self._writer = self._stack.enter_context(VideoWriter(wanted.annotated, size, fps))

    def _close_lines(self, file: IO[str]) -> None:
        with self._told(self._outputs.jsonl):
            file.close()

    @contextmanager
    def _told(self, path: Path | None) -> Iterator[None]:
        """Records an error while `path` is written; the output is then closed."""
        try:
            yield
        except (OSError, FFmpegError, VideoError) as problem:
            what = getattr(problem, "strerror", None) or problem
            words = f"{path}: {what}; it ends there: mend that and replay again"
            self._problems.setdefault(path, words)


@contextmanager
def _refused(path: Path) -> Iterator[None]:
    try:
        yield
    except VideoError as problem:
        raise ResultError(str(problem)) from problem
    except (OSError, FFmpegError) as problem:
        raise ResultError(
            f"{path} can't be written: {getattr(problem, 'strerror', None) or problem}"
        ) from problem


def _refuse_unless_writable(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ResultError(f"{folder} is a file: give the packages a new folder")
    with _refused(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ResultError(f"{folder} is not empty: packages are never overwritten, give a new folder")
        probe = folder / ".writable"
        probe.write_bytes(b"\n")
        probe.unlink()
