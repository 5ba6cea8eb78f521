"""RTSP stream paths of the makes common in Vietnam, from their manuals.

`record` is the full picture (main stream), `detect` the small one (sub-stream).
"""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Make:
    """The paths of one make's streams."""

    name: str
    record: str
    detect: str


_DAHUA = ("/cam/realmonitor?channel=1&subtype=0", "/cam/realmonitor?channel=1&subtype=1")

MAKES = {
    "hikvision": Make("Hikvision / HiLook", "/Streaming/Channels/101", "/Streaming/Channels/102"),
    "dahua": Make("Dahua", *_DAHUA),
    "kbvision": Make("KBVision", *_DAHUA),
    "uniview": Make("Uniview (UNV)", "/media/video1", "/media/video2"),
    "axis": Make(
        "Axis", "/axis-media/media.amp", "/axis-media/media.amp?resolution=1280x720&fps=12&videocodec=h264"
    ),
    "tiandy": Make("Tiandy", "/1/1", "/1/2"),
    "imou": Make("Imou", *_DAHUA),
    "ezviz": Make("EZVIZ", "/h264/ch1/main/av_stream", "/h264/ch1/sub/av_stream"),
}


@dataclass(frozen=True)
class Login:
    """An address without its user and password, and these two."""

    url: str
    username: str = ""
    password: str = ""


def split_login(url: str) -> Login:
    """Separates user and password from an address; a password may contain `@`, `/` and `:` as people type
    it."""
    scheme, mark, rest = url.strip().partition("://")
    if not mark or "@" not in rest:
        return Login(url.strip())
    user, _, password = rest.rpartition("@")[0].partition(":")
    return Login(f"{scheme}://{rest.rpartition('@')[2]}", unquote(user), unquote(password))


def streams_of(make: Make, host: str) -> tuple[str, str]:
    """The addresses (record, detect) of a camera at `host`, which may have a port."""
    place = urlsplit(host if "://" in host else f"rtsp://{host}").netloc.rpartition("@")[2]
    return f"rtsp://{place}{make.record}", f"rtsp://{place}{make.detect}"
