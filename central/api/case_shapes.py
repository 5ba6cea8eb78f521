"""Response shapes of cases in the API."""

from collections.abc import Callable
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from central.cases.models import Case


class CasePublic(BaseModel):
    """A case in a list or after a decision. Nothing of the owner; the plate is personal data itself, and
    shortened for who may not see it whole.
    """

    model_config = ConfigDict(from_attributes=True)

    id: int
    event_id: str
    state: str
    version: int
    queue: str
    flags: list[str]
    node: str
    camera: str
    site: str
    site_name: str
    rule: str
    node_decision: str
    occurred_at: datetime
    received_at: datetime
    vehicle_kind: str
    vehicle_colour: str | None
    plate_read: str | None
    plate: str | None
    plate_colour: str | None
    plate_confidence: float
    notice_due_at: datetime
    limitation_at: datetime
    duplicate_of_id: int | None
    reason: str | None

    @classmethod
    def shown(cls, case: Case, show: Callable[[str], str]) -> "CasePublic":
        """The case with its plates as the reader may see them."""
        made = cls.model_validate(case)
        plates = {"plate": made.plate, "plate_read": made.plate_read}
        return made.model_copy(update={name: show(text) for name, text in plates.items() if text})


class CaseEventPublic(BaseModel):
    """One step of a case's history."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    action: str
    from_state: str | None
    to_state: str
    actor_name: str
    reason: str | None
    note: str


class CasePage(BaseModel):
    """A page of cases; `next` is the `before` of the page after, null on the last."""

    items: list[CasePublic]
    next: int | None


class CaseDetail(CasePublic):
    """A case with its history and the hash of the manifest it rests on."""

    manifest_sha256: str
    history: list[CaseEventPublic]
