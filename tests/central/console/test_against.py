"""What the node says against its own finding stands on the desk, each with its values, in both languages."""

from datetime import datetime

import pytest

from central.accounts.permissions import Role
from central.db import transaction
from contract.manifest import LookCost, Question, SecondLook
from contract.reasons import Doubt
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


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "vi",
            ("Điều chống lại", "tại -0,34 s so với lúc", "(3 khung hình)", "có điểm ngờ", "chưa chắc"),
        ),
        ("en", ("What speaks against it", "at -0.34 s from the act (3 pictures)", "doubted", "unsure")),
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
