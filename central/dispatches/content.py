"""The content of alerts and points, read when they are sent."""

from datetime import date

from pydantic import BaseModel
from sqlmodel import Session

from central.cases.queries import get_case
from central.dispatches.models import Dispatch
from central.dispatches.port import Alert, Points
from central.parties.service import Details, Parties, Reader

POINTS_PURPOSE = "Trừ, trả điểm giấy phép lái xe (NĐ 168/2024/NĐ-CP Đ.50)"


def alert(session: Session, row: Dispatch, unit: str) -> BaseModel:
    """The message that puts a vehicle under alert, or lifts the alert."""
    assert row.case_id is not None
    case = get_case(session, row.case_id)
    return Alert(
        message=row.key,
        unit=unit,
        at=row.at,
        kind="raised" if row.kind == "alert_raised" else "lifted",
        alert=case.event_id,
        plate=case.plate or "",
        plate_colour=case.plate_colour,
        vehicle=case.vehicle_kind,
    )


def points(row: Dispatch, unit: str, parties: Parties) -> BaseModel:
    """Points of a licence, with its holder, read for this purpose."""
    who = holder(parties, row, "system")
    return Points(
        message=row.key,
        unit=unit,
        at=row.at,
        kind="deducted" if row.kind == "points_deducted" else "returned",
        decision=row.content["decision"],
        signed_on=date.fromisoformat(row.content["signed_on"]),
        identity=who.identity,
        licence_number=who.licence_number,
        licence_for=row.content["licence_for"],
        points=row.content["points"],
    )


def holder(parties: Parties, row: Dispatch, actor: str) -> Details:
    """The holder of the licence."""
    reader = Reader(actor, POINTS_PURPOSE, row.case_id)
    return parties.read(int(row.content["party"]), reader, ("licence_number",))
