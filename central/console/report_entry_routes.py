"""Lines of a report that the system can't know, entered by hand for a period."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.accounts.service import names_by_username
from central.console.audit_routes import thing_word
from central.console.pages import language, render
from central.db import transaction
from central.errors import DomainError
from central.reports import entries
from central.reports import service as reports
from central.reports.periods import CutOffs, Kind, Period
from central.web.people import Now, ReadSessionDep, require
from central.words.dictionary import translator
from central.words.errors import told
from contract.local_time import local_day

router = APIRouter(prefix="/report-entries")

Reporter = Annotated[User, Depends(require(Permission.ENTER_REPORTS))]


@router.get("")
def entry_page(
    request: Request,
    session: ReadSessionDep,
    user: Reporter,
    now: Now,
    kind: Kind = Kind.WEEKLY,
    running: bool = False,
) -> Response:
    """The lines of the last period that is over, or of the one that runs."""
    return _page(request, session, user, kind, running=running, now=now)


async def _typed(request: Request) -> dict[str, str]:
    return {key: value for key, value in (await request.form()).items() if isinstance(value, str)}


@router.post("")
def enter(
    request: Request,
    user: Reporter,
    now: Now,
    typed: Annotated[dict[str, str], Depends(_typed)],
    kind: Annotated[Kind, Form()] = Kind.WEEKLY,
    running: Annotated[bool, Form()] = False,
) -> Response:
    """Stores what was typed; a report of the period that exists is drawn up again with it."""
    period = _period(_cut_offs(request), kind, running=running, now=now)
    t = translator(language(request))
    with transaction(request.app.state.engine) as session:
        try:
            changed = entries.enter(session, kind, period, typed, user.actor, now)
        except DomainError as refused:
            session.rollback()
            warning = told(refused, language(request)).sentence
            shown = {"warning": warning, "typed": typed}
            return _page(
                request, session, user, kind, running=running, now=now, status=refused.status, **shown
            )
        anew = reports.retell(session, _cut_offs(request), kind, period, now, user.actor)
        said = t("report.entry.kept") if changed else t("report.entry.same")
        if anew is not None:
            said = t("report.entry.retold", n=anew.revision)
        return _page(request, session, user, kind, running=running, now=now, said=said)


def _page(
    request: Request,
    session: Session,
    user: User,
    kind: Kind,
    *,
    running: bool,
    now: Now,
    status: int = 200,
    **shown: Any,
) -> Response:
    cut_offs, people, lang = _cut_offs(request), names_by_username(session), language(request)
    period = _period(cut_offs, kind, running=running, now=now)
    values: dict[str, Any] = {
        "said": "",
        "warning": "",
        "typed": None,
        "kind": kind,
        "running": running,
        "period": period,
        "choices": [
            (each, runs, _period(cut_offs, each, running=runs, now=now))
            for each in Kind
            for runs in (False, True)
        ],
        "asked": entries.ASKED,
        "present": entries.of_period(session, kind, period),
        "before": entries.of_period(session, kind, cut_offs.before(kind, period)),
        "who": lambda actor: thing_word(actor, people, lang),
        "longest": entries.LONGEST,
    }
    return render(request, "report_entries.html", user, status, **(values | shown))


def _cut_offs(request: Request) -> CutOffs:
    found: CutOffs = request.app.state.services.cut_offs
    return found


def _period(cut_offs: CutOffs, kind: Kind, *, running: bool, now: Now) -> Period:
    today = local_day(now)
    return cut_offs.around(kind, today) if running else cut_offs.latest(kind, today)
