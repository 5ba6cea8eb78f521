"""Who may sign: the titles people hold and the delegations they were given, as an administrator enters and
revokes them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from central.accounts import service as accounts
from central.accounts.models import User
from central.accounts.permissions import Permission
from central.console.pages import language, render
from central.errors import DomainError
from central.law import service as law
from central.proceedings import people
from central.proceedings.models import SignerPower
from central.proceedings.signers import Power
from central.values import Day, Reference, Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Id
from central.words.dictionary import translator
from central.words.errors import told
from configs.law_tables import LawBook, LawError
from contract.local_time import local_day

router = APIRouter(prefix="/users/powers")

Manager = Annotated[User, Depends(require(Permission.MANAGE_USERS))]

Typed = dict[str, object]
"""What a form said, by its fields."""

_BLANK: Typed = dict.fromkeys(("signer", "title", "valid_from", "valid_to", "delegation", "delegated_by"), "")
"""The form before anything was typed."""


@dataclass(frozen=True)
class Register:
    """An administrator at the page."""

    request: Request
    session: Session
    user: User
    now: datetime

    def does(self, act: Callable[[], object], said: str, entered: Typed | None = None) -> Response:
        """Does something and shows the page: with what was done, or why not and what was typed."""
        try:
            act()
        except DomainError as refused:
            self.session.rollback()
            warning = told(refused, language(self.request)).sentence
            return self.shown(warning=warning, status=refused.status, entered=entered)
        return self.shown(said=translator(language(self.request))(said))

    def shown(
        self,
        *,
        said: str = "",
        warning: str = "",
        status: int = 200,
        entered: Typed | None = None,
    ) -> Response:
        """The page."""
        book, today = law.book(self.session), local_day(self.now)
        titles = [row for row in book.signers_table.signers if row.holds(today)]
        active = [user for user in accounts.list_users(self.session) if user.disabled_at is None]
        held = people.held_powers(self.session)
        return render(
            self.request,
            "powers.html",
            self.user,
            status,
            held=[(each, self._title(book, each.row), _stands(each.row, self.now)) for each in held],
            titles=[(row.title, row.name_vi if self._vietnamese else row.name_en) for row in titles],
            signers=[user for user in active if user.may(Permission.SIGN_DECISIONS)],
            entered=_BLANK | (entered or {}),
            today=today,
            said=said,
            warning=warning,
        )

    @property
    def _vietnamese(self) -> bool:
        return language(self.request) == "vi"

    def _title(self, book: LawBook, row: SignerPower) -> str:
        """The name the law gives the title; the code of one that a later table no longer knows."""
        try:
            found = book.signer(row.title, row.valid_from)
        except LawError:
            return row.title
        return found.name_vi if self._vietnamese else found.name_en


def _stands(row: SignerPower, now: datetime) -> Literal["holds", "later", "over"]:
    today = local_day(now)
    if row.valid_from > today:
        return "later"
    return "over" if row.valid_to is not None and row.valid_to < today else "holds"


def _register(request: Request, session: SessionDep, user: Manager, now: Now) -> Register:
    return Register(request, session, user, now)


AtRegister = Annotated[Register, Depends(_register)]


@router.get("")
def power_list(request: Request, session: ReadSessionDep, user: Manager, now: Now) -> Response:
    """Who may sign, by which title or delegation, and from when to when."""
    return Register(request, session, user, now).shown()


@router.post("")
def grant(
    register: AtRegister,
    signer: Annotated[Reference, Form()],
    title: Annotated[Text, Form(max_length=40)],
    valid_from: Annotated[Day, Form()],
    valid_to: Annotated[Day | Literal[""], Form()] = "",
    delegation: Annotated[Text, Form(max_length=120)] = "",
    delegated_by: Annotated[Reference | Literal[""], Form()] = "",
) -> Response:
    """Enters a title somebody holds, or a delegation with its number."""
    session = register.session
    power = Power(title, delegation.strip() or None, valid_from, valid_to or None)
    entered: Typed = {
        "signer": signer,
        "title": title,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "delegation": delegation,
        "delegated_by": delegated_by,
    }

    def act() -> None:
        actor = register.user.actor
        people.grant_power(session, law.book(session), signer, power, actor, delegated_by or None)

    return register.does(act, "powers.granted", entered)


@router.post("/{power_id}/revocation")
def revoke(register: AtRegister, power_id: Id) -> Response:
    """Ends a title or delegation from now on; what was signed by it stands."""
    session, actor, now = register.session, register.user.actor, register.now
    return register.does(lambda: people.revoke_power(session, power_id, actor, now), "powers.revoked")
