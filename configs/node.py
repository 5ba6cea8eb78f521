"""The configuration of a node (tệp cấu hình nút): its cameras, its data folder, its delivery."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from configs.addresses import FilePath, FolderPath, Host
from configs.model import Configured
from configs.refusals import refused
from contract.types import NodeId


class BrokerConfig(Configured):
    """The MQTT broker of the centre."""

    host: Host
    port: Annotated[int, Field(ge=1, le=65535)] = 8883
    tls: bool = True
    ca: FilePath | None = Field(
        default=None, description="authority of the broker's certificate; none: the system's"
    )
    username: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="none: the node's id"
    )
    password_file: FilePath | None = Field(default=None, description="file whose first line is the password")


class MetricsConfig(Configured):
    """The address at which Prometheus scrapes the node."""

    host: Host = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 9108


class NodeConfig(Configured):
    """One node: its cameras, its data folder, and the centre it delivers to."""

    id: NodeId
    data: FolderPath = Field(description="folder for keys and the outbox")
    broker: BrokerConfig
    centre_key: FilePath = Field(
        description="file with the centre's public key (base64url text), for receipts"
    )
    cameras: Annotated[tuple[FilePath, ...], Field(min_length=1)] = Field(description="camera files")
    outbox_bytes: Annotated[int, Field(ge=10_000_000)] = Field(
        default=20_000_000_000, description="beyond it delivered packages go, then an alarm is raised"
    )
    ring_seconds: Annotated[float, Field(ge=5, le=300)] = Field(
        default=60.0, description="record stream kept in memory"
    )
    clip_before: Annotated[float, Field(ge=1, le=60)] = Field(
        default=6.0, description="seconds of clip before"
    )
    clip_after: Annotated[float, Field(ge=1, le=60)] = Field(default=6.0, description="seconds of clip after")
    manifest_version: Literal[1, 2] = Field(
        default=2, description="version of the messages sent; 1 for a centre of release 0.1"
    )
    health_seconds: Annotated[float, Field(ge=5, le=600)] = 30.0
    ntp_server: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+(:[0-9]{1,5})?$")] | None = Field(
        default=None, description="HOST or HOST:PORT to compare the clock with; it is never set from here"
    )
    metrics: MetricsConfig | None = Field(default=None, description="none: nothing is served")

    @field_validator("ntp_server")
    @classmethod
    def _port_is_one(cls, server: str | None) -> str | None:
        port = (server or "").partition(":")[2]
        if port and not 1 <= int(port) <= 65535:
            raise refused(
                f"cổng {port} không có: từ 1 đến 65535, hoặc bỏ trống",
                f"port {port} is none: 1 to 65535, or leave it out",
            )
        return server

    @model_validator(mode="after")
    def _ring_holds_the_clip(self) -> Self:
        if self.ring_seconds < self.clip_before + self.clip_after:
            raise refused(
                "ring_seconds phải ít nhất bằng clip_before + clip_after",
                "ring_seconds must be at least clip_before + clip_after",
            )
        return self
