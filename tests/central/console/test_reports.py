"""The reports' pages: for leaders, with corrections before figures, and the workbook."""

import re
from datetime import date, datetime, timedelta
from io import BytesIO

from openpyxl import load_workbook
from sqlalchemy import Engine

from central.accounts.permissions import Role
from central.db import transaction
from central.reports import service
from central.reports.periods import CutOffs, Kind, Period
from tests.central.faces import SignedIn
from tests.central.people import add_case

CUT_OFFS = CutOffs(3, 14)
WEEK = Period(date(2026, 11, 18), date(2026, 11, 24))


def take(engine: Engine, now: datetime, actor: str = "test") -> int:
    with transaction(engine) as session:
        return service.take(session, "BN", CUT_OFFS, Kind.WEEKLY, WEEK, now, actor).id or 0


def test_leaders_read_reports_and_corrections_and_take_the_workbook(
    signed_in: SignedIn, now: datetime
) -> None:
    leader = signed_in(Role.LEADER)
    engine = leader.app.state.engine  # type: ignore[attr-defined]
    first = take(engine, now + timedelta(days=1))
    with transaction(engine) as session:
        add_case(session, now, 3)
    second = take(engine, now + timedelta(days=2))
    leader.get("/language/en")
    assert f"/reports/{second}/xlsx" in leader.get("/reports").text
    assert "Reported before" in leader.get(f"/reports/{second}").text
    assert "Reported before" not in leader.get(f"/reports/{first}").text
    sheet = leader.get(f"/reports/{first}/xlsx")
    assert sheet.headers["content-disposition"].endswith('report-weekly-2026-11-18-1.xlsx"')
    assert len(load_workbook(BytesIO(sheet.content)).worksheets) == 1
    assert leader.get("/reports/99").status_code == 404


def test_leaders_take_the_paper_which_is_written_down(signed_in: SignedIn, now: datetime) -> None:
    leader = signed_in(Role.LEADER)
    first = take(leader.app.state.engine, now + timedelta(days=1))  # type: ignore[attr-defined]
    paper = leader.get(f"/reports/{first}/pdf")
    assert paper.content.startswith(b"%PDF-")
    assert paper.headers["content-disposition"].endswith('report-weekly-2026-11-18-1.pdf"')
    subject = {"subject": f"report:{first}"}
    entries = leader.get("/api/v1/audit", params=subject).json()["items"]
    assert {"as": "pdf"} in [entry["detail"] for entry in entries]
    assert leader.get("/reports/99/pdf").status_code == 404


def test_who_took_a_report_is_told_in_words(signed_in: SignedIn, now: datetime) -> None:
    leader = signed_in(Role.LEADER)
    engine = leader.app.state.engine  # type: ignore[attr-defined]
    for sequence, actor in enumerate(("system", "user:leader", "cli"), start=3):
        take(engine, now + timedelta(days=1), actor)
        with transaction(engine) as session:
            add_case(session, now, sequence)
    takers = {
        language: re.findall(r"<td>([^<]*)</td><td class=\"nowrap\"><a", leader.get("/reports").text)
        for language in ("vi", "en")
        if leader.get(f"/language/{language}")
    }
    assert takers == {"vi": ["dòng lệnh", "Leader", "hệ thống"], "en": ["command line", "Leader", "system"]}


def test_others_do_not(signed_in: SignedIn, now: datetime) -> None:
    operator = signed_in(Role.OPERATOR)
    first = take(operator.app.state.engine, now + timedelta(days=1))  # type: ignore[attr-defined]
    for path in ("/reports", f"/reports/{first}", f"/reports/{first}/xlsx", f"/reports/{first}/pdf"):
        assert operator.get(path).status_code == 403


def test_what_the_centre_cannot_know_is_entered_by_hand_and_told(signed_in: SignedIn, now: datetime) -> None:
    leader = signed_in(Role.LEADER)
    engine = leader.app.state.engine  # type: ignore[attr-defined]
    page = leader.get("/report-entries").text
    days = re.search(r"<h2>Báo cáo tuần (\d+)/(\d+)/(\d+) – (\d+)/(\d+)/(\d+)</h2>", page)
    assert days is not None
    one, two = (date(int(y), int(m), int(d)) for d, m, y in (days.groups()[:3], days.groups()[3:]))
    with transaction(engine) as session:
        first = service.take(session, "BN", CUT_OFFS, Kind.WEEKLY, Period(one, two), now, "test").id
    answer = leader.post("/report-entries", data={"kind": "weekly", "cameras_planned": "chín"})
    assert answer.status_code == 422
    assert 'value="chín"' in answer.text, "what was typed is not lost"
    typed = {"kind": "weekly", "cameras_planned": "1.200", "obstacles": "<b>mưa</b>"}
    assert "có thêm bản 2" in leader.post("/report-entries", data=typed).text
    assert "Không có gì thay đổi" in leader.post("/report-entries", data=typed).text
    told = leader.get(f"/reports/{(first or 0) + 1}").text
    for words in ("Camera theo kế hoạch", "1.200", "&lt;b&gt;mưa&lt;/b&gt;", "Nhập tay: "):
        assert words in told
    assert "Camera theo kế hoạch" not in leader.get(f"/reports/{first}").text
    running = leader.post("/report-entries", data={"kind": "monthly", "running": "true", "trainings": "1"})
    assert "vào báo cáo khi kỳ được chốt" in running.text
    assert signed_in(Role.CLERK).get("/report-entries").status_code == 200
    assert signed_in(Role.OPERATOR).get("/report-entries").status_code == 403
