"""A process for each paper: limits, and a fork server that ends at any moment."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from central.documents import process, trial
from central.documents.forms import packaged
from central.documents.process import EndedError, Limits
from central.documents.render import Job
from central.documents.variants import sample

RENDER = "central.documents.render"
ENOUGH = Limits(seconds=60.0, memory=2 * 2**30)


def task(source: str | None = None) -> bytes:
    edition = packaged("receipt", sample("receipt").dated)
    job: Job = trial.of_sample("receipt", edition, source)
    return job.model_dump_json().encode()


def servers(of: int) -> list[int]:
    """The fork servers that a process has started and that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
        except (OSError, ValueError):
            continue
        if b"central.documents.fork_server" in words and int(parent) == of and state != "Z":
            found.append(int(entry.name))
    return found


def test_tasks_at_once_get_each_their_own_answer() -> None:
    other = task("<p>{{ paper.number }}</p>")
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda given: process.run(RENDER, given, ENOUGH), [task(), other] * 2))
    assert made[0] == made[2] != made[1] == made[3]
    assert all(pdf.startswith(b"%PDF-") for pdf in made)
    assert len(servers(os.getpid())) == 1


def test_a_fork_server_that_was_killed_is_started_again() -> None:
    made = process.run(RENDER, task(), ENOUGH)
    (killed,) = servers(os.getpid())
    os.kill(killed, signal.SIGKILL)
    assert process.run(RENDER, task(), ENOUGH) == made
    (anew,) = servers(os.getpid())
    assert anew != killed


@pytest.mark.parametrize(
    ("source", "limits", "why"),
    [
        ("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", 1.0, "time"),
        ("{{ 'a'|center(999999999) }}{{ 'b'|center(999999999) }}", 30.0, "memory"),
        ("{{ paper.nothing_of_the_kind }}", 30.0, "failed"),
    ],
)
def test_what_goes_wrong_is_told_and_the_next_task_is_done(source: str, limits: float, why: str) -> None:
    process.run(RENDER, task(), ENOUGH)
    with pytest.raises(EndedError) as ended:
        process.run(RENDER, task(source), Limits(limits, 2**30))
    assert ended.value.why == why
    assert ended.value.told == (
        "" if why != "failed" else "the template asks for the field 'nothing_of_the_kind' of ReceiptPaper"
    )
    assert process.run(RENDER, task(), ENOUGH).startswith(b"%PDF-")


def test_only_tasks_of_typesetting_are_taken() -> None:
    with pytest.raises(EndedError, match="no such task: os"):
        process.run("os", b"", ENOUGH)


def test_it_ends_with_the_process_that_started_it() -> None:
    code = (
        "import os; from tests.central.documents.test_process import *;"
        "process.run(RENDER, task(), ENOUGH); print(*servers(os.getpid()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    (number,) = done.stdout.split()
    until = time.monotonic() + 10
    while Path("/proc", number).exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path("/proc", number).exists()


def test_without_its_typeface_no_paper_is_set_in_another(tmp_path: Path) -> None:
    """A machine without fonts: the library crashes, which looked like too little memory."""
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
    words = (
        "import sys; from central.documents import process; limits = process.Limits(60, 2 * 2**30)\n"
        f"process.run({RENDER!r}, sys.stdin.buffer.read(), limits)"
    )
    done = subprocess.run(
        [sys.executable, "-c", words],
        input=task(),
        capture_output=True,
        env={**os.environ, "FONTCONFIG_FILE": str(tmp_path / "fonts.conf")},
    )
    assert b"EndedError: ('failed', 'TeX Gyre Termes is not installed: apt-get install" in done.stderr
