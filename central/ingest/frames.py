"""Looks for the pictures of a package in its clip, in a separate process, because the bytes are not trusted.

`python -m central.ingest.frames < job.json`; the job is a `Job` as JSON, the answer a reason as JSON, or
`null` if every picture is the frame it claims to be. Processor time and memory of the process are limited;
the machine's load does not affect the result.
"""

import resource
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from central.media.store import MediaStore
from contract.frames import FrameError, Picture, check_told, prove, takes
from contract.manifest import EvidenceFile, ViolationManifest
from contract.reasons import Reason, reason

CPU_SECONDS = 60
MEMORY_BYTES = 4 * 1024**3
LONGEST_SECONDS = 100.0
"""Wall-clock limit: after that it is tried again, when the machine is less busy."""

CRASHES = 3
"""After this many crashes on a clip, the clip is considered faulty."""

_ANSWER: TypeAdapter[Reason | None] = TypeAdapter(Reason | None)


class FramesUnknownError(Exception):
    """The result could not be determined now; to be tried again."""


class Job(BaseModel):
    """A clip, its start time, and the files that name a frame of it; `paths` gives the path of each file."""

    model_config = ConfigDict(extra="forbid")

    clip: Path
    began: datetime
    pictures: tuple[EvidenceFile, ...]
    paths: dict[str, Path]


def find_fault(store: MediaStore, manifest: ViolationManifest, attempt: int) -> Reason | None:
    """The fault in the pictures of a package whose files are all stored; None if there is none.

    Raises:
        FramesUnknownError: the process was too slow or died; `attempt` (from 1) counts these attempts.
    """
    try:
        check_told(manifest)
    except FrameError as problem:
        return problem.reason
    for clip, pictures in takes(manifest):
        if clip is None:
            return reason("frames.no_clip", file=pictures[0].name)
        if fault := _fault_of(store, clip, pictures, attempt):
            return fault
    return None


def _fault_of(
    store: MediaStore, clip: EvidenceFile, pictures: tuple[EvidenceFile, ...], attempt: int
) -> Reason | None:
    """The fault of one clip and its pictures."""
    paths = {file.sha256: store.path(file.sha256) for file in pictures}
    job = Job(clip=store.path(clip.sha256), began=clip.captured_at, pictures=pictures, paths=paths)
    command = [sys.executable, "-m", "central.ingest.frames"]
    try:
        done = subprocess.run(
            command, input=job.model_dump_json().encode(), capture_output=True, timeout=LONGEST_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise FramesUnknownError(f"more than {LONGEST_SECONDS:g} s") from None
    if done.returncode == 0:
        return _ANSWER.validate_json(done.stdout)
    if done.returncode == -signal.SIGXCPU:
        return reason("frames.too_large")
    if done.returncode < 0 and attempt >= CRASHES:
        return reason("frames.clip_unreadable")
    told = done.stderr.decode(errors="replace").strip().splitlines()
    raise FramesUnknownError(f"ended with {done.returncode}: {told[-1][:300] if told else 'no output'}")


def _answer(job: Job) -> Reason | None:
    pictures = [
        Picture(file.name, job.paths[file.sha256].read_bytes(), file.frame, file.crop, file.captured_at)
        for file in job.pictures
        if file.frame is not None
    ]
    try:
        prove(job.clip.read_bytes(), pictures, job.began)
    except FrameError as problem:
        return problem.reason
    return None


def main() -> None:
    """Processes one job."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    job = Job.model_validate_json(sys.stdin.buffer.read())
    sys.stdout.buffer.write(_ANSWER.dump_json(_answer(job)))


if __name__ == "__main__":
    main()
