"""Problems with another authority's system, as codes: each has a text and advice on what to do."""

from datetime import datetime
from enum import StrEnum


class Problem(StrEnum):
    """Why there is no usable answer.

    `not_found` and `multiple` are reported by the other side. `timeout` and `maintenance` may pass, `denied`
    needs an administrator. `unreadable` is an answer we do not understand; `other_plate`, `other_person` and
    `other_time` are answers to a different question.
    """

    NOT_FOUND = "not_found"
    MULTIPLE = "multiple"
    TIMEOUT = "timeout"
    MAINTENANCE = "maintenance"
    DENIED = "denied"
    UNREADABLE = "unreadable"
    OTHER_PLATE = "other_plate"
    OTHER_PERSON = "other_person"
    OTHER_TIME = "other_time"


AWAY = frozenset({Problem.TIMEOUT, Problem.MAINTENANCE, Problem.DENIED})
"""The whole system does not serve us: questions about something else would fail too."""

ASTRAY = frozenset({Problem.OTHER_PLATE, Problem.OTHER_PERSON, Problem.OTHER_TIME})
"""Answers to a different question, which must never be used."""


UNDERSTOOD_AFTER = 6
"""After this many attempts an answer that can't be understood is not requested again."""


class OutsideError(Exception):
    """No usable answer; `problem` says why, `detail` what was received (nothing personal), `until` when
    maintenance ends if the other side said so.
    """

    def __init__(self, problem: Problem, detail: str, until: datetime | None = None) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail
        self.until = until

    def is_asked_again(self, attempt: int) -> bool:
        """Whether to ask again after this attempt: always for a problem that may pass or be fixed, a few
        times for an answer that can't be understood.
        """
        strange = self.problem is Problem.UNREADABLE
        return self.problem in AWAY or (strange and attempt < UNDERSTOOD_AFTER)
