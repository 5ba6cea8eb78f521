"""What can go wrong with a case, in words for people."""

from typing import ClassVar

from central.cases.lifecycle import StepError, StepProblem
from central.errors import ConflictError, DomainError, ForbiddenError, InvalidError


class CaseChangedError(ConflictError):
    """The decision was taken on a version of the case that is no longer the present one."""

    code: ClassVar[str] = "case_changed"
    title: ClassVar[str] = "The case has changed since you opened it"
    title_vi: ClassVar[str] = "Hồ sơ đã thay đổi từ khi bạn mở"


class CaseStateError(ConflictError):
    """The step does not start from the case's state."""

    code: ClassVar[str] = "case_state"
    title: ClassVar[str] = "The case's state does not allow this step"
    title_vi: ClassVar[str] = "Trạng thái hồ sơ không cho phép bước này"


class LeaseLostError(ConflictError):
    """Somebody else has the case now, or the time for it was over."""

    code: ClassVar[str] = "lease_lost"
    title: ClassVar[str] = "This case is no longer yours"
    title_vi: ClassVar[str] = "Hồ sơ này không còn do bạn giữ"


class UndoTooLateError(ConflictError):
    """The time for taking a decision back is over, or the next stage has begun."""

    code: ClassVar[str] = "undo_too_late"
    title: ClassVar[str] = "Too late to undo"
    title_vi: ClassVar[str] = "Đã quá thời gian hoàn tác"


class FourEyesError(ForbiddenError):
    """The person who accepted a case wants to decide it for the police too."""

    code: ClassVar[str] = "four_eyes"
    title: ClassVar[str] = "A different person must take this decision"
    title_vi: ClassVar[str] = "Bước này phải do người khác quyết định"


class UndecidableError(ConflictError):
    """The node could not prove the violation, so nobody may accept it."""

    code: ClassVar[str] = "undecidable"
    title: ClassVar[str] = "The measurement does not prove a violation: reject or skip this case"
    title_vi: ClassVar[str] = "Số liệu không đủ chứng minh vi phạm: hãy từ chối hoặc để sau"


class ReasonRequiredError(InvalidError):
    """A step with consequences came without its reason."""

    code: ClassVar[str] = "reason_required"
    title: ClassVar[str] = "Give a reason"
    title_vi: ClassVar[str] = "Phải nêu lý do"


class SkipLimitError(DomainError):
    """Too many cases put aside in a short time."""

    status: ClassVar[int] = 429
    code: ClassVar[str] = "skip_limit"
    title: ClassVar[str] = "Too many cases put aside: decide this one"
    title_vi: ClassVar[str] = "Để sau quá nhiều hồ sơ: hãy quyết định hồ sơ này"


_BY_PROBLEM: dict[StepProblem, type[DomainError]] = {
    StepProblem.WRONG_STATE: CaseStateError,
    StepProblem.WRONG_ROLE: ForbiddenError,
    StepProblem.SAME_PERSON: FourEyesError,
    StepProblem.NOT_YOURS: ForbiddenError,
    StepProblem.NO_REASON: ReasonRequiredError,
    StepProblem.UNDECIDABLE: UndecidableError,
}


def step_error(error: StepError) -> DomainError:
    """The answer to a step the table refused."""
    return _BY_PROBLEM[error.problem](f"{error.action.value} is not possible from {error.state.value}")
