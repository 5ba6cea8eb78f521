"""The whole system on one machine: embedded broker, SQLite centre, a node that replays the sample clip.

It starts the very commands a province would run, each as a process of its own, with keys and passwords made
on the spot. What it shows is therefore what the product does.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import httpx
import yaml
from rich.console import Console
from rich.table import Table

from central.ingest.settle import OPEN_CASE
from central.sandboxes.identity import CLAIM, CLIENT
from central.words.dictionary import translator
from contract.local_time import VIETNAM
from ngatu.broker import embedded_broker
from ngatu.demo_device import SINCE, device_entry
from ngatu.demo_people import doors, hire
from ngatu.demo_seal import make_seal
from ngatu.demo_secrets import kept_secret

NODE = "demo-node"
CLIP = "junction.mp4"
CAMERA = "junction.yaml"
START_SECONDS = 60.0
REPLAY_SECONDS = 900.0
CASES_SECONDS = 120.0

screen = Console()


class DemoError(RuntimeError):
    """Something of the demo did not come up; the message says what and where its log is."""


@dataclass(frozen=True)
class Ground:
    """The demo's folder, ports and made-up secrets."""

    folder: Path
    web_port: int
    broker_port: int
    portal_port: int
    bank_port: int
    national_port: int
    accounts: Mapping[str, str]

    @property
    def password(self) -> str:
        """Everybody's; kept, so that whoever starts the demo again reads it again."""
        return kept_secret(self.folder / "people.password", characters=12)

    @property
    def centre_file(self) -> Path:
        return self.folder / "centre.yaml"

    @property
    def node_file(self) -> Path:
        return self.folder / "node.yaml"

    @property
    def console(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def portal(self) -> str:
        return f"http://127.0.0.1:{self.portal_port}"

    @property
    def bank(self) -> str:
        return f"http://127.0.0.1:{self.bank_port}"

    @property
    def national(self) -> str:
        return f"http://127.0.0.1:{self.national_port}"


def run_demo(folder: Path, *, once: bool, port: int = 0) -> None:
    """Sets up `folder` if it is new, runs everything, and stays until Ctrl+C; with `once` until delivered.

    Raises:
        DemoError: a part did not come up or ended early.
    """
    with ExitStack() as stack:
        ground = _prepare(folder, port)
        screen.print("→ broker, centre, ingest", highlight=False)
        stack.enter_context(embedded_broker(ground.accounts, ground.broker_port))
        _found_centre(ground)
        serve = stack.enter_context(
            _child(ground, "serve", "central", "serve", "--port", str(ground.web_port))
        )
        for process in ("ingest", "worker"):
            stack.enter_context(_child(ground, process, "central", process))
        beside = {"national": stack.enter_context(_national(ground))}
        if not once:
            beside |= _open_doors(stack, ground)
        _wait_for_web(ground, serve)
        screen.print(f"→ node {NODE} replays {CLIP}", highlight=False)
        node = stack.enter_context(_child(ground, "node", *_node_words(once=once)))
        if once:
            _wait_for_node(ground, node)
            _wait_for_cases(ground)
            screen.print(cases_table(ground))
            return
        _welcome(ground)
        _stay(ground, {"serve": serve, "node": node, **beside})


def _open_doors(stack: ExitStack, ground: Ground) -> dict[str, subprocess.Popen[bytes]]:
    """What citizens use: the owners' portal, and a bank to pay at."""
    portal = _child(ground, "portal", "central", "portal", "--port", str(ground.portal_port))
    words = ["--callback", f"{ground.portal}/payment/told", "--port", str(ground.bank_port)]
    for option, name in (("token", "bank.token"), ("secret", "bank.secret")):
        words += [f"--{option}-file", str(ground.folder / name)]
    words += ["--books", str(ground.folder / "bank.json")]
    bank = _child(ground, "bank", "sandbox", "payment", *words)
    return {"portal": stack.enter_context(portal), "bank": stack.enter_context(bank)}


def _national(ground: Ground) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """The national systems' stand-ins."""
    words = (
        "--token-file",
        str(ground.folder / "national.token"),
        "--books",
        str(ground.folder / "national"),
    )
    return _child(ground, "national", "sandbox", "national", "--port", str(ground.national_port), *words)


def _prepare(folder: Path, port: int) -> Ground:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    accounts = {name: kept_secret(folder / f"{name}.password") for name in ("ngatu-ingest", NODE)}
    for name in ("bank.token", "bank.secret", "national.token"):
        kept_secret(folder / name)
    doors = (port + 1, port + 2, port + 3) if port else (_free_port(), _free_port(), _free_port())
    ground = Ground(folder.resolve(), port or _free_port(), _free_port(pair=True), *doors, accounts)
    ground.centre_file.write_text(yaml.safe_dump(_centre_settings(ground)), encoding="utf-8")
    ground.node_file.write_text(yaml.safe_dump(_node_settings(ground)), encoding="utf-8")
    return ground


def _centre_settings(ground: Ground) -> dict[str, object]:
    return {
        "data_dir": str(ground.folder / "centre"),
        "secure_cookies": False,
        "mqtt": {
            "host": "127.0.0.1",
            "port": ground.broker_port + 1,
            "tls": False,
            "username": "ngatu-ingest",
            "password_file": str(ground.folder / "ngatu-ingest.password"),
        },
        "registry": _at_national(ground, "registration"),
        "population": _at_national(ground, "population"),
        "inspection": _at_national(ground, "inspection"),
        "vehicle_alerts": _at_national(ground, "vehicle-alerts"),
        "licences": _at_national(ground, "licences"),
        "sharing": _at_national(ground, "platform"),
        "citizen_login": {
            "issuer": f"{ground.national}/identity",
            "client_id": CLIENT,
            "claim": CLAIM,
            "label": "VNeID (thử nghiệm)",
            "label_en": "VNeID (trial)",
        },
        "office": {
            "portal": ground.portal,
            "words_en": "Traffic Police Department of Bac Ninh Province",
            "address": "Số 1 đường Thử Nghiệm, Bắc Ninh",
            "phone": "0222 000 000",
            "account": "3949.0.0000000",
        },
        "payment": {
            "url": ground.bank,
            "token_file": str(ground.folder / "bank.token"),
            "secret_file": str(ground.folder / "bank.secret"),
            "bank_bin": "970403",
            "bank_account": "0011012345678",
        },
        "signing": make_seal(ground.folder),
    }


def _node_settings(ground: Ground) -> dict[str, object]:
    cameras = Path(str(files("configs"))) / "cameras"
    return {
        "id": NODE,
        "data": str(ground.folder / "node"),
        "centre_key": str(ground.folder / "centre-key.txt"),
        "broker": {
            "host": "127.0.0.1",
            "port": ground.broker_port + 1,
            "tls": False,
            "password_file": str(ground.folder / f"{NODE}.password"),
        },
        "cameras": [str(cameras / CAMERA)],
        "health_seconds": 5,
    }


def _at_national(ground: Ground, name: str) -> dict[str, str]:
    """Where a stand-in is reached, and our token there."""
    return {"url": f"{ground.national}/{name}", "token_file": str(ground.folder / "national.token")}


def _found_centre(ground: Ground) -> None:
    """Database, keys, node and people."""
    _ngatu(ground, "central", "migrate")
    key = _ngatu(ground, "central", "key", "init").split()[-1]
    (ground.folder / "centre-key.txt").write_text(key + "\n", encoding="ascii")
    document = ground.folder / "enrolment.json"
    _ngatu(ground, "edge", "enrol", str(ground.node_file), "--out", str(document), centre=False)
    _ngatu(ground, "central", "node", "add", str(document))
    hire(ground.centre_file, ground.password)
    entered = ground.folder / "device-entered"
    if not entered.exists():
        _register_device(ground)
        entered.touch()


def _register_device(ground: Ground) -> None:
    """The demo's camera is a valid enforcement device, its officer named for it, its signer head of a
    division."""
    camera = yaml.safe_load((Path(str(files("configs"))) / "cameras" / CAMERA).read_text(encoding="utf-8"))
    entry = device_entry(ground.folder)
    _ngatu(ground, "central", "device", "enter", NODE, str(camera["id"]), str(entry))
    _ngatu(ground, "central", "signer", "grant", "signer", "--title", "division_head", "--from", SINCE)


def _node_words(*, once: bool) -> tuple[str, ...]:
    clip = Path(str(files("sample_videos"))) / CLIP
    camera = yaml.safe_load((Path(str(files("configs"))) / "cameras" / CAMERA).read_text(encoding="utf-8"))
    play = f"{camera['id']}={clip}"
    return ("edge", "run", "NODE", "--play", play, *(("--until-delivered",) if once else ()))


@contextmanager
def _child(ground: Ground, name: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command of the product as a process of its own, ended with the block; its output is in `NAME.log`."""
    words = tuple(str(ground.node_file) if word == "NODE" else word for word in words)
    with (ground.folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            _command(words),
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_environment(ground),
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


def _ngatu(ground: Ground, *words: str, centre: bool = True) -> str:
    """Runs a command to its end and returns what it printed."""
    environment = _environment(ground) if centre else None
    done = subprocess.run(_command(words), capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        raise DemoError(f"ngatu {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _command(words: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "ngatu", *words]


def _environment(ground: Ground) -> dict[str, str]:
    return {**os.environ, "NGATU_CENTRAL_SETTINGS": str(ground.centre_file)}


def _wait_for_web(ground: Ground, serve: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if serve.poll() is not None:
            raise DemoError(f"the centre ended at once; see {ground.folder / 'serve.log'}")
        try:
            if httpx.get(f"{ground.console}/healthz", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise DemoError(f"the centre does not answer; see {ground.folder / 'serve.log'}")


def _wait_for_node(ground: Ground, node: subprocess.Popen[bytes]) -> None:
    with screen.status("replaying, packing, delivering…"):
        try:
            code = node.wait(REPLAY_SECONDS)
        except subprocess.TimeoutExpired as late:
            raise DemoError(f"the node is not through after {REPLAY_SECONDS:.0f} s; see node.log") from late
    if code != 0:
        log = (ground.folder / "node.log").read_text(encoding="utf-8", errors="replace")
        raise DemoError(f"the node failed:\n{log[-2000:]}")


def _wait_for_cases(ground: Ground) -> None:
    """The worker looks at the pictures of each package before it opens a case."""
    deadline = time.monotonic() + CASES_SECONDS
    with screen.status("looking at the pictures…"):
        while OPEN_CASE in _ngatu(ground, "central", "job", "list"):
            if time.monotonic() > deadline:
                raise DemoError(f"the worker is not through; see {ground.folder / 'worker.log'}")
            time.sleep(0.5)


def cases_table(ground: Ground) -> Table:
    """The cases in the centre's database, as a person reads them."""
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
    for case in json.loads(_ngatu(ground, "central", "cases", "--json")):
        at = datetime.fromisoformat(case["occurred_at"]).astimezone(VIETNAM)
        named = (word(f"{key}.{case[key]}") for key in ("rule", "vehicle"))
        state = word(f"state.{case['state']}")
        table.add_row(str(case["id"]), f"{at:%H:%M:%S}", *named, case["plate"] or "—", state)
    return table


def _welcome(ground: Ground) -> None:
    for words, address in (
        ("\n[bold]Ngã Tư[/], bàn làm việc / console", ground.console),
        ("cổng chủ xe / owners' portal", ground.portal),
        ("ngân hàng thử / trial bank", ground.bank),
        ("hệ thống quốc gia thử / national systems", ground.national),
    ):
        screen.print(f"{words}: {address}", highlight=False, soft_wrap=True)
    screen.print(doors(ground.web_port))
    screen.print(f"mật khẩu chung / everybody's password: [bold]{ground.password}[/]", highlight=False)
    screen.print("các bước / what to do: docs/office.md, “Five minutes with the demo”", highlight=False)
    screen.print(f"logs: {ground.folder}   Ctrl+C ends", highlight=False, soft_wrap=True)


def _stay(ground: Ground, children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    try:
        while True:
            time.sleep(1)
            for name, process in children.items():
                if process.poll() is not None:
                    raise DemoError(f"{name} ended; see {ground.folder / name}.log")
    except KeyboardInterrupt:
        screen.print("bye")


def demo(folder: Path | None, *, once: bool, port: int = 0) -> None:
    """`ngatu demo`: in `folder`, or for `once` in one that is removed afterwards."""
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
    """Told to end: leave through every `with`, so that no child process is left behind."""
    raise SystemExit(143)


def _free_port(*, pair: bool = False) -> int:
    """A port nobody listens on now; with `pair` the next one is free as well."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1 if pair else 0))
            except OSError:
                continue
            return port
