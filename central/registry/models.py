"""Answers of the vehicle register about a case's plate, stored as received; the owner only in sealed form."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from central.connections.origin import OriginColumns


class RegistryAnswer(OriginColumns, table=True):
    """One look-up. `problem` is set when there was no registration; `vehicle` when there was.

    `plate` is the requested plate: a case whose plate was corrected since has no answer. `since`, `until`:
    when it belonged to this vehicle and owner, if the register states it. `sealed_owner` opens with the
    vault's key `key_id` in the context of the case only.
    """

    __tablename__ = "registry_answer"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    at: datetime
    plate: str | None = Field(default=None, max_length=24)
    problem: str | None = Field(default=None, max_length=12)
    problem_detail: str = Field(default="", max_length=300)
    reference: str | None = Field(default=None, max_length=200)
    vehicle: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    differences: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)
    since: datetime | None = None
    until: datetime | None = None
    sealed_owner: bytes | None = None
    key_id: str | None = Field(default=None, max_length=16)
