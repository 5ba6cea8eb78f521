"""User accounts: adding, roles, one-time passwords, disabling and enabling."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import Response

from central.accounts import second_factor, service
from central.accounts.permissions import Role
from central.accounts.service import OneTimePassword
from central.console.administering import NOTHING_DONE, Administering, Manager, Outcome
from central.console.pages import render
from central.values import Text
from central.web.people import Now, ReadSessionDep, SessionDep

router = APIRouter(prefix="/users")

UserName = Annotated[Text, Path(max_length=64)]


class Office(Administering):
    """An administrator at the list of users."""

    def shown(self, outcome: Outcome = NOTHING_DONE) -> Response:
        """All users, with a one-time password that was just issued."""
        made = outcome.made if isinstance(outcome.made, OneTimePassword) else None
        return render(
            self.request,
            "users.html",
            self.user,
            outcome.status,
            people=service.list_users(self.session),
            roles=list(Role),
            made=made,
            said=outcome.said,
            warning=outcome.warning,
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
