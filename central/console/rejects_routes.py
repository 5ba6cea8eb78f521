"""Audit of rejections: a sample of rejected cases, and the nodes' own discards, both with their trend."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.accounts.service import names_by_id
from central.charts import Bar, Chart
from central.console.pages import language, render
from central.values import Day, Text
from central.watching import drops, rejects
from central.watching.drops import Drops
from central.watching.rejects import Audited
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Id
from central.words.dictionary import translator
from central.words.forms import number
from central.words.languages import Language
from contract.local_time import local_day, monday_of

router = APIRouter(prefix="/watching/audit")

TREND = timedelta(weeks=8)

Viewer = Annotated[User, Depends(require(Permission.VIEW_WATCHING))]
Lead = Annotated[User, Depends(require(Permission.LEAD_REVIEWS))]


@router.get("")
def audit_page(
    request: Request,
    session: ReadSessionDep,
    user: Viewer,
    now: Now,
    week: Annotated[Day | None, Query()] = None,
) -> Response:
    """The sample of a week (without one: of the last that is over), and what nodes dropped in seven days."""
    this_week = monday_of(local_day(now))
    monday = monday_of(week) if week else this_week - timedelta(weeks=1)
    since = monday_of(local_day(now) - TREND)
    lang = language(request)
    return render(
        request,
        "rejects.html",
        user,
        monday=monday,
        earlier=monday - timedelta(weeks=1),
        later=monday + timedelta(weeks=1) if monday < this_week else None,
        sample=rejects.sample(session, monday),
        audited=rejects.of_week(session, monday),
        reasons=rejects.by_reason(session, since),
        cameras=drops.by_camera(session, local_day(now) - timedelta(days=6)),
        charts=[
            _wrong_by_week(rejects.by_week(session, since), lang),
            _disproved_by_week(drops.by_week(session, since), lang),
        ],
        names=names_by_id(session),
        may_lead=user.may(Permission.LEAD_REVIEWS),
    )


@router.post("/{case_id}")
def judge(
    session: SessionDep,
    user: Lead,
    now: Now,
    case_id: Id,
    week: Annotated[Day, Form()],
    right: Annotated[bool, Form()],
    note: Annotated[Text, Form(max_length=500)] = "",
) -> Response:
    """Somebody has looked at a rejection."""
    rejects.judge(session, user, case_id, monday_of(week), now, right=right, note=note)
    return RedirectResponse(f"/watching/audit?week={monday_of(week)}", status_code=303)


def _wrong_by_week(weeks: list[Audited], lang: Language) -> Chart:
    bars = [
        Bar(
            label=f"{week.of:%d/%m}",
            value=week.share,
            told=f"{number(week.share * 100, lang, 1)} % ({week.wrong}/{week.audited})",
        )
        for week in weeks
    ]
    return Chart(title=translator(lang)("watching.wrong_by_week"), rows=tuple(bars))


def _disproved_by_week(weeks: list[Drops], lang: Language) -> Chart:
    bars = []
    for week in weeks:
        share, count = week.share(drops.DISPROVED), week.counts[drops.DISPROVED]
        told = f"{number(share * 100, lang, 1)} % ({number(count, lang)})" if share is not None else "—"
        bars.append(Bar(label=f"{week.of:%d/%m}", value=share, told=told))
    return Chart(title=translator(lang)("watching.disproved_by_week"), rows=tuple(bars))
