"""The centre's question to the population database: a person by identity number, for a case and purpose."""

from dataclasses import dataclass
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from central.values import DayOfLife, Text

Line = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Area = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
Identity = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]


class Person(BaseModel):
    """A person as of today: current residence (`area`: the code of the commune, if given), and whether they
    are alive.

    `reference`: the database's own number for the answer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    identity: Identity
    name: Line
    birth: DayOfLife
    address: Line
    area: Area | None = None
    died: DayOfLife | None = None
    reference: Line

    @model_validator(mode="after")
    def _lived(self) -> "Person":
        if self.died is not None and self.died < self.birth:
            raise ValueError("died before birth")
        return self


@dataclass(frozen=True)
class PersonEnquiry:
    """One question: the person with this identity number, the purpose and the case."""

    identity: str
    purpose: str
    case: str


class PopulationLookup(Protocol):
    """A population database."""

    def find(self, enquiry: PersonEnquiry) -> Person:
        """The person.

        Raises:
            OutsideError: see `central.connections.problems.Problem`.
        """
        ...
