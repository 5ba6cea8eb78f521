"""Actions of an administrator on pages about users: the same page shows the result."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.console.pages import language
from central.errors import DomainError
from central.web.people import require
from central.words.dictionary import translator
from central.words.errors import told

Manager = Annotated[User, Depends(require(Permission.MANAGE_USERS))]

Typed = dict[str, object]
"""Form values by field name."""


@dataclass(frozen=True)
class Outcome:
    """Result of an action: what was done, or why not and what was typed."""

    said: str = ""
    warning: str = ""
    status: int = 200
    made: object = None
    entered: Typed = field(default_factory=dict)


NOTHING_DONE = Outcome()


@dataclass(frozen=True)
class Administering(ABC):
    """The administrator and their request."""

    request: Request
    session: Session
    user: User
    now: datetime

    @property
    def actor(self) -> str:
        """The actor in the audit log."""
        return self.user.actor

    def does(self, act: Callable[[], object], said: str = "", entered: Typed | None = None) -> Response:
        """Performs an action and shows the page. `said` is the key of the success message; `entered` stays in
        the form if the action is refused.
        """
        try:
            made = act()
        except DomainError as refused:
            self.session.rollback()
            warning = told(refused, language(self.request)).sentence
            return self.shown(Outcome(warning=warning, status=refused.status, entered=entered or {}))
        words = translator(language(self.request))(said) if said else ""
        return self.shown(Outcome(said=words, made=made))

    @abstractmethod
    def shown(self, outcome: Outcome = NOTHING_DONE) -> Response:
        """The page, after an action or as it is."""
