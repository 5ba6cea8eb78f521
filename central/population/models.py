"""Answers of the population database about a person of a case: the person only in sealed form."""

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlmodel import Field

from central.connections.origin import OriginColumns


class PopulationAnswer(OriginColumns, table=True):
    """One look-up. `problem` is set when there was no person. `notes`: codes of facts an officer must know
    before continuing (`central.population.service.notes_of`), no other personal data in plain text.

    `sealed` opens with the vault's key `key_id` in the context of the case only.
    """

    __tablename__ = "population_answer"
    __table_args__ = (Index("ix_population_answer_of", "case_id", "party_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id")
    party_id: int = Field(foreign_key="party.id")
    at: datetime
    problem: str | None = Field(default=None, max_length=12)
    problem_detail: str = Field(default="", max_length=300)
    notes: list[str] = Field(default_factory=list, sa_type=JSON)
    reference: str | None = Field(default=None, max_length=300)
    sealed: bytes | None = None
    key_id: str | None = Field(default=None, max_length=16, index=True)
