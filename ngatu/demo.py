"""The whole system on one machine: embedded broker, SQLite centre, a node that replays the sample clip.

It starts the very commands a province would run, each as a process of its own, with keys and passwords made
on the spot. What it shows is therefore what the product does.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import cv2
import httpx
import numpy as np
import yaml
from rich.console import Console
from rich.table import Table

from central.ingest.settle import OPEN_CASE
from contract.local_time import VIETNAM
from ngatu.broker import embedded_broker
from ngatu.demo_seal import make_seal

NODE = "demo-node"
CLIP = "junction.mp4"
CAMERA = "junction.yaml"
PEOPLE = (
    ("operator", "operator", "Nguyễn Thị Vận Hành"),
    ("officer", "officer", "Trần Văn Cảnh Sát"),
    ("signer", "signer", "Đỗ Văn Thẩm Quyền"),
    ("clerk", "clerk", "Ngô Thị Văn Thư"),
    ("treasury", "treasury", "Vũ Thị Kho Bạc"),
    ("lawyer", "lawyer", "Hoàng Văn Pháp Chế"),
    ("leader", "leader", "Lê Thị Lãnh Đạo"),
    ("admin", "admin", "Phạm Văn Quản Trị"),
)
"""Sample users: name, role, full name (all invented)."""

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
    accounts: Mapping[str, str]

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


def run_demo(folder: Path, *, once: bool, port: int = 0) -> None:
    """Sets up `folder` if it is new, runs everything, and stays until Ctrl+C; with `once` until delivered.

    Raises:
        DemoError: a part did not come up or ended early.
    """
    with ExitStack() as stack:
        ground = _prepare(folder, port)
        screen.print("→ broker, centre, ingest", highlight=False)
        stack.enter_context(embedded_broker(ground.accounts, ground.broker_port))
        logins = _found_centre(ground)
        serve = stack.enter_context(
            _child(ground, "serve", "central", "serve", "--port", str(ground.web_port))
        )
        for process in ("ingest", "worker"):
            stack.enter_context(_child(ground, process, "central", process))
        beside = {} if once else _open_doors(stack, ground)
        _wait_for_web(ground, serve)
        screen.print(f"→ node {NODE} replays {CLIP}", highlight=False)
        node = stack.enter_context(_child(ground, "node", *_node_words(once=once)))
        if once:
            _wait_for_node(ground, node)
            _wait_for_cases(ground)
            screen.print(cases_table(ground))
            return
        _welcome(ground, logins)
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


def _prepare(folder: Path, port: int) -> Ground:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    accounts = {name: _kept_secret(folder / f"{name}.password") for name in ("ngatu-ingest", NODE)}
    for name in ("bank.token", "bank.secret"):
        _kept_secret(folder / name)
    doors = (port + 1, port + 2) if port else (_free_port(), _free_port())
    ground = Ground(folder.resolve(), port or _free_port(), _free_port(pair=True), *doors, accounts)
    configs = Path(str(files("configs")))
    centre = {
        "data_dir": str(ground.folder / "centre"),
        "secure_cookies": False,
        "mqtt": {
            "host": "127.0.0.1",
            "port": ground.broker_port + 1,
            "tls": False,
            "username": "ngatu-ingest",
            "password_file": str(ground.folder / "ngatu-ingest.password"),
        },
        "registry": {"sample_file": str(configs / "sample_registry.yaml")},
        "office": {"portal": ground.portal},
        "payment": {
            "url": ground.bank,
            "token_file": str(ground.folder / "bank.token"),
            "secret_file": str(ground.folder / "bank.secret"),
            "bank_bin": "970403",
            "bank_account": "0011012345678",
        },
        "signing": make_seal(ground.folder),
    }
    node = {
        "id": NODE,
        "data": str(ground.folder / "node"),
        "centre_key": str(ground.folder / "centre-key.txt"),
        "broker": {
            "host": "127.0.0.1",
            "port": ground.broker_port + 1,
            "tls": False,
            "password_file": str(ground.folder / f"{NODE}.password"),
        },
        "cameras": [str(configs / "cameras" / CAMERA)],
        "health_seconds": 5,
    }
    ground.centre_file.write_text(yaml.safe_dump(centre), encoding="utf-8")
    ground.node_file.write_text(yaml.safe_dump(node), encoding="utf-8")
    return ground


def _found_centre(ground: Ground) -> list[tuple[str, str, str]]:
    """Database, keys, node and users; returns name, role and one-time password of the users made now."""
    _ngatu(ground, "central", "migrate")
    key = _ngatu(ground, "central", "key", "init").split()[-1]
    (ground.folder / "centre-key.txt").write_text(key + "\n", encoding="ascii")
    document = ground.folder / "enrolment.json"
    _ngatu(ground, "edge", "enrol", str(ground.node_file), "--out", str(document), centre=False)
    _ngatu(ground, "central", "node", "add", str(document))
    logins = []
    made = ground.folder / "users-made"
    if not made.exists():
        for name, role, full_name in PEOPLE:
            words = ("central", "user", "add", name, "--role", role, "--name", full_name)
            logins.append((name, role, _ngatu(ground, *words).split()[-1]))
        _register_device(ground)
        made.touch()
    return logins


def _register_device(ground: Ground) -> None:
    """The demo's camera is a valid enforcement device, its officer named for it, its signer head of a
    division."""
    camera = yaml.safe_load((Path(str(files("configs"))) / "cameras" / CAMERA).read_text(encoding="utf-8"))
    photo = np.full((240, 400, 3), 255, np.uint8)
    cv2.putText(photo, "CAMERA GIAM SAT", (30, 130), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (160, 60, 20), 3)
    cv2.imwrite(str(ground.folder / "sign.png"), photo)
    since = "2026-01-01"
    entry = {
        "name": "Camera giám sát giao thông (dùng thử)",
        "serial": "DEMO-0001",
        "unit": "Phòng Cảnh sát giao thông",
        "sign_photo": {"file": "sign.png", "taken": since},
        "papers": [
            {"kind": kind, "number": f"{kind.upper()}-DEMO", "issuer": "Bản dùng thử", "valid_from": since}
            for kind in ("approval", "certificate", "site_decision")
        ],
        "users": [
            {"username": "officer", "decision": "01/QĐ-DEMO", "training": "CC-DEMO", "valid_from": since}
        ],
    }
    path = ground.folder / "device.yaml"
    path.write_text(yaml.safe_dump(entry, allow_unicode=True), encoding="utf-8")
    _ngatu(ground, "central", "device", "enter", NODE, str(camera["id"]), str(path))
    _ngatu(ground, "central", "signer", "grant", "signer", "--title", "division_head", "--from", since)


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
    table = Table(title="Hồ sơ vi phạm — cases")
    for head in (
        "số / no.",
        "thời gian / time",
        "lỗi / rule",
        "xe / vehicle",
        "biển số / plate",
        "trạng thái / state",
    ):
        table.add_column(head)
    for case in json.loads(_ngatu(ground, "central", "cases", "--json")):
        case["occurred_at"] = (
            datetime.fromisoformat(case["occurred_at"]).astimezone(VIETNAM).strftime("%H:%M:%S")
        )
        table.add_row(
            *(str(case[key] or "—") for key in ("id", "occurred_at", "rule", "vehicle", "plate", "state"))
        )
    return table


def _welcome(ground: Ground, logins: list[tuple[str, str, str]]) -> None:
    screen.print(f"\n[bold]Ngã Tư[/]: {ground.console}", highlight=False)
    screen.print(f"chủ xe / owners: {ground.portal}   ngân hàng thử / bank: {ground.bank}", highlight=False)
    table = Table("tên / user", "vai trò / role", "mật khẩu một lần / one-time password")
    for row in logins:
        table.add_row(*row)
    screen.print(table if logins else "users as made before (delete the demo's folder to start anew)")
    screen.print(f"logs: {ground.folder}   Ctrl+C ends", highlight=False)


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


def _kept_secret(path: Path) -> str:
    """The password in `path`; made on the first run."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


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
