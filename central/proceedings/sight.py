"""Who may open which proceedings: determined by desk and unit, not only by role.

The commune's police see cases handed to them, posted there, or on which they were consulted; the other
participants in proceedings see those of their unit.
"""

from sqlmodel import Session, col, select

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.documents import archive as documents
from central.errors import NotFoundError
from central.proceedings.models import Proceeding, TrackState
from central.proceedings.service import of_case
from central.proceedings.tracks import Track

_OF_THE_UNIT = (
    Permission.HANDLE_PROCEEDINGS,
    Permission.SIGN_DECISIONS,
    Permission.SEND_PAPERS,
    Permission.SIGN_RESULTS,
    Permission.VIEW_AUDIT,
)


def proceeding_for(session: Session, user: User, case_id: int) -> Proceeding:
    """The proceeding of a case for this person. Raises NotFoundError also if they may not see it."""
    found = of_case(session, case_id)
    if found is None or not may_open(session, user, found):
        raise NotFoundError("proceeding", id=case_id)
    return found


def may_open(session: Session, user: User, proceeding: Proceeding) -> bool:
    """Whether this person may open it."""
    if any(user.may(permission) for permission in _OF_THE_UNIT):
        return True
    return user.may(Permission.TAKE_TRANSFERS) and _is_the_communes(session, proceeding)


def _is_the_communes(session: Session, proceeding: Proceeding) -> bool:
    query = select(TrackState.id).where(
        TrackState.proceeding_id == proceeding.id,
        TrackState.track == Track.TRANSFER,
        col(TrackState.state).in_(("sent", "accepted")),
    )
    if session.exec(query).first() is not None:
        return True
    return bool(documents.of_case(session, proceeding.case_id, "commune_slip"))
