"""Who read which persons' data within a period (báo cáo vi phạm dữ liệu cá nhân): on a page, and as a file
for the notice to the authority. The request is audited too.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.accounts.service import names_by_username, normal_name
from central.audit import breach
from central.audit import service as audit
from central.audit.breach import BreachReport, Reading
from central.audit.purposes import purpose_word
from central.connections.sheets import CSV, write_csv
from central.console.audit_routes import act_word, thing_word
from central.console.pages import language, render
from central.db import reading, transaction
from central.documents.render import RenderError
from central.reports import breach as breach_report
from central.values import Day, Text
from central.web.people import Now, SessionDep, require
from central.web.services import services
from central.words.dictionary import translator
from central.words.errors import told
from central.words.forms import local_time
from central.words.languages import Language
from contract.local_time import bounds_of_days, local_day

router = APIRouter(prefix="/audit/readings")

Reader = Annotated[User, Depends(require(Permission.VIEW_AUDIT))]
ChosenDay = Annotated[Day | None, Query()]
Person = Annotated[Text, Query(max_length=64)]

SHOWN = 500


@dataclass(frozen=True)
class Asked:
    """From which day to which (both included), and whose readings; empty for everybody's."""

    first: date
    last: date
    person: str


def _asked(now: Now, first: ChosenDay = None, last: ChosenDay = None, person: Person = "") -> Asked:
    today = local_day(now)
    return Asked(first or today, last or today, person)


AsAsked = Annotated[Asked, Depends(_asked)]


@router.get("")
def readings_page(
    request: Request,
    session: SessionDep,
    user: Reader,
    now: Now,
    asked: AsAsked,
) -> Response:
    """What was read from one day to another; today without any."""
    return _page(request, session, user, now, asked, _read(session, user, asked))


def _page(
    request: Request,
    session: Session,
    user: User,
    now: datetime,
    asked: Asked,
    found: BreachReport,
    status: int = 200,
    warning: str = "",
) -> Response:
    lang = language(request)
    people = names_by_username(session)
    return render(
        request,
        "readings.html",
        user,
        status,
        warning=warning,
        report=found,
        rows=[_row(reading, people, lang) for reading in found.readings[:SHOWN]],
        left_off=max(0, len(found.readings) - SHOWN),
        asked=asked,
        today=local_day(now),
        people=people,
    )


@router.get("/list.csv")
def readings_file(
    request: Request,
    session: SessionDep,
    user: Reader,
    asked: AsAsked,
) -> Response:
    """The same, all of it, as a table."""
    found = _read(session, user, asked)
    lang, people = language(request), names_by_username(session)
    content = write_csv(_head(lang), [_row(reading, people, lang) for reading in found.readings])
    headers = {"Content-Disposition": 'attachment; filename="readings.csv"'}
    return Response(content, media_type=CSV, headers=headers)


@router.get("/report.pdf")
def breach_paper(request: Request, user: Reader, now: Now, asked: AsAsked) -> Response:
    """The same as the report to the authority, with room for what only the unit knows. Setting it takes
    seconds: nothing is held meanwhile that others wait for.
    """
    engine, lang = request.app.state.engine, language(request)
    with transaction(engine) as session:
        found = _read(session, user, asked)
        wording = breach_report.Told.of(session, found, lang)
    try:
        content = breach_report.as_pdf(wording, services(request).archive.office, now)
    except RenderError as problem:
        with reading(engine) as session:
            warning = told(problem, lang).sentence
            return _page(request, session, user, now, asked, found, problem.status, warning)
    name = f"readings-{asked.first.isoformat()}-{asked.last.isoformat()}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _read(session: Session, user: User, asked: Asked) -> BreachReport:
    name = normal_name(asked.person)
    since, until = bounds_of_days(asked.first, asked.last)
    found = breach.report(session, since, until, name or None)
    detail = {"first": since.isoformat(), "last": until.isoformat(), "person": name}
    audit.record(session, user.actor, "audit.readings", "audit", detail)
    return found


def _head(lang: Language) -> list[str]:
    t = translator(lang)
    names = ("who", "account", "did", "data", "subject", "first", "last", "count", "purpose")
    return [t(f"readings.{name}") for name in names]


def _row(reading: Reading, people: dict[str, str], lang: Language) -> list[str]:
    return [
        thing_word(reading.actor, people, lang),
        reading.actor,
        act_word(reading.action, lang),
        translator(lang)(f"readings.kind.{reading.data}"),
        thing_word(reading.subject, people, lang),
        local_time(reading.first, lang, seconds=True),
        local_time(reading.last, lang, seconds=True),
        str(reading.count),
        "; ".join(sorted(purpose_word(purpose, lang) for purpose in reading.purposes)),
    ]
