"""The people of the centre: adding them, roles, one-time passwords, keeping them out and letting them in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import Response
from sqlmodel import Session

from central.accounts import second_factor, service
from central.accounts.models import User
from central.accounts.permissions import Permission, Role
from central.accounts.service import OneTimePassword
from central.console.pages import language, render
from central.errors import DomainError
from central.values import Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.words.dictionary import translator
from central.words.errors import told

router = APIRouter(prefix="/users")

Manager = Annotated[User, Depends(require(Permission.MANAGE_USERS))]
UserName = Annotated[Text, Path(max_length=64)]


@dataclass(frozen=True)
class Office:
    """An administrator at the page."""

    request: Request
    session: Session
    user: User
    now: datetime

    @property
    def actor(self) -> str:
        """As the audit log calls them."""
        return self.user.actor

    def does(self, act: Callable[[], object], said: str = "") -> Response:
        """Does something and shows everybody, with the one-time password it gave or why it was refused."""
        try:
            done = act()
        except DomainError as refused:
            self.session.rollback()
            warning = told(refused, language(self.request)).sentence
            return self.shown(warning=warning, status=refused.status)
        made = done if isinstance(done, OneTimePassword) else None
        return self.shown(made=made, said=translator(language(self.request))(said) if said else "")

    def shown(
        self, *, made: OneTimePassword | None = None, said: str = "", warning: str = "", status: int = 200
    ) -> Response:
        """The page."""
        return render(
            self.request,
            "users.html",
            self.user,
            status,
            people=service.list_users(self.session),
            roles=list(Role),
            made=made,
            said=said,
            warning=warning,
            now=self.now,
            has_second_factor=second_factor.is_set_up,
        )


def _office(request: Request, session: SessionDep, user: Manager, now: Now) -> Office:
    return Office(request, session, user, now)


AtOffice = Annotated[Office, Depends(_office)]


@router.get("")
def user_list(request: Request, session: ReadSessionDep, user: Manager, now: Now) -> Response:
    """Everybody, by name."""
    return Office(request, session, user, now).shown()


@router.post("")
def add_user(
    office: AtOffice,
    username: Annotated[Text, Form(min_length=1, max_length=64)],
    full_name: Annotated[Text, Form(min_length=1, max_length=200)],
    role: Annotated[Role, Form()],
) -> Response:
    """Adds a person; the one-time password is on this answer and nowhere else."""
    session, now = office.session, office.now
    return office.does(lambda: service.create_user(session, username, full_name, role, now, office.actor))


@router.post("/{username}/role")
def change_role(office: AtOffice, username: UserName, role: Annotated[Role, Form()]) -> Response:
    """Gives a person another role."""
    return office.does(
        lambda: service.change_role(office.session, username, role, office.actor), "users.role_changed"
    )


@router.post("/{username}/password")
def reset_password(office: AtOffice, username: UserName) -> Response:
    """A one-time password for somebody who lost theirs."""
    return office.does(lambda: service.reset_password(office.session, username, office.actor))


@router.post("/{username}/disabling")
def disable_user(office: AtOffice, username: UserName) -> Response:
    """Keeps a person out from now on."""
    return office.does(
        lambda: service.disable_user(office.session, username, office.now, office.actor), "users.disabled_now"
    )


@router.post("/{username}/enabling")
def enable_user(office: AtOffice, username: UserName) -> Response:
    """Lets a disabled person in again, with a one-time password."""
    return office.does(lambda: service.enable_user(office.session, username, office.now, office.actor))


@router.post("/{username}/second-factor")
def take_second_factor_away(office: AtOffice, username: UserName) -> Response:
    """Somebody lost their authenticator: they set up another."""
    return office.does(
        lambda: second_factor.take_away(office.session, username, office.actor), "users.factor_taken"
    )
