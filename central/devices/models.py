"""The register of enforcement devices (phương tiện, thiết bị kỹ thuật nghiệp vụ): what a camera may be used
for, when, and by whom.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

_KINDS = ("approval", "certificate", "site_decision")


class Device(SQLModel, table=True):
    """A camera as an enforcement device; the same key as the camera of the node.

    `sign_photo`: SHA-256 of the picture of the sign that announces the camera (Law 91/2025 Art 32), taken on
    `sign_photo_on`. `expressway`: rows of the decree for ordinary roads don't apply there.
    """

    __tablename__ = "device"

    node_id: str = Field(max_length=63, primary_key=True)
    camera_id: str = Field(max_length=80, primary_key=True)
    name: str = Field(max_length=120)
    serial: str = Field(max_length=80)
    unit: str = Field(max_length=120)
    expressway: bool = False
    sign_photo: str | None = Field(default=None, max_length=64)
    sign_photo_on: date | None = None
    entered_at: datetime
    entered_by: str = Field(max_length=100)


class DevicePaper(SQLModel, table=True):
    """A paper a device needs, valid from one day to another: approval (phê duyệt), certificate (kiểm định,
    hiệu chuẩn), decision on the site (quyết định, kế hoạch lắp đặt). Papers are never changed: a wrong one
    is revoked and entered again.
    """

    __tablename__ = "device_paper"
    __table_args__ = (
        ForeignKeyConstraint(["node_id", "camera_id"], ["device.node_id", "device.camera_id"], name="device"),
        CheckConstraint(f"kind IN {_KINDS}", name="kind"),
        CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="interval"),
        Index("ix_device_paper_device", "node_id", "camera_id", "kind"),
    )

    id: int | None = Field(default=None, primary_key=True)
    node_id: str = Field(max_length=63)
    camera_id: str = Field(max_length=80)
    kind: str = Field(max_length=16)
    number: str = Field(max_length=120)
    issuer: str = Field(max_length=200)
    valid_from: date
    valid_to: date | None = None
    entered_at: datetime
    entered_by: str = Field(max_length=100)
    revoked_at: datetime | None = None
    revoked_reason: str = Field(default="", max_length=300)


class DeviceUser(SQLModel, table=True):
    """A person appointed in writing as user of a device (người sử dụng thiết bị), trained, valid from one day
    to another.
    """

    __tablename__ = "device_user"
    __table_args__ = (
        ForeignKeyConstraint(["node_id", "camera_id"], ["device.node_id", "device.camera_id"], name="device"),
        CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="interval"),
        Index("ix_device_user_device", "node_id", "camera_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    node_id: str = Field(max_length=63)
    camera_id: str = Field(max_length=80)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    decision: str = Field(max_length=120)
    training: str = Field(max_length=120)
    valid_from: date
    valid_to: date | None = None
    entered_at: datetime
    revoked_at: datetime | None = None
