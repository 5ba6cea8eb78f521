"""Cameras of the network answer a probe: virtual ones on the loopback, asked by unicast."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from edge.setup.discovery import Found, discover, read

MATCH = (
    '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body><d:ProbeMatches><d:ProbeMatch>'
    "<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/type/video_encoder "
    "onvif://www.onvif.org/name/{name} onvif://www.onvif.org/hardware/{hardware}</d:Scopes>"
    "<d:XAddrs>{addresses}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
)


def match(addresses: str, name: str = "C%E1%BB%95ng", hardware: str = "DS-2CD2143") -> bytes:
    return MATCH.format(addresses=addresses, name=name, hardware=hardware).encode()


@contextmanager
def answering(*answers: bytes) -> Iterator[tuple[str, int]]:
    """A virtual camera that says all of these when it is probed; its address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as camera:
        camera.bind(("127.0.0.1", 0))

        def serve() -> None:
            asked, who = camera.recvfrom(65_536)
            assert b"NetworkVideoTransmitter" in asked
            assert re.search(rb"uuid:[0-9a-f-]{36}", asked)
            for answer in answers:
                camera.sendto(answer, who)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield camera.getsockname()
        thread.join(5)


def test_who_answers_is_found_once_each_by_address() -> None:
    one = match("http://192.168.1.64/onvif/device_service")
    other = match("http://[fe80::1]/onvif http://192.168.1.9:8000/onvif/device_service", "IPC", "IPC")
    with answering(one, b"<not xml", other, one) as camera:
        found = discover(camera, seconds=1.0)
    assert found == [Found("192.168.1.64", "Cổng DS-2CD2143"), Found("192.168.1.9:8000", "IPC")]


def test_where_nobody_answers_nothing_is_found() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        assert discover(deaf.getsockname(), seconds=0.2) == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff" * 50,
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + match("http://192.168.1.64/"),
        match("ftp://192.168.1.64/"),
        match("http://camera.local/onvif"),
        match("http://192.168.1.64:port/"),
        match(""),
    ],
)
def test_what_can_not_be_used_is_passed_over(answer: bytes) -> None:
    assert list(read(answer)) == []


def test_a_name_that_is_long_is_cut() -> None:
    [found] = read(match("http://192.168.1.64/", "n" * 500))
    assert len(found.name) == 80
