"""Asks a camera for its streams by ONVIF: an address and a password are enough, whatever the make.

The camera is asked directly; the network is not searched.
"""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from onvif import ONVIFCamera
from onvif.exceptions import ONVIFError
from zeep.exceptions import Error as SoapError

from edge.setup.places import SetupError

SECONDS = 15.0
"""Seconds to wait for a camera's answer."""

PORT = 80
DETECT_WIDTH = 1280
"""Pixels; the stream nearest to this width is analysed."""

_SETUP = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}


@dataclass(frozen=True)
class Offered:
    """One stream the camera offers: the width of its picture, its address."""

    width: int
    url: str


def streams_of(host: str, username: str, password: str) -> tuple[str, str]:
    """The addresses (record, detect) of a camera at `host`, which may have a port.

    Raises SetupError: it does not answer, refuses the login, or offers no video.
    """
    place = urlsplit(f"//{host.partition('://')[2] or host}")
    if not place.hostname:
        raise SetupError("bad_address")
    asked = _ask(place.hostname, place.port or PORT, username, password)
    try:
        offered = asyncio.run(asyncio.wait_for(asked, SECONDS))
    except (ONVIFError, SoapError, OSError, TimeoutError) as error:
        raise SetupError("no_onvif") from error
    if not offered:
        raise SetupError("no_onvif_video")
    return chosen(offered)


def chosen(offered: list[Offered]) -> tuple[str, str]:
    """The widest stream for evidence; of the others the one nearest to `DETECT_WIDTH` for analysis."""
    record = max(offered, key=lambda one: one.width)
    others = [one for one in offered if one is not record] or [record]
    return record.url, min(others, key=lambda one: abs(one.width - DETECT_WIDTH)).url


async def _ask(host: str, port: int, username: str, password: str) -> list[Offered]:
    camera = ONVIFCamera(host, port, username or None, password or None, adjust_time=True, nat_override=True)
    try:
        await camera.update_xaddrs()
        media = await camera.create_media_service()
        profiles = [one for one in await media.GetProfiles() if one.VideoEncoderConfiguration is not None]
        return [await _offered(media, profile, host) for profile in profiles]
    finally:
        await camera.close()


async def _offered(media: Any, profile: Any, host: str) -> Offered:
    told = await media.GetStreamUri({"StreamSetup": _SETUP, "ProfileToken": profile.token})
    return Offered(int(profile.VideoEncoderConfiguration.Resolution.Width), _at(host, str(told.Uri)))


def _at(host: str, url: str) -> str:
    """The address with the host that was asked: behind a router a camera may report one that leads
    nowhere."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit(parts._replace(netloc=f"{host}{port}"))
