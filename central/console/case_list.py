"""The list of cases: filtered by kind, site, time and person, sorted, counted, exported as a file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from central.accounts import service as accounts
from central.accounts.models import User
from central.accounts.permissions import Permission
from central.audit import service as audit
from central.cases import queries
from central.cases.lifecycle import OPEN, State
from central.cases.models import Case
from central.cases.plates import shown_to
from central.cases.queries import CaseFilter, Order
from central.cases.visibility import sees_police_cases
from central.connections import sheets
from central.console.pages import language, printed_plate, render
from central.console.views import deadline
from central.fleet import service as fleet
from central.searches.service import Search, SearchPurpose
from central.values import Day, Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Before, Id
from central.words.dictionary import translator, word_or
from central.words.forms import local_time
from central.words.languages import Language
from configs.rules import RULES
from contract.local_time import bounds_of_days

router = APIRouter(prefix="/cases")

PAGE = 50
MOST_IN_FILE = 10_000
COUNTED_UP_TO = 10_000

Viewer = Annotated[User, Depends(require(Permission.VIEW_CASES))]
Choice = Annotated[Text, Query(max_length=80)]
DayChoice = Annotated[Day | Literal[""], Query()]


@dataclass(frozen=True)
class Narrowing:
    """The filter as entered in the form; empty means no choice."""

    state: State | Literal["open", ""] = ""
    rule: str = ""
    site: str = ""
    camera: str = ""
    person: int | Literal[""] = ""
    order: Order | Literal[""] = ""
    first: date | Literal[""] = ""
    last: date | Literal[""] = ""

    @property
    def chosen(self) -> dict[str, str]:
        """The fields that were filled in."""
        return {name: str(value) for name, value in vars(self).items() if value}

    @property
    def query(self) -> str:
        """The same fields as the query of an address."""
        return urlencode(self.chosen)

    def filter_for(self, user: User) -> CaseFilter:
        """The filter, limited to cases this person may see."""
        first, until = bounds_of_days(self.first or None, self.last or None)
        node, _, camera = self.camera.partition("/")
        return CaseFilter(
            states=self._states(),
            camera=(node, camera) if self.camera else None,
            person=self.person or None,
            rule=self.rule or None,
            site=self.site or None,
            first=first,
            until=until,
            with_police=sees_police_cases(user),
        )

    def _states(self) -> frozenset[State] | None:
        """The state, or all open states when sorting by deadline: it does not matter for others."""
        if self.state == "open" or (not self.state and self.order == "due"):
            return frozenset(OPEN)
        return frozenset({State(self.state)}) if self.state else None


def _narrowing(
    state: Annotated[State | Literal["open", ""], Query()] = "",
    rule: Choice = "",
    site: Choice = "",
    camera: Annotated[Text, Query(max_length=144)] = "",
    person: Annotated[Id | Literal[""], Query()] = "",
    order: Annotated[Order | Literal[""], Query()] = "",
    first: DayChoice = "",
    last: DayChoice = "",
) -> Narrowing:
    return Narrowing(state, rule, site, camera, person, order, first, last)


Narrowed = Annotated[Narrowing, Depends(_narrowing)]


@router.get("")
def case_list(
    request: Request,
    session: ReadSessionDep,
    user: Viewer,
    now: Now,
    narrowing: Narrowed,
    before: Before = None,
) -> Response:
    """Newest cases first, perhaps of one state, act, place or of some days."""
    wanted = narrowing.filter_for(user)
    found = queries.list_cases(session, wanted, before, PAGE + 1, narrowing.order or "newest")
    total = queries.count_cases(session, wanted, COUNTED_UP_TO)
    form = {"narrowing": narrowing, "total": total, "counted_up_to": COUNTED_UP_TO, **_choices(session)}
    return list_page(request, user, now, found, searched=None, **form)


@router.get("/list.{kind}")
def case_file(
    request: Request, session: SessionDep, user: Viewer, narrowing: Narrowed, kind: sheets.Kind
) -> Response:
    """The same list as a file, in its order, at most `MOST_IN_FILE` cases; that it was taken out is written
    down, for it has plates."""
    found = queries.list_cases(
        session, narrowing.filter_for(user), None, MOST_IN_FILE, narrowing.order or "newest"
    )
    detail = narrowing.chosen | {"cases": len(found)}
    audit.record(session, user.actor, "case.export", "case:list", detail)
    write, media_type = sheets.WRITERS[kind]
    headers = {"Content-Disposition": f'attachment; filename="cases.{kind}"'}
    return Response(
        write(*table_of(found, language(request), shown_to(user))), media_type=media_type, headers=headers
    )


def list_page(
    request: Request, user: User, now: datetime, found: list[Case], *, searched: Search | None, **form: Any
) -> Response:
    """The page of a list with its form, or of a vehicle search; one case beyond the page means that there are
    more.
    """
    return render(
        request,
        "cases.html",
        user,
        cases=found[:PAGE],
        more=found[PAGE - 1].id if len(found) > PAGE else None,
        deadlines={case.id: deadline(case.occurred_at, case.notice_due_at, now) for case in found},
        searched=searched,
        purposes=get_args(SearchPurpose),
        may_search=user.may(Permission.SEARCH_PLATES),
        **form,
    )


def _choices(session: Session) -> dict[str, Any]:
    """The choices the filter form offers."""
    return {
        "states": list(State),
        "rules": list(RULES),
        "sites": queries.sites_with_cases(session),
        "cameras": [f"{each.node_id}/{each.id}" for each in fleet.list_cameras(session)],
        "people": _deciders(session),
        "orders": get_args(Order),
    }


def _deciders(session: Session) -> dict[int, str]:
    """People who decide cases, by name."""
    deciding = (Permission.REVIEW_CASES, Permission.CONFIRM_CASES)
    people = accounts.list_users(session)
    return {user.id or 0: user.full_name for user in people if any(map(user.may, deciding))}


def table_of(
    cases: Iterable[Case], lang: Language, shown: Callable[[str], str]
) -> tuple[list[str], list[list[str]]]:
    """The cases as a table for a spreadsheet: headings and lines in the reader's language, plates as shown to
    the reader.
    """
    t = translator(lang)
    columns = ("case.number", "cases.when", "plate.title", "cases.act", "cases.site", "facts.camera")
    head = [t(name) for name in (*columns, "facts.vehicle", "cases.state", "facts.notice_due")]
    return head, [_line(case, lang, shown) for case in cases]


def _line(case: Case, lang: Language, shown: Callable[[str], str]) -> list[str]:
    t = translator(lang)
    return [
        str(case.id),
        local_time(case.occurred_at, lang, seconds=True),
        shown(printed_plate(case.plate, case.plate_colour, case.vehicle_kind)),
        word_or(lang, f"rule.{case.rule}", case.rule),
        case.site_name,
        f"{case.node}/{case.camera}",
        t(f"vehicle.{case.vehicle_kind}"),
        t(f"state.{case.state}"),
        local_time(case.notice_due_at, lang),
    ]
