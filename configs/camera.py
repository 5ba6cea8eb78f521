"""The configuration of one camera (tệp cấu hình): its streams, its scene, the rules it proves.

Secrets are never in the file: it names another file that holds them. `configs.camera_check` reads the file.
"""

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from configs.addresses import FilePath, ShownName, split_address
from configs.model import Configured
from configs.refusals import refused
from configs.rules import Rules
from configs.scene import Scene
from configs.shapes import BoxPixels
from contract.canonical import canonical_bytes, sha256_hex
from contract.types import Identifier


def _no_secret(url: str) -> str:
    if urlsplit(url).password is not None:
        raise refused(
            "hãy bỏ mật khẩu khỏi địa chỉ: ghi vào một tệp và nêu tệp đó ở password_file",
            "take the password out of the address: put it in a file and name that as password_file",
        )
    split_address(url, ("rtsp", "rtsps"))
    return url


class SiteConfig(Configured):
    """The junction a camera stands at (nút giao)."""

    id: Identifier
    name: ShownName


class StreamConfig(Configured):
    """One RTSP stream of a camera."""

    url: Annotated[str, AfterValidator(_no_secret)] = Field(description="rtsp:// address without a password")
    username: str | None = None
    password_file: FilePath | None = Field(default=None, description="file whose first line is the password")

    @model_validator(mode="after")
    def _password_has_a_user(self) -> Self:
        if self.username is not None and urlsplit(self.url).username is not None:
            raise refused(
                "tên người dùng có cả trong url và username: hãy bỏ khỏi địa chỉ",
                "the user stands in url and in username: take it out of the address",
            )
        if self.password_file is not None and self.username is None:
            raise refused("có password_file nhưng thiếu username", "password_file without username")
        if self.password_file is not None and not self.password_file.is_absolute():
            # Not relative to the file's folder: the path is part of the configuration's digest.
            raise refused(
                f"password_file phải là đường dẫn tuyệt đối, không phải {self.password_file}",
                f"password_file must be an absolute path, not {self.password_file}",
            )
        return self


class DetectConfig(Configured):
    """Which part of the detect stream is analysed."""

    roi: BoxPixels | None = Field(default=None, description="part of the picture vehicles are looked for in")
    interval: Annotated[int, Field(ge=1, le=30)] = Field(default=1, description="look at every n-th frame")


class PlateCamera(Configured):
    """Another camera of the node that can read the plates of vehicles found by this one (camera đọc biển
    số)."""

    camera: Identifier = Field(description="id of the plate camera")
    section: Identifier = Field(description="id of the stretch of road, drawn in both cameras' files")
    lanes: tuple[Identifier, ...] = Field(
        default=(), description="lanes of this camera whose vehicles it shows; none: all"
    )
    metres: Annotated[float, Field(ge=-100, le=100)] = Field(
        default=0.0,
        description="how far along the traffic the plate camera's stretch lies past this one's; 0: the same",
    )
    offset: Annotated[float, Field(ge=-10, le=10)] | None = Field(
        default=None, description="seconds its clock is ahead of this camera's; none: measured, from zero"
    )


class CameraConfig(Scene):
    """One camera: its scene, its streams, the rules it proves."""

    id: Identifier
    site: SiteConfig
    calibration: Identifier = Field(description="id of the survey these lines come from")
    detect_stream: StreamConfig | None = Field(
        default=None, description="looked at; none: replay names a file"
    )
    record_stream: StreamConfig | None = Field(
        default=None, description="kept as evidence; none: the detect stream"
    )
    detect: DetectConfig = DetectConfig()
    plate_cameras: tuple[PlateCamera, ...] = Field(
        default=(),
        description="cameras that are asked for the plate of a vehicle found here",
        exclude_if=lambda joined: not joined,
    )
    rules: Rules = Rules()


def config_sha256(config: CameraConfig) -> str:
    """SHA-256 of the configuration in canonical JSON: comments and the order of sets don't count."""
    return sha256_hex(canonical_bytes(config))
