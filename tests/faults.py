"""Parts that can be made to fail from outside: a wire that is cut, a database server, processes, a disk."""

import asyncio
import os
import pwd
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.brokers import free_port


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Files can't grow beyond this, as on a full disk: what still fits is written, without an error."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def without_privileges() -> Iterator[None]:
    """The permissions of files count, as for any account but root."""
    if os.geteuid() != 0:
        yield
        return
    nobody = pwd.getpwnam("nobody")
    os.setegid(nobody.pw_gid)
    os.seteuid(nobody.pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[bool]:
    """A file system of its own at that place; False if this process may not mount one."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(place)], check=True)


class Wire:
    """A TCP connection to a port of this machine that can be cut and mended; clients connect to `port`."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = target
        self._is_cut = False
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(asyncio.start_server(self._connected, "127.0.0.1", self.port))
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Resets what is connected and refuses whoever comes."""
        self._loop.call_soon_threadsafe(self._cut)

    def mend(self) -> None:
        """Lets connections through again."""
        self._is_cut = False

    def close(self) -> None:
        """Ends it."""
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.call_later, 0.1, self._loop.stop)
        self._thread.join()

    def _cut(self) -> None:
        self._is_cut = True
        for writer in self._open:
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            reader_there, writer_there = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, writer_there}
        await asyncio.gather(_pass_on(reader, writer_there), _pass_on(reader_there, writer))
        self._open -= {writer, writer_there}


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()


@dataclass
class Cluster:
    """A PostgreSQL server of its own, which a test may kill and freeze."""

    port: int = field(default_factory=free_port)
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="ngatu-cluster-")))

    def __post_init__(self) -> None:
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run(
            "initdb", "-D", str(self._data), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"
        )
        self.start()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def url(self, port: int) -> str:
        """The server's first database, reached through a port."""
        return f"postgresql://postgres@127.0.0.1:{port}/postgres"

    def start(self) -> None:
        """Returns once it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        options += " -c fsync=off -c max_connections=40"
        self._run(
            "pg_ctl", "-D", str(self._data), "-w", "-l", str(self.folder / "log"), "-o", options, "start"
        )

    def kill(self) -> None:
        """As when the machine loses its power: nothing is written any more."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")

    def demote(self) -> None:
        """As after a failover to another: it follows that one, may be read, and takes no write."""
        self.kill()
        (self._data / "standby.signal").touch()
        self.start()

    def promote(self) -> None:
        """It takes writes again."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "promote")

    def processes(self) -> list[int]:
        """The server's process and those of its connections."""
        first = int((self._data / "postmaster.pid").read_text().split()[0])
        return [first, *children(first)]

    def remove(self) -> None:
        """Ends it and deletes everything."""
        self.kill()
        shutil.rmtree(self.folder)

    @staticmethod
    def binaries() -> Path | None:
        """Where the server's programs are; None without PostgreSQL (or, for root, without its user)."""
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        known = os.getuid() != 0 or any(user.pw_name == "postgres" for user in pwd.getpwall())
        return found[-1].parent if found and known else None

    def _run(self, program: str, *words: str) -> None:
        binaries = self.binaries()
        assert binaries is not None
        user = "postgres" if os.getuid() == 0 else None
        command = [str(binaries / program), *words]
        with (self.folder / "programs.log").open("ab") as log:
            subprocess.run(command, user=user, cwd=self.folder, stdout=log, stderr=log, check=True)


def children(process: int) -> list[int]:
    """Processes that a process has started."""
    return [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def freeze(processes: Iterable[int]) -> None:
    """Stops processes where they are: they hold what they hold and answer nobody."""
    _signal(processes, signal.SIGSTOP)


def thaw(processes: Iterable[int]) -> None:
    """Lets them go on."""
    _signal(processes, signal.SIGCONT)


def _signal(processes: Iterable[int], which: signal.Signals) -> None:
    for process in processes:
        try:
            os.kill(process, which)
        except ProcessLookupError:
            continue
