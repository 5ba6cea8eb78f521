"""A real object store that speaks S3: OpenStack Swift with its s3api, as Debian ships it, on this machine."""

import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.store import S3Store

from tests.brokers import free_port

USER, KEY = "ngatu:centre", "s3-secret"
_SERVERS = ("account", "container", "object")
_STORAGE = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
mount_check = false
devices = {folder}/devices
swift_dir = {folder}
user = {user}
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""
_FILTERS = "catch_errors gatekeeper cache listing_formats bulk s3api tempauth slo dlo"
_PROXY = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
swift_dir = {folder}
user = {user}
[pipeline:main]
pipeline = {filters} proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
"""
_OPTIONS = {
    "s3api": "location = us-east-1\nallow_no_owner = true\n",
    "tempauth": f"user_{USER.replace(':', '_')} = {KEY} .admin\n",
    "cache": "memcache_servers = 127.0.0.1:1\n",
}
_RINGS = """
import sys
from swift.common.ring import RingBuilder
folder, *pairs = sys.argv[1:]
for kind, port in (pair.split("=") for pair in pairs):
    builder = RingBuilder(4, 1, 1)
    device = {"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port)}
    builder.add_dev({**device, "device": "d1", "weight": 1.0})
    builder.rebalance()
    builder.get_ring().save(f"{folder}/{kind}.ring.gz")
"""
PATIENCE = 120.0


def problem() -> str | None:
    """Why it can't run here; None when it can."""
    missing = [name for name in ("swift-proxy-server", "swift-object-server") if shutil.which(name) is None]
    return (
        f"{', '.join(missing)} not installed (apt-get install swift-proxy swift-object …)"
        if missing
        else None
    )


@dataclass(frozen=True)
class ObjectStore:
    """A running one."""

    port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def make_bucket(self, name: str) -> None:
        """What whoever runs the store does once."""
        url = obstore.sign(self.opened(name), "PUT", "", timedelta(minutes=1))
        urllib.request.urlopen(urllib.request.Request(url, b"", method="PUT"), timeout=60).close()

    def opened(self, bucket: str) -> S3Store:
        """A bucket, past the centre: somebody else with its keys."""
        return S3Store(
            bucket,
            endpoint=self.endpoint,
            region="us-east-1",
            access_key_id=USER,
            secret_access_key=KEY,
            virtual_hosted_style_request=False,
            client_options={"allow_http": True},
        )


@contextmanager
def running(folder: Path) -> Iterator[ObjectStore]:
    """One on free ports, with everything below `folder`."""
    (folder / "devices" / "d1").mkdir(parents=True)
    user = {"folder": folder, "user": os.environ.get("USER", "root")}
    processes = []
    ports = {kind: free_port() for kind in _SERVERS}
    _make_rings(folder, ports)
    for kind, port in ports.items():
        (folder / f"{kind}.conf").write_text(_STORAGE.format(kind=kind, port=port, **user))
        processes.append(_start(folder, kind))
    port = free_port()
    text = _PROXY.format(port=port, filters=_FILTERS, **user)
    for name in _FILTERS.split():
        entry = "memcache" if name == "cache" else name
        text += f"[filter:{name}]\nuse = egg:swift#{entry}\n{_OPTIONS.get(name, '')}"
    (folder / "proxy.conf").write_text(text)
    processes.append(_start(folder, "proxy"))
    try:
        for each in (*ports.values(), port):  # a front refuses until its stores answer
            _wait_for(each)
        yield ObjectStore(port)
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _make_rings(folder: Path, ports: dict[str, int]) -> None:
    """As nine calls of `swift-ring-builder` would, in one process of Debian's own Python."""
    words = [f"{folder}", *(f"{kind}={port}" for kind, port in ports.items())]
    subprocess.run(["/usr/bin/python3", "-c", _RINGS, *words], check=True, capture_output=True)


def _start(folder: Path, kind: str) -> "subprocess.Popen[bytes]":
    with (folder / f"{kind}.log").open("wb") as log:
        return subprocess.Popen(
            [f"swift-{kind}-server", str(folder / f"{kind}.conf")], stdout=log, stderr=log
        )


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).close()
        except urllib.error.HTTPError:
            return  # it answers: there is nothing at that address
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
