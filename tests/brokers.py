"""A real Mosquitto for tests, run with the configuration that deploy/ ships: TLS, passwords, access list."""

import ipaddress
import os
import random
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

CENTRE_USER = "ngatu-centre"
DEPLOY = Path(__file__).parents[1] / "deploy" / "mosquitto"
BINARY = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on now.

    Below the range that systems take for outgoing connections: while a broker is down, no client that tries
    to reach it can be given its port.
    """
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        if _is_free(port):
            return port


def free_port_pair() -> int:
    """A port of 127.0.0.1 that is free together with the one after it."""
    while True:
        port = free_port()
        if _is_free(port + 1):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@dataclass(frozen=True)
class TlsMaterial:
    """PEM files of a test authority and of a server certificate for localhost and 127.0.0.1."""

    ca: Path
    certificate: Path
    key: Path


def make_tls_material(folder: Path, begins: timedelta = timedelta(hours=-1)) -> TlsMaterial:
    """Makes a new authority and a server certificate signed by it, both valid for a day that begins so much
    after now."""
    ca_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ngatu test authority")])
    ca = (
        _certificate(ca_name, ca_name, ca_key, begins)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    server_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    server = (
        _certificate(server_name, ca_name, server_key, begins)
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    material = TlsMaterial(folder / "ca.crt", folder / "server.crt", folder / "server.key")
    material.ca.write_bytes(ca.public_bytes(Encoding.PEM))
    material.certificate.write_bytes(server.public_bytes(Encoding.PEM))
    material.key.write_bytes(server_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return material


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, begins: timedelta
) -> x509.CertificateBuilder:
    first = datetime.now(UTC) + begins
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(first + timedelta(days=1))
    )


@dataclass
class Mosquitto:
    """A broker process. `port` speaks TLS, `plain_port` does not; both ask for a password and obey the acl.

    Users: `ngatu-centre` and each name in `nodes`; everyone's password is `password_of(user)`.
    """

    folder: Path
    tls: TlsMaterial
    nodes: tuple[str, ...] = ("node-1", "node-2", "replay")
    port: int = field(default_factory=free_port)
    plain_port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        shutil.copy(DEPLOY / "acl", self.folder / "acl")
        (self.folder / "acl").chmod(0o600)
        for name, source in (("ca.crt", self.tls.ca), ("server.crt", self.tls.certificate)):
            shutil.copy(source, self.folder / name)
        shutil.copy(self.tls.key, self.folder / "server.key")
        (self.folder / "data").mkdir()
        passwords = self.folder / "passwords"
        passwords.write_text("".join(f"{u}:{self.password_of(u)}\n" for u in (CENTRE_USER, *self.nodes)))
        subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True)
        text = (DEPLOY / "mosquitto.conf").read_text()
        text = text.replace("/etc/mosquitto/ngatu", str(self.folder))
        text = text.replace("/var/lib/mosquitto/", f"{self.folder}/data/")
        text = text.replace("listener 8883", f"listener {self.port} 127.0.0.1")
        text = text.replace("listener 1883", f"listener {self.plain_port}")
        (self.folder / "mosquitto.conf").write_text(text + "\nuser root\n")

    @staticmethod
    def password_of(user: str) -> str:
        """The password of a user of this broker."""
        return f"secret-of-{user}"

    def start(self) -> "Mosquitto":
        """Starts the broker and returns once it accepts connections."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(BINARY), "-c", str(self.folder / "mosquitto.conf")], stderr=log, stdout=log
            )
        wait_for_port(self.port)
        wait_for_port(self.plain_port)
        return self

    def kill(self) -> None:
        """SIGKILL: nothing is saved."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ends the broker; harmless when it is already down.

        One that has only just begun to listen forgets that it was told to end: it is told again.
        """
        assert self.process is not None
        while self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(1)


def wait_for_port(port: int, patience: float = 10.0) -> None:
    """Returns once 127.0.0.1:`port` accepts a connection. Raises TimeoutError."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on 127.0.0.1:{port}")
