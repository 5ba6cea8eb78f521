"""Messages to each system, and their acknowledgement.

POST {base}{path}    as in `central.connections.http`; the same `message` sent again counts as one

Alerts to inspection (đăng kiểm) and registration (NĐ 168/2024 Art 47.11), points to the licence
authority (Art 50).
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from central.values import Text

Line = Annotated[Text, StringConstraints(min_length=1, max_length=300)]

INSPECTION, REGISTRATION, LICENCES = "inspection", "vehicle_alerts", "licences"
ALERT_SYSTEMS = (INSPECTION, REGISTRATION)

PATHS = {INSPECTION: "/v1/alerts", REGISTRATION: "/v1/alerts", LICENCES: "/v1/points"}


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    message: Line
    unit: Line
    at: AwareDatetime


class Alert(_Message):
    """A vehicle's owner has not come, or a fine is overdue (`raised`); the matter is settled (`lifted`).
    `alert` identifies the pair.
    """

    kind: Literal["raised", "lifted"]
    alert: Line
    plate: Line
    plate_colour: Line | None
    vehicle: Line


class Points(_Message):
    """Points deducted from a licence by a decision, or restored when it ended."""

    kind: Literal["deducted", "returned"]
    decision: Line
    signed_on: date
    identity: Line
    licence_number: Line | None
    licence_for: Line | None
    points: Annotated[int, Field(ge=1, le=12)]


class Receipt(BaseModel):
    """The other side has received the message."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    receipt: Annotated[Text, StringConstraints(min_length=1, max_length=200)]
