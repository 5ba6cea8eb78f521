"""A person at work on one queue: what every decision's endpoint needs, in one value."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from sqlmodel import Session

from central.accounts.models import User
from central.console.pages import language
from central.errors import DomainError
from central.words.dictionary import Translate, translator
from central.words.errors import told
from central.words.languages import Language


@dataclass(frozen=True)
class Desk:
    """Who works on which queue, in which request and transaction."""

    request: Request
    session: Session
    user: User
    now: datetime
    queue: str

    @property
    def language(self) -> Language:
        """The language of this browser."""
        return language(self.request)

    @property
    def t(self) -> Translate:
        """Words in that language."""
        return translator(self.language)

    def words_for(self, refused: DomainError) -> str:
        """A refusal as the person reads it."""
        return told(refused, self.language).sentence
