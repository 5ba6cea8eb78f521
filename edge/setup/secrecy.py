"""Encryption of a stream: whether it is encrypted, and whose certificate the camera shows."""

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

SECONDS = 5.0
PORT = 322
"""Port of RTSP over TLS."""

Kind = Literal["open", "open_outside", "proved", "unproved"]


@dataclass(frozen=True)
class Secrecy:
    """`open`: unencrypted within a private network; `open_outside`: unencrypted over a public one; `proved`:
    encrypted, with a certificate for this host from an authority this machine trusts; `unproved`: encrypted,
    but the camera's identity is not proved, `why` says the reason."""

    kind: Kind
    why: str = ""


def secrecy(url: str) -> Secrecy:
    """The encryption of a stream that answered at this address."""
    place = urlsplit(url)
    host = place.hostname or ""
    if place.scheme != "rtsps":
        return Secrecy("open" if _is_private(host) else "open_outside")
    try:
        with (
            socket.create_connection((host, place.port or PORT), SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host),
        ):
            return Secrecy("proved")
    except ssl.SSLCertVerificationError as error:
        return Secrecy("unproved", error.verify_message)
    except OSError as error:
        return Secrecy("unproved", error.strerror or type(error).__name__)


def _is_private(host: str) -> bool:
    """Whether all addresses of the name lie within a private network."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except OSError:
        return True
    return all(not ipaddress.ip_address(str(one).partition("%")[0]).is_global for one in found)
