"""Dependencies of the portal's endpoints: the visitor, and the tools for drawing up documents."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import Depends, Request
from sqlmodel import Session

from central.accounts.oidc import Provider
from central.citizens import entry
from central.citizens.entry import Guest
from central.documents.archive import Archive
from central.errors import DomainError
from central.media.sights import CheckedMedia
from central.proceedings.papers.sheet import Records
from central.settings import CentralSettings
from central.vault import BlindIndex, Vault
from central.web.people import Now


class NotEnteredError(DomainError):
    """No session, or it has ended. Answered with the page for opening a notice."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "not_entered"


@dataclass(frozen=True)
class Desk:
    """Dependencies of the portal besides the database, created once at its start."""

    settings: CentralSettings
    media: CheckedMedia
    vault: Vault
    index: BlindIndex
    archive: Archive
    provider: Provider | None = None

    def records(self, session: Session) -> Records:
        """Dependencies of the services in this transaction."""
        return Records.of(session, self.vault, self.index, self.archive, self.settings.office)


def desk_of(request: Request) -> Desk:
    """The dependencies of the running portal."""
    found = request.app.state.desk
    assert isinstance(found, Desk)
    return found


def cookie_name(secure: bool) -> str:
    """Differs from the console's cookie, in case both ever share a host."""
    return "__Host-ngatu-portal" if secure else "ngatu-portal"


def session_token(request: Request) -> str | None:
    """The token in the request's cookie."""
    return request.cookies.get(cookie_name(request.app.state.settings.secure_cookies))


Token = Annotated[str | None, Depends(session_token)]


def guest_or_none(request: Request, token: Token, now: Now) -> Guest | None:
    """The guest, if there is one."""
    guest = entry.guest_of(request.app.state.engine, token, now) if token else None
    request.state.guest = guest
    return guest


def recognise(request: Request) -> None:
    """Identifies the guest where no endpoint did (an unknown address), for `guest_on_page`."""
    guest_or_none(request, session_token(request), request.app.state.clock())


def guest_on_page(request: Request) -> Guest | None:
    """The guest whom the endpoint or `recognise` identified; None before."""
    return getattr(request.state, "guest", None)


MaybeGuest = Annotated[Guest | None, Depends(guest_or_none)]


def _guest(guest: MaybeGuest) -> Guest:
    if guest is None:
        raise NotEnteredError
    return guest


CurrentGuest = Annotated[Guest, Depends(_guest)]
"""The guest."""


def place_of(request: Request) -> str:
    """The network address of a request."""
    return request.client.host if request.client else ""
