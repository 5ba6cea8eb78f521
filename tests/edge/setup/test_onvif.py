"""A virtual ONVIF camera on the loopback is asked for its streams."""

import base64
import hashlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from edge.setup.onvif_streams import Offered, chosen, streams_of
from edge.setup.places import SetupError
from tests.brokers import free_port

PASSWORD = "mật-khẩu&1"
ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:t="http://www.onvif.org/ver10/schema" '
    'xmlns:d="http://www.onvif.org/ver10/device/wsdl" xmlns:m="http://www.onvif.org/ver10/media/wsdl">'
    "<s:Body>{}</s:Body></s:Envelope>"
)
FAULT = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code>"
    '<s:Reason><s:Text xml:lang="en">NotAuthorized</s:Text></s:Reason></s:Fault>'
)
TIME = (
    "<d:GetSystemDateAndTimeResponse><d:SystemDateAndTime><t:DateTimeType>NTP</t:DateTimeType>"
    "<t:DaylightSavings>false</t:DaylightSavings><t:UTCDateTime><t:Time><t:Hour>5</t:Hour><t:Minute>0</t:Minute>"
    "<t:Second>0</t:Second></t:Time><t:Date><t:Year>2026</t:Year><t:Month>11</t:Month><t:Day>28</t:Day></t:Date>"
    "</t:UTCDateTime></d:SystemDateAndTime></d:GetSystemDateAndTimeResponse>"
)
SERVICES = (
    "<d:GetServicesResponse><d:Service><d:Namespace>http://www.onvif.org/ver10/media/wsdl</d:Namespace>"
    "<d:XAddr>http://10.9.9.9/onvif/media</d:XAddr><d:Version><t:Major>2</t:Major><t:Minor>0</t:Minor></d:Version>"
    "</d:Service></d:GetServicesResponse>"
)
PROFILE = (
    '<m:Profiles token="{token}" fixed="true"><t:Name>{token}</t:Name><t:VideoEncoderConfiguration token="e">'
    "<t:Name>e</t:Name><t:UseCount>1</t:UseCount><t:Encoding>H264</t:Encoding><t:Resolution><t:Width>{width}</t:Width>"
    "<t:Height>720</t:Height></t:Resolution><t:Quality>5</t:Quality><t:SessionTimeout>PT60S</t:SessionTimeout>"
    "</t:VideoEncoderConfiguration></m:Profiles>"
)
URI = (
    "<m:GetStreamUriResponse><m:MediaUri><t:Uri>rtsp://10.9.9.9:554/{token}</t:Uri>"
    "<t:InvalidAfterConnect>false</t:InvalidAfterConnect><t:InvalidAfterReboot>false</t:InvalidAfterReboot>"
    "<t:Timeout>PT60S</t:Timeout></m:MediaUri></m:GetStreamUriResponse>"
)


def signed_with(text: str, password: str) -> bool:
    """Whether the request's WS-Security digest is of that password."""
    found = [re.search(rf"<wsse:{name}[^>]*>([^<]*)<", text) for name in ("Password", "Nonce")]
    created = re.search(r"<wsu:Created[^>]*>([^<]*)<", text)
    if None in (*found, created):
        return False
    digest, nonce = (match[1] for match in found if match)
    assert created is not None
    wanted = hashlib.sha1(base64.b64decode(nonce) + created[1].encode() + password.encode()).digest()
    return base64.b64encode(wanted).decode() == digest


class Handler(BaseHTTPRequestHandler):
    """Answers the calls of a client that looks for streams; the camera believes to be at 10.9.9.9."""

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        body = self._answer(text)
        content = ENVELOPE.format(body).encode()
        self.send_response(500 if body == FAULT else 200)
        self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _answer(self, text: str) -> str:
        if "GetSystemDateAndTime" in text:
            return TIME
        if not signed_with(text, PASSWORD):
            return FAULT
        if "GetServices" in text:
            return SERVICES
        if "GetProfiles" in text:
            widths = {"main": 3840, "sub": 1280, "third": 352}
            made = "".join(PROFILE.format(token=token, width=width) for token, width in widths.items())
            return f"<m:GetProfilesResponse>{made}</m:GetProfilesResponse>"
        token = re.search(r"ProfileToken>(\w+)<", text)
        assert token is not None
        return URI.format(token=token[1])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_camera_is_asked_for_its_streams_and_reached_where_it_was_asked(host: str) -> None:
    record, detect = streams_of(host, "admin", PASSWORD)
    assert record == "rtsp://127.0.0.1:554/main"
    assert detect == "rtsp://127.0.0.1:554/sub"


def test_a_wrong_password_is_told(host: str) -> None:
    with pytest.raises(SetupError, match="no_onvif"):
        streams_of(host, "admin", "wrong")


def test_nobody_at_home_is_told() -> None:
    with pytest.raises(SetupError, match="no_onvif"):
        streams_of(f"127.0.0.1:{free_port()}", "admin", "x")


@pytest.mark.parametrize(
    ("widths", "record", "detect"),
    [
        ((1920,), "0", "0"),
        ((640, 1920), "1", "0"),
        ((1920, 1280, 640), "0", "1"),
        ((704, 2560, 352), "1", "0"),
    ],
)
def test_the_widest_is_evidence(widths: tuple[int, ...], record: str, detect: str) -> None:
    assert chosen([Offered(width, str(n)) for n, width in enumerate(widths)]) == (record, detect)
