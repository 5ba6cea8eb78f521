"""Tasks: what may run beside what, what went wrong, and that they end with the command."""

import threading

import pytest

from edge.setup.places import SetupError
from edge.setup.tasks import Report, Task, TaskKind, Tasks


def until_told(go: threading.Event) -> object:
    """Work that goes on until it is told."""

    def work(report: Report) -> None:
        while not go.wait(0.01):
            report(0.5)

    return work


def ended(task: Task) -> Task:
    for _ in range(500):
        if not task.running:
            return task
        threading.Event().wait(0.01)
    raise AssertionError("it does not end")


@pytest.mark.parametrize(
    ("running", "wanted", "allowed"),
    [
        ("watch", "replay", True),
        ("watch", "watch", False),
        ("watch", "record", False),
        ("record", "replay", False),
        ("record", "convert", False),
    ],
)
def test_a_recording_is_not_changed_under_who_looks_at_it(
    running: TaskKind, wanted: TaskKind, allowed: bool
) -> None:
    tasks, go = Tasks(), threading.Event()
    tasks.start("a", running, until_told(go))  # type: ignore[arg-type]
    try:
        if allowed:
            tasks.start("a", wanted, lambda _: None)
        else:
            with pytest.raises(SetupError, match="busy"):
                tasks.start("a", wanted, lambda _: None)
        tasks.start("b", wanted, lambda _: None)
    finally:
        go.set()


def test_an_error_is_kept_and_the_next_may_start() -> None:
    def fail(_report: Report) -> None:
        raise SetupError("no_recording")

    def break_down(_report: Report) -> None:
        raise ZeroDivisionError

    tasks = Tasks()
    first = ended(tasks.start("a", "watch", fail))
    assert first.error is not None
    assert first.error.code == "no_recording"
    second = ended(tasks.start("a", "watch", break_down))
    assert second.error is not None
    assert second.error.code == "unexpected"
    assert tasks.of("a", "watch") is second
    assert tasks.of("a", "replay") is None


def test_stopping_ends_what_runs() -> None:
    tasks = Tasks()
    task = tasks.start("a", "watch", until_told(threading.Event()))  # type: ignore[arg-type]
    tasks.stop()
    assert not task.running
    assert task.error is None
