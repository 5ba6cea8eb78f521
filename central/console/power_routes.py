"""Who may sign: people's titles and delegations, as an administrator enters and revokes them."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from central.accounts import service as accounts
from central.accounts.permissions import Permission
from central.console.administering import NOTHING_DONE, Administering, Manager, Outcome, Typed
from central.console.pages import language, render
from central.law import service as law
from central.proceedings import people
from central.proceedings.models import SignerPower
from central.proceedings.signers import Power
from central.values import Day, Reference, Text
from central.web.people import Now, ReadSessionDep, SessionDep
from central.web.values import Id
from configs.law_tables import LawBook, LawError
from contract.local_time import local_day

router = APIRouter(prefix="/users/powers")

_BLANK: Typed = dict.fromkeys(("signer", "title", "valid_from", "valid_to", "delegation", "delegated_by"), "")
"""The empty form."""


class Register(Administering):
    """An administrator at the register of signers."""

    def shown(self, outcome: Outcome = NOTHING_DONE) -> Response:
        """Who may sign, and the form."""
        book, today = law.book(self.session), local_day(self.now)
        titles = [row for row in book.signers_table.signers if row.holds(today)]
        active = [user for user in accounts.list_users(self.session) if user.disabled_at is None]
        held = people.held_powers(self.session, today)
        return render(
            self.request,
            "powers.html",
            self.user,
            outcome.status,
            held=[(each, self._title(book, each.row), _stands(each, today)) for each in held],
            titles=[(row.title, row.name_vi if self._vietnamese else row.name_en) for row in titles],
            signers=[user for user in active if user.may(Permission.SIGN_DECISIONS)],
            entered=_BLANK | outcome.entered,
            today=today,
            said=outcome.said,
            warning=outcome.warning,
        )

    @property
    def _vietnamese(self) -> bool:
        return language(self.request) == "vi"

    def _title(self, book: LawBook, row: SignerPower) -> str:
        """The title's name in the law; its code if a later table no longer contains it."""
        try:
            found = book.signer(row.title, row.valid_from)
        except LawError:
            return row.title
        return found.name_vi if self._vietnamese else found.name_en


def _stands(held: people.Held, today: date) -> Literal["holds", "later", "over", "lapsed"]:
    row = held.row
    if row.valid_to is not None and row.valid_to < today:
        return "over"
    if held.lapsed:
        return "lapsed"
    return "later" if row.valid_from > today else "holds"


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
        people.grant_power(session, law.book(session), signer, power, register.actor, delegated_by or None)

    return register.does(act, "powers.granted", entered)


@router.post("/{power_id}/revocation")
def revoke(register: AtRegister, power_id: Id) -> Response:
    """Ends a title or delegation from now on; what was signed by it stands."""
    session, actor, now = register.session, register.actor, register.now
    return register.does(lambda: people.revoke_power(session, power_id, actor, now), "powers.revoked")
