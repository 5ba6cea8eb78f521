"""Plate, kind of vehicle and rule corrected on the desks; what the node found is shown beside it."""

import re

import pytest
from sqlmodel import Session, select

from central.accounts.permissions import Role
from central.cases.lifecycle import Action, State
from central.cases.models import Case, CaseEvent
from central.db import transaction
from tests.central.faces import SignedIn


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="(\d+)"', page)
    assert found, page
    return found[1]


def test_the_rule_is_corrected_on_the_operators_desk(signed_in: SignedIn) -> None:
    lan = signed_in(Role.OPERATOR)
    pane = lan.post("/review/next").text
    case_id = re.findall(r'hx-post="/review/(\d+)/accept', pane)[0]
    form = {"version": hidden(pane, "version"), "plate": "29A-000.01", "colour": "white", "vehicle": "car"}
    refused = lan.post(f"/review/{case_id}/accept", data={**form, "rule": "no_such_rule"})
    assert (refused.status_code, "không có hành vi này" in refused.text) == (422, True)
    assert lan.post(f"/review/{case_id}/accept", data={**form, "rule": "wrong_lane"}).status_code == 200
    for language, words in (("vi", "Nút ghi nhận"), ("en", "Recorded by the node as")):
        lan.cookies.set("lang", language)
        assert words in lan.get(f"/cases/{case_id}").text


@pytest.mark.parametrize(("proposed", "preset"), [({}, "red_light"), ({"rule": "wrong_lane"}, "wrong_lane")])
def test_what_the_officer_proposed_is_chosen_already(
    signed_in: SignedIn, proposed: dict[str, str], preset: str
) -> None:
    lan = signed_in(Role.OPERATOR)
    with transaction(lan.app.state.engine) as session:  # type: ignore[attr-defined]
        _came_back(session, proposed)
    pane = lan.post("/review/next").text
    acts = pane.split('<select name="rule">')[1].split("</select>")[0]
    assert re.findall(r'value="(\w+)" selected', acts) == [preset]


def _came_back(session: Session, detail: dict[str, str]) -> None:
    case = session.exec(select(Case).order_by(Case.id).limit(1)).one()  # type: ignore[arg-type]
    assert case.id is not None
    returned = CaseEvent(
        case_id=case.id,
        at=case.received_at,
        action=Action.RETURN,
        to_state=State.RETURNED,
        actor_name="Hùng",
        note="xem lại",
        detail=detail,
    )
    session.add(returned)
