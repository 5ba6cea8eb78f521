"""A process of its own for typesetting, with limits on time and memory: no template can hold up a request.

`python -m MODULE MEMORY_BYTES SECONDS` reads its task from standard input and writes its answer to standard
output.
"""

import resource
import subprocess
import sys
from dataclasses import dataclass
from typing import Literal

OUT_OF_MEMORY = 71
"""Exit status of a process that reached its limit of memory."""
_KILLED_BY_CPU_LIMIT = -24  # SIGXCPU

Why = Literal["time", "memory", "failed"]


@dataclass(frozen=True)
class Limits:
    """Most seconds (of the clock, and of computing) and bytes of address space."""

    seconds: float
    memory: int


class EndedError(Exception):
    """The process gave no answer: too long, too much memory, or an error of its own, whose last line is
    `told`.
    """

    def __init__(self, why: Why, told: str = "") -> None:
        super().__init__(why, told)
        self.why: Why = why
        self.told = told


def run(module: str, task: bytes, limits: Limits) -> bytes:
    """The answer of a module's process. Raises EndedError."""
    command = [sys.executable, "-m", module, str(limits.memory), str(max(1, round(limits.seconds)))]
    try:
        done = subprocess.run(command, input=task, capture_output=True, timeout=limits.seconds, check=False)
    except subprocess.TimeoutExpired:
        raise EndedError("time") from None
    except OSError as problem:
        raise EndedError("failed", f"the process did not start: {problem}"[:300]) from problem
    if done.returncode == 0:
        return done.stdout
    if done.returncode == _KILLED_BY_CPU_LIMIT:
        raise EndedError("time")
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    if done.returncode == OUT_OF_MEMORY or done.returncode < 0:  # libraries in C abort without memory
        raise EndedError("memory")
    raise EndedError("failed", lines[-1][:300] if lines else "no output")


def limit_this_process() -> None:
    """Applies the limits given on the command line."""
    memory, seconds = (int(argument) for argument in sys.argv[1:3])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
