"""A person at work on one queue: what every decision's endpoint needs, in one value."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from sqlmodel import Session

from central.accounts.models import User
from central.console.i18n import Translate, translator
from central.console.pages import language
from central.errors import DomainError


@dataclass(frozen=True)
class Desk:
    """Who works on which queue, in which request and transaction."""

    request: Request
    session: Session
    user: User
    now: datetime
    queue: str

    @property
    def language(self) -> str:
        """The language of this browser."""
        return language(self.request)

    @property
    def t(self) -> Translate:
        """Words in that language."""
        return translator(self.language)

    def words_for(self, refused: DomainError) -> str:
        """A refusal as the person reads it: its title, and in brackets what exactly happened."""
        title = refused.title_vi if self.language == "vi" else refused.title
        return title if refused.detail == refused.title else f"{title} ({refused.detail})"
