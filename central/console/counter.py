"""Common parts of the clerk's and the treasury's desks."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlmodel import Session

from central.accounts.models import User
from central.console.pages import language, render
from central.errors import DomainError
from central.proceedings.people import Mover, mover
from central.words.dictionary import Translate, translator
from central.words.errors import told
from contract.local_time import local_day


@dataclass(frozen=True)
class Counter(ABC):
    """The person at the desk, with request and transaction."""

    request: Request
    session: Session
    user: User
    now: datetime

    @property
    @abstractmethod
    def counts(self) -> Mapping[str, int]:
        """Number of waiting items on each of the desk's pages."""

    @property
    def by(self) -> Mover:
        """This person as an actor for the step tables."""
        return mover(self.session, self.user, local_day(self.now))

    @property
    def t(self) -> Translate:
        """A text in the browser's language."""
        return translator(language(self.request))

    def refused(self, refused: DomainError) -> dict[str, Any]:
        """The page for a refusal; everything that was tried is rolled back."""
        self.session.rollback()
        return {"warning": told(refused, language(self.request)).sentence, "status": refused.status}

    def shown(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page of the desk."""
        told_here = {"said": "", "warning": "", "counts": self.counts, "today": local_day(self.now)}
        return render(self.request, template, self.user, status, **(told_here | values))
