"""The whole system on one machine: embedded broker, SQLite centre, a node that replays the sample clip.

It starts the same commands a province would run, each as a separate process, with newly generated keys and
passwords. So the demo shows the real product.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import httpx
import yaml
from rich.console import Console
from rich.table import Table

from central.ingest.settle import OPEN_CASE
from central.words.dictionary import translator
from contract.local_time import VIETNAM
from ngatu.broker import embedded_broker
from ngatu.demo_device import SINCE, device_entry
from ngatu.demo_people import doors, hire
from ngatu.demo_settings import CAMERA, NODE, Setup, prepare

CLIP = "junction.mp4"
START_SECONDS = 60.0
REPLAY_SECONDS = 900.0
CASES_SECONDS = 120.0

screen = Console()


class DemoError(RuntimeError):
    """A part of the demo did not start; the message says which and where its log is."""


def run_demo(folder: Path, *, once: bool, port: int = 0) -> None:
    """Sets up `folder` if it is new, runs everything, and stays until Ctrl+C; with `once` until delivered.

    Raises:
        DemoError: a part did not start or ended early.
    """
    with ExitStack() as stack:
        setup = prepare(folder, port)
        screen.print("→ broker, centre, ingest", highlight=False)
        stack.enter_context(embedded_broker(setup.accounts, setup.broker_port))
        _found_centre(setup)
        serve = stack.enter_context(_child(setup, "serve", "central", "serve", "--port", str(setup.web_port)))
        for process in ("ingest", "worker"):
            stack.enter_context(_child(setup, process, "central", process))
        beside = {"national": stack.enter_context(_national(setup))}
        if not once:
            beside |= _open_doors(stack, setup)
        _wait_for_web(setup, serve)
        screen.print(f"→ node {NODE} replays {CLIP}", highlight=False)
        node = stack.enter_context(_child(setup, "node", *_node_words(once=once)))
        if once:
            _wait_for_node(setup, node)
            _wait_for_cases(setup)
            screen.print(cases_table(setup))
            return
        _welcome(setup)
        _stay(setup, {"serve": serve, "node": node, **beside})


def _open_doors(stack: ExitStack, setup: Setup) -> dict[str, subprocess.Popen[bytes]]:
    """Starts the citizens' services: the owners' portal, and a bank to pay at."""
    portal = _child(setup, "portal", "central", "portal", "--port", str(setup.portal_port))
    words = ["--callback", f"{setup.portal}/payment/told", "--port", str(setup.bank_port)]
    for option, name in (("token", "bank.token"), ("secret", "bank.secret")):
        words += [f"--{option}-file", str(setup.folder / name)]
    words += ["--books", str(setup.folder / "bank.json")]
    bank = _child(setup, "bank", "sandbox", "payment", *words)
    return {"portal": stack.enter_context(portal), "bank": stack.enter_context(bank)}


def _national(setup: Setup) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """Starts the simulated national systems."""
    words = (
        "--token-file",
        str(setup.folder / "national.token"),
        "--books",
        str(setup.folder / "national"),
    )
    return _child(setup, "national", "sandbox", "national", "--port", str(setup.national_port), *words)


def _found_centre(setup: Setup) -> None:
    """Creates database, keys, node and people."""
    _ngatu(setup, "central", "migrate")
    key = _ngatu(setup, "central", "key", "init").split()[-1]
    (setup.folder / "centre-key.txt").write_text(key + "\n", encoding="ascii")
    document = setup.folder / "enrolment.json"
    _ngatu(setup, "edge", "enrol", str(setup.node_file), "--out", str(document), centre=False)
    _ngatu(setup, "central", "node", "add", str(document))
    hire(setup.centre_file, setup.password)
    entered = setup.folder / "device-entered"
    if not entered.exists():
        _register_device(setup)
        entered.touch()


def _register_device(setup: Setup) -> None:
    """Registers the demo's camera as a valid enforcement device, its officer as user, its signer as head of a
    division.
    """
    camera = yaml.safe_load((Path(str(files("configs"))) / "cameras" / CAMERA).read_text(encoding="utf-8"))
    entry = device_entry(setup.folder)
    _ngatu(setup, "central", "device", "enter", NODE, str(camera["id"]), str(entry))
    _ngatu(setup, "central", "signer", "grant", "signer", "--title", "division_head", "--from", SINCE)


def _node_words(*, once: bool) -> tuple[str, ...]:
    clip = Path(str(files("sample_videos"))) / CLIP
    camera = yaml.safe_load((Path(str(files("configs"))) / "cameras" / CAMERA).read_text(encoding="utf-8"))
    play = f"{camera['id']}={clip}"
    return ("edge", "run", "NODE", "--play", play, *(("--until-delivered",) if once else ()))


@contextmanager
def _child(setup: Setup, name: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a command of the product as a separate process that ends with the block; its output is in
    `NAME.log`.
    """
    words = tuple(str(setup.node_file) if word == "NODE" else word for word in words)
    with (setup.folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            _command(words),
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_environment(setup),
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _ngatu(setup: Setup, *words: str, centre: bool = True) -> str:
    """Runs a command to its end and returns what it printed."""
    environment = _environment(setup) if centre else None
    done = subprocess.run(_command(words), capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        raise DemoError(f"ngatu {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _command(words: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "ngatu", *words]


def _environment(setup: Setup) -> dict[str, str]:
    return {**os.environ, "NGATU_CENTRAL_SETTINGS": str(setup.centre_file)}


def _wait_for_web(setup: Setup, serve: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if serve.poll() is not None:
            raise DemoError(f"the centre ended at once; see {setup.folder / 'serve.log'}")
        try:
            if httpx.get(f"{setup.console}/healthz", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise DemoError(f"the centre does not answer; see {setup.folder / 'serve.log'}")


def _wait_for_node(setup: Setup, node: subprocess.Popen[bytes]) -> None:
    with screen.status("replaying, packing, delivering…"):
        try:
            code = node.wait(REPLAY_SECONDS)
        except subprocess.TimeoutExpired as late:
            raise DemoError(f"the node is not through after {REPLAY_SECONDS:.0f} s; see node.log") from late
    if code != 0:
        log = (setup.folder / "node.log").read_text(encoding="utf-8", errors="replace")
        raise DemoError(f"the node failed:\n{log[-2000:]}")


def _wait_for_cases(setup: Setup) -> None:
    """Waits, since the worker checks the pictures of each package before it opens a case."""
    deadline = time.monotonic() + CASES_SECONDS
    with screen.status("looking at the pictures…"):
        while OPEN_CASE in _ngatu(setup, "central", "job", "list"):
            if time.monotonic() > deadline:
                raise DemoError(f"the worker is not through; see {setup.folder / 'worker.log'}")
            time.sleep(0.5)


def cases_table(setup: Setup) -> Table:
    """The cases in the centre's database, as a readable table."""
    heads = (
        "số / no.",
        "thời gian / time",
        "lỗi / rule",
        "xe / vehicle",
        "biển số / plate",
        "trạng thái / state",
    )
    table = Table(*heads, title="Hồ sơ vi phạm — cases")
    word = translator("vi")
    for case in json.loads(_ngatu(setup, "central", "cases", "--json")):
        at = datetime.fromisoformat(case["occurred_at"]).astimezone(VIETNAM)
        named = (word(f"{key}.{case[key]}") for key in ("rule", "vehicle"))
        state = word(f"state.{case['state']}")
        table.add_row(str(case["id"]), f"{at:%H:%M:%S}", *named, case["plate"] or "—", state)
    return table


def _welcome(setup: Setup) -> None:
    for words, address in (
        ("\n[bold]Ngã Tư[/], bàn làm việc / console", setup.console),
        ("cổng chủ xe / owners' portal", setup.portal),
        ("ngân hàng thử / trial bank", setup.bank),
        ("hệ thống quốc gia thử / national systems", setup.national),
    ):
        screen.print(f"{words}: {address}", highlight=False, soft_wrap=True)
    screen.print(doors(setup.web_port))
    screen.print(f"mật khẩu chung / everybody's password: [bold]{setup.password}[/]", highlight=False)
    screen.print("các bước / what to do: docs/office.md, “Five minutes with the demo”", highlight=False)
    screen.print(f"logs: {setup.folder}   Ctrl+C ends", highlight=False, soft_wrap=True)


def _stay(setup: Setup, children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    try:
        while True:
            time.sleep(1)
            for name, process in children.items():
                if process.poll() is not None:
                    raise DemoError(f"{name} ended; see {setup.folder / name}.log")
    except KeyboardInterrupt:
        screen.print("bye")


def demo(folder: Path | None, *, once: bool, port: int = 0) -> None:
    """`ngatu demo`: in `folder`, or with `once` in one that is removed afterwards."""
    signal.signal(signal.SIGTERM, _end)
    if folder is not None or not once:
        run_demo(folder or Path("var/demo"), once=once, port=port)
        return
    with tempfile.TemporaryDirectory(prefix="ngatu-demo-") as temporary:
        try:
            run_demo(Path(temporary), once=True, port=port)
        except DemoError:
            kept = shutil.copytree(
                temporary, tempfile.mkdtemp(prefix="ngatu-demo-failed-"), dirs_exist_ok=True
            )
            screen.print(f"logs kept in {kept}", highlight=False)
            raise


def _end(*_: object) -> None:
    """Handles the stop signal: leaves every `with`, so that no child process remains."""
    raise SystemExit(143)
