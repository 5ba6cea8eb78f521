"""What can go wrong with a case."""

from typing import ClassVar

from central.cases.allowed import StepError, StepProblem
from central.errors import ConflictError, DomainError, ForbiddenError, InvalidError


class CaseChangedError(ConflictError):
    """The decision was taken on a version of the case that is no longer the present one."""

    code: ClassVar[str] = "case_changed"


class CaseStateError(ConflictError):
    """The step does not start from the case's state."""

    code: ClassVar[str] = "case_state"


class LeaseLostError(ConflictError):
    """Somebody else has the case now, or the time for it was over."""

    code: ClassVar[str] = "lease_lost"


class UndoTooLateError(ConflictError):
    """The time for taking a decision back is over, or the next stage has begun."""

    code: ClassVar[str] = "undo_too_late"


class FourEyesError(ForbiddenError):
    """The person who accepted a case wants to decide it for the police too."""

    code: ClassVar[str] = "four_eyes"


class UndecidableError(ConflictError):
    """The node could not prove the violation, so nobody may accept it."""

    code: ClassVar[str] = "undecidable"


class FutureActError(ConflictError):
    """By the node's clock the act has not happened yet: nobody may be charged with it."""

    code: ClassVar[str] = "future_act"


class LimitationOverError(ConflictError):
    """The time in which the act may be sanctioned is over."""

    code: ClassVar[str] = "limitation_over"


class NoLawError(InvalidError):
    """There is no law for the day of the act: it can't become a case."""

    code: ClassVar[str] = "no_law"


class DisposedError(DomainError):
    """What was asked for was deleted under the rules of retention; its hash is kept."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "disposed"


class ReasonRequiredError(InvalidError):
    """A step with consequences came without its reason."""

    code: ClassVar[str] = "reason_required"


def words_given(text: str) -> str:
    """What a person wrote to say why, as far as it is kept. Raises ReasonRequiredError: nothing."""
    if not text.strip():
        raise ReasonRequiredError("note", field="note")
    return text.strip()[:500]


class SkipLimitError(DomainError):
    """Too many cases put aside in a short time."""

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
    """The answer to a step the table refused."""
    return _BY_PROBLEM[error.problem]("step", action=error.action.value, state=error.state.value)
