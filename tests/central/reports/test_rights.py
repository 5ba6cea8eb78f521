"""What went wrong and people's rights, counted on both databases from cases that people walked."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import Engine

from central.citizens.models import Submission
from central.db import transaction
from central.offences.charging import Choice
from central.reports import service
from central.reports.outside import hidden_cells
from central.reports.periods import CutOffs, Kind, Period
from contract.local_time import VIETNAM, local_day
from tests.central.proceedings.office import Office


def _request(office: Office, number: int, came_on: date, replied_after: int | None) -> None:
    with transaction(office.engine) as session:
        proceeding = office.proceeding(session, 1)
        noon = datetime.combine(came_on, time(12), VIETNAM)
        replied = noon + timedelta(days=replied_after) if replied_after is not None else None
        party = office.parties(session).of_case(proceeding.case_id, "owner")
        assert party is not None
        session.add(
            Submission(
                key=f"k{number}",
                number=str(number),
                proceeding_id=proceeding.id or 0,
                party_id=party.party_id,
                kind="data_request",
                sealed=b"",
                key_id="",
                sha256="",
                at=noon,
                signed_by="code",
                came_on=came_on,
                replied_at=replied,
            )
        )


def test_what_went_wrong_is_counted(engine: Engine, now: datetime) -> None:
    office = Office(engine, now).open()
    sent = office.confirmed()
    office.to_notice(sent)
    office.do(sent, "withdraw_notice", "thu-ly")
    drawn = office.confirmed(choice=Choice(None, "camera cho thấy va chạm", accident=True))
    office.do(drawn, "sign_result", "thiet-bi")
    office.do(drawn, "draw_notice", "thu-ly")
    office.do(drawn, "withdraw_notice", "thu-ly")
    decided = office.confirmed()
    decision = office.to_decision(decided)
    office.do(decided, "deduct_points", "thu-ly", detail={"before": decision.points})
    other = office.confirmed()
    office.to_decision(other)
    office.do(other, "deduct_points", "thu-ly", detail={"before": 12})
    unknown = office.confirmed()
    office.to_decision(unknown)
    office.do(unknown, "deduct_points", "thu-ly")
    office.do(unknown, "annul_decision", "truong-phong")
    today = local_day(office.now)
    first = today - timedelta(days=(today.weekday() - 2) % 7)
    for number, (came, after) in enumerate([(0, 3), (0, 30), (1, None), (-7, 1)]):
        _request(office, number, first + timedelta(days=came), after)
    period = Period(first, first + timedelta(days=6))
    with transaction(engine) as session:
        kept = service.take(
            session, "BN", CutOffs(3, 14), Kind.WEEKLY, period, period.ends + timedelta(days=1), "test"
        )
        report = service.content_of(kept)
    year = {(line.key, *(value for _, value in line.by)): line.year for line in report.figures}
    assert year[("notices_withdrawn",)] == 1
    assert year[("notices_withdrawn_by_step", "withdraw_notice")] == 1
    assert year[("notices_withdrawn_rate",)] == round(1000 / (year[("notices_sent",)] or 1), 4)
    assert year[("decisions_annulled",)] == 1
    assert year[("decisions_annulled_rate",)] == 500
    assert (year[("licences_at_zero",)], year[("points_without_balance",)]) == (1, 1)
    assert [value for key, value in year.items() if key[0] == "accident_acts"] == [1]
    week = {line.key: (line.this, line.before) for line in report.figures if line.key.startswith("data_req")}
    assert week["data_requests"] == (3, 1)
    assert week["data_requests_answered"] == (2, 1)
    assert week["data_requests_in_time_share"] == (0.3333, 1.0)
    hidden = {key for key, *_ in hidden_cells(report)}
    assert {"notices_withdrawn", "notices_withdrawn_rate", "data_requests_in_time_share"} <= hidden
