"""Which cases the operators of the centre (IOC) still see: until the device's result is signed.

From then on only the police see the case: results of enforcement devices may be used for sanctioning and for
nothing else (Law Art 64), and the operators' work on it is done.
"""

from datetime import datetime

from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.cases.models import Case
from central.cases.plates import check_sees_plates
from central.cases.queries import get_case, manifest_of
from central.errors import NotFoundError


def sees_police_cases(user: User) -> bool:
    """Whether the person may still see a case once the result is signed; operators and their shift lead may
    not.
    """
    at_the_centre = user.may(Permission.REVIEW_CASES) or user.may(Permission.LEAD_REVIEWS)
    return user.may(Permission.VIEW_PROCEEDINGS) or not at_the_centre


def visible_case(session: Session, user: User, case_id: int) -> Case:
    """The case, if this person may still see it. Raises NotFoundError."""
    case = get_case(session, case_id)
    if case.police_only_from is not None and not sees_police_cases(user):
        raise NotFoundError("with_police", id=case_id)
    return case


def check_file(session: Session, user: User, case_id: int | None, sha256: str) -> None:
    """Raises NotFoundError for a file that belongs to no case this person may still see, ForbiddenError for
    one that shows a plate they see shortened.

    People who see whole plates in all cases of the police need no case.
    """
    if sees_police_cases(user) and user.may(Permission.SEE_PLATES):
        return
    if case_id is None:
        raise NotFoundError("media")
    visible_case(session, user, case_id)
    check_sees_plates(session, user, case_id)
    if sha256 not in {file.sha256 for file in manifest_of(session, case_id).files}:
        raise NotFoundError("media")


def keep_from_operators(case: Case, now: datetime) -> None:
    """The device's result on a locked case is signed: from now on only the police see it."""
    if case.police_only_from is None:
        case.police_only_from = now
        case.version += 1
