"""Errors of cases."""

from typing import ClassVar

from central.cases.allowed import StepError, StepProblem
from central.errors import ConflictError, DomainError, ForbiddenError, InvalidError


class CaseChangedError(ConflictError):
    """The decision was based on a version of the case that is no longer current."""

    code: ClassVar[str] = "case_changed"


class CaseStateError(ConflictError):
    """The step does not start from the case's state."""

    code: ClassVar[str] = "case_state"


class LeaseLostError(ConflictError):
    """Somebody else has the case now, or the lease has expired."""

    code: ClassVar[str] = "lease_lost"


class UndoTooLateError(ConflictError):
    """The time for taking a decision back is over, or the next stage has begun."""

    code: ClassVar[str] = "undo_too_late"


class FourEyesError(ForbiddenError):
    """The person who accepted a case also wants to decide it for the police."""

    code: ClassVar[str] = "four_eyes"


class UndecidableError(ConflictError):
    """The node could not prove the violation, so nobody may accept it."""

    code: ClassVar[str] = "undecidable"


class FutureActError(ConflictError):
    """By the node's clock the act is in the future, so nobody may be charged with it."""

    code: ClassVar[str] = "future_act"


class LimitationOverError(ConflictError):
    """The time in which the act may be sanctioned is over."""

    code: ClassVar[str] = "limitation_over"


class NoLawError(InvalidError):
    """No law applies to the day of the act, so it can't become a case."""

    code: ClassVar[str] = "no_law"


class DisposedError(DomainError):
    """The requested item was deleted under the retention rules; its hash is kept."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "disposed"


class ReasonRequiredError(InvalidError):
    """A step with consequences was given without its reason."""

    code: ClassVar[str] = "reason_required"


def words_given(text: str) -> str:
    """The reason a person wrote, trimmed for storage. Raises ReasonRequiredError: it is empty."""
    if not text.strip():
        raise ReasonRequiredError("note", field="note")
    return text.strip()[:500]


class SkipLimitError(DomainError):
    """Too many cases were skipped in a short time."""

    status: ClassVar[int] = 429
    code: ClassVar[str] = "skip_limit"


_BY_PROBLEM: dict[StepProblem, type[DomainError]] = {
    StepProblem.WRONG_STATE: CaseStateError,
    StepProblem.WRONG_ROLE: ForbiddenError,
    StepProblem.SAME_PERSON: FourEyesError,
    StepProblem.NOT_YOURS: ForbiddenError,
    StepProblem.NO_REASON: ReasonRequiredError,
    StepProblem.UNDECIDABLE: UndecidableError,
    StepProblem.TOO_LATE_TO_UNDO: UndoTooLateError,
    StepProblem.FROM_THE_FUTURE: FutureActError,
    StepProblem.LIMITATION_OVER: LimitationOverError,
    StepProblem.NOT_YET_OVER: CaseStateError,
    StepProblem.DECIDED: CaseStateError,
}


def step_error(error: StepError) -> DomainError:
    """The error for a step the table refused."""
    return _BY_PROBLEM[error.problem]("step", action=error.action.value, state=error.state.value)
