"""What the node says against its own finding stands on the desk, each with its values, in both languages."""

from datetime import datetime

import pytest

from central.accounts.permissions import Role
from central.db import transaction
from contract.manifest import LookCost, Question, SecondLook
from contract.reasons import Doubt
from tests.central.evidence import evidence
from tests.central.faces import SignedIn
from tests.central.people import add_case

RIVAL = Doubt(
    code="second_look.rival",
    values={"after_ms": -340, "times": 3},
    weight="doubt",
    source="second_look",
)
LOOK = SecondLook(
    version=1,
    verdict="doubted",
    questions=(
        Question(code="second_look.vehicle_there", answer="yes"),
        Question(code="second_look.only_vehicle", answer="unsure", values={"times": 3}),
    ),
    cost=LookCost(frames=30, pixels=5_000_000),
)


def test_pictures_nobody_could_check_are_said_to_be(signed_in: SignedIn, now: datetime) -> None:
    client = signed_in(Role.OPERATOR)
    with transaction(client.app.state.engine) as session:  # type: ignore[attr-defined]
        files = evidence().manifest.model_dump(mode="json", by_alias=True)["files"]
        named = [{**file, "frame": {"pts": 0, "time_base": [1, 90_000], "number": 0}} for file in files]
        cases = [add_case(session, now, 3), add_case(session, now, 4, files=named)]
        shown = [case.id for case in cases]
    client.get("/language/en")
    words = ["which frames of the clip these pictures are" in client.get(f"/cases/{id}").text for id in shown]
    assert words == [True, False]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "vi",
            ("Điểm nghi vấn", "tại -0,34 s so với lúc", "(3 khung hình)", "có điểm ngờ", "chưa chắc"),
        ),
        ("en", ("Doubts", "at -0.34 s from the act (3 pictures)", "doubted", "unsure")),
    ],
)
def test_each_doubt_is_shown_with_its_values(
    signed_in: SignedIn, now: datetime, language: str, words: tuple[str, ...]
) -> None:
    client = signed_in(Role.OPERATOR)
    with transaction(client.app.state.engine) as session:  # type: ignore[attr-defined]
        case = add_case(session, now, 3, doubts=(RIVAL,), second_look=LOOK, decision="borderline")
    client.get(f"/language/{language}")
    page = client.get(f"/cases/{case.id}").text
    assert all(said in page for said in words)
    assert "?)" not in page.split('class="against"')[1].split("</div>")[0]
