"""Background tasks with progress, for work that takes longer than a request.

A page that was closed finds its task again; errors are shown in their own words. A camera's recording is made
by one task at a time, and by none while another reads it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import structlog

from edge.setup.places import SetupError

log = structlog.get_logger(__name__)

TaskKind = Literal["record", "convert", "watch", "replay", "send", "join", "compare"]
Report = Callable[[float], None]
"""Callback with the part done, 0 to 1."""

_RECORDS: frozenset[TaskKind] = frozenset({"record", "convert"})


class _StoppedError(Exception):
    """The command is ending."""


@dataclass
class Task:
    """One piece of work; `done` is how much of it, 0 to 1, `error` why it failed."""

    kind: TaskKind
    done: float = 0.0
    running: bool = True
    error: SetupError | None = None
    stopping: threading.Event = field(default_factory=threading.Event, repr=False)

    def report(self, done: float) -> None:
        """Records the progress; ends the work if the command is ending."""
        if self.stopping.is_set():
            raise _StoppedError
        self.done = min(max(done, self.done), 1.0)


class Tasks:
    """The tasks of all cameras."""

    def __init__(self) -> None:
        self._tasks: dict[str, list[Task]] = {}
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def of(self, camera: str, *kinds: TaskKind) -> Task | None:
        """The newest task of these kinds (none named: of any), running or ended."""
        known = self._tasks.get(camera, [])
        return next((task for task in reversed(known) if not kinds or task.kind in kinds), None)

    def start(self, camera: str, kind: TaskKind, work: Callable[[Report], None]) -> Task:
        """Starts the work in its own thread. Raises SetupError while a conflicting task runs."""
        task = Task(kind)
        with self._lock:
            known = self._tasks.setdefault(camera, [])
            known[:] = [other for other in known if other.running or other.kind != kind]
            if any(other.running and _in_the_way(kind, other.kind) for other in known):
                raise SetupError("busy")
            known.append(task)
        thread = threading.Thread(target=_run, args=(task, work), name=f"setup-{kind}", daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()
        return task

    def stop(self, seconds: float = 15.0) -> None:
        """Ends running tasks and waits for them: networks still running while a process ends would crash
        it."""
        for task in (task for known in self._tasks.values() for task in known):
            task.stopping.set()
        for thread in self._threads:
            thread.join(seconds)


def _in_the_way(kind: TaskKind, other: TaskKind) -> bool:
    return kind == other or kind in _RECORDS or other in _RECORDS


def _run(task: Task, work: Callable[[Report], None]) -> None:
    try:
        work(task.report)
    except SetupError as error:
        task.error = error
    except _StoppedError:
        pass
    except Exception:
        # Thread boundary: the page says that it failed, the log says how.
        log.exception("set-up task failed", kind=task.kind)
        task.error = SetupError("unexpected")
    finally:
        task.running = False
