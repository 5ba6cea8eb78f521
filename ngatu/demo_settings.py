"""The demo's folder: generated secrets, free ports, the settings of centre and node."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import yaml

from central.sandboxes.identity import CLAIM, CLIENT
from ngatu.demo_seal import make_seal
from ngatu.demo_secrets import kept_secret

NODE = "demo-node"
CAMERA = "junction.yaml"


@dataclass(frozen=True)
class Setup:
    """The demo's folder, ports and generated secrets."""

    folder: Path
    web_port: int
    broker_port: int
    portal_port: int
    bank_port: int
    national_port: int
    accounts: Mapping[str, str]

    @property
    def password(self) -> str:
        """Everybody's password; stored, so that it stays the same at the next start."""
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


def prepare(folder: Path, port: int) -> Setup:
    """Creates the folder with its secrets and settings. Each start uses free ports, or `port` and the next
    three.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    accounts = {name: kept_secret(folder / f"{name}.password") for name in ("ngatu-ingest", NODE)}
    for name in ("bank.token", "bank.secret", "national.token"):
        kept_secret(folder / name)
    doors = (port + 1, port + 2, port + 3) if port else (_free_port(), _free_port(), _free_port())
    setup = Setup(folder.resolve(), port or _free_port(), _free_port(pair=True), *doors, accounts)
    setup.centre_file.write_text(yaml.safe_dump(_centre_settings(setup)), encoding="utf-8")
    setup.node_file.write_text(yaml.safe_dump(_node_settings(setup)), encoding="utf-8")
    return setup


def _centre_settings(setup: Setup) -> dict[str, object]:
    return {
        "data_dir": str(setup.folder / "centre"),
        "secure_cookies": False,
        "mqtt": {
            "host": "127.0.0.1",
            "port": setup.broker_port + 1,
            "tls": False,
            "username": "ngatu-ingest",
            "password_file": str(setup.folder / "ngatu-ingest.password"),
        },
        "registry": _at_national(setup, "registration"),
        "population": _at_national(setup, "population"),
        "inspection": _at_national(setup, "inspection"),
        "vehicle_alerts": _at_national(setup, "vehicle-alerts"),
        "licences": _at_national(setup, "licences"),
        "sharing": _at_national(setup, "platform"),
        "citizen_login": {
            "issuer": f"{setup.national}/identity",
            "client_id": CLIENT,
            "claim": CLAIM,
            "label": "VNeID (thử nghiệm)",
            "label_en": "VNeID (trial)",
        },
        "office": {
            "portal": setup.portal,
            "words_en": "Traffic Police Department of Bac Ninh Province",
            "address": "Số 1 đường Thử Nghiệm, Bắc Ninh",
            "phone": "0222 000 000",
            "account": "3949.0.0000000",
        },
        "payment": {
            "url": setup.bank,
            "token_file": str(setup.folder / "bank.token"),
            "secret_file": str(setup.folder / "bank.secret"),
            "bank_bin": "970403",
            "bank_account": "0011012345678",
        },
        "signing": make_seal(setup.folder),
    }


def _node_settings(setup: Setup) -> dict[str, object]:
    cameras = Path(str(files("configs"))) / "cameras"
    return {
        "id": NODE,
        "data": str(setup.folder / "node"),
        "centre_key": str(setup.folder / "centre-key.txt"),
        "broker": {
            "host": "127.0.0.1",
            "port": setup.broker_port + 1,
            "tls": False,
            "password_file": str(setup.folder / f"{NODE}.password"),
        },
        "cameras": [str(cameras / CAMERA)],
        "health_seconds": 5,
    }


def _at_national(setup: Setup, name: str) -> dict[str, str]:
    """The address of a simulated system, and our token there."""
    return {"url": f"{setup.national}/{name}", "token_file": str(setup.folder / "national.token")}


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
