"""Finds cameras in this machine's network by WS-Discovery: ONVIF devices answer with their address.

Answers are only shown: nothing is opened until the installer chooses it.
"""

import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from uuid import uuid4
from xml.etree import ElementTree

GROUP = ("239.255.255.250", 3702)
"""Multicast group on which cameras listen."""

SECONDS = 3.0
"""Seconds to wait for answers: a camera delays its answer at random, half a second at most."""

LARGEST, MOST = 65_536, 200
"""Most bytes of an answer, and most answers read."""

_PROBE = """<?xml version="1.0" encoding="utf-8"?>
<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"
 xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:n="http://www.onvif.org/ver10/network/wsdl">
<e:Header><w:MessageID>uuid:{number}</w:MessageID>
<w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>
<w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>
<e:Body><d:Probe><d:Types>n:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>"""

_DISCOVERY = "{http://schemas.xmlsoap.org/ws/2005/04/discovery}"
_SCOPE = re.compile(r"onvif://www\.onvif\.org/(name|hardware)/([^\s/]+)")


@dataclass(frozen=True, order=True)
class Found:
    """A camera that answered: its host (with the port unless it is 80), and its name."""

    address: str
    name: str


def discover(to: tuple[str, int] = GROUP, seconds: float = SECONDS) -> list[Found]:
    """The cameras that answer, by address; empty if none does or there is no network."""
    found: set[Found] = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        try:
            asking.sendto(_PROBE.format(number=uuid4()).encode(), to)
            for answer in _answers(asking, seconds):
                found |= set(read(answer))
        except OSError:  # no network, or no route to the group
            return []
    return sorted(found)


def _answers(asking: socket.socket, seconds: float) -> Iterator[bytes]:
    until = time.monotonic() + seconds
    for _ in range(MOST):
        left = until - time.monotonic()
        if left <= 0:
            return
        asking.settimeout(left)
        try:
            yield asking.recv(LARGEST)
        except TimeoutError:
            return


def read(answer: bytes) -> Iterator[Found]:
    """The cameras in an answer; none if it can't be read."""
    if b"<!DOCTYPE" in answer or b"<!ENTITY" in answer:
        return
    try:
        said = ElementTree.fromstring(answer)  # noqa: S314 (no document types, see above)
    except (ElementTree.ParseError, ValueError):
        return
    for match in said.iter(f"{_DISCOVERY}ProbeMatch"):
        scopes = dict(_SCOPE.findall(match.findtext(f"{_DISCOVERY}Scopes") or ""))
        name = " ".join(dict.fromkeys(unquote(scopes[key]) for key in ("name", "hardware") if key in scopes))
        if address := _address(match.findtext(f"{_DISCOVERY}XAddrs") or ""):
            yield Found(address, name[:80])


def _address(addresses: str) -> str:
    """The first IPv4 address, as people type it; empty if there is none."""
    for one in addresses.split():
        try:
            place = urlsplit(one)
            if re.fullmatch(r"[\d.]+", place.hostname or "") and place.scheme in ("http", "https"):
                port = "" if place.port in (None, 80) else f":{place.port}"
                return f"{place.hostname}{port}"
        except ValueError:  # an invalid port
            continue
    return ""
