"""Evidence files by their hash, for software: byte ranges, permission checked first, every view audited."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.cases.visibility import check_file
from central.db import reading
from central.errors import NotFoundError
from central.media import service
from central.media.sights import Sight, show
from central.values import LARGEST_ID
from central.web.files import ShownFile
from central.web.people import require
from central.web.services import services

router = APIRouter(tags=["media"])


@router.get("/media/{sha256}", response_class=ShownFile)
def media_file(
    request: Request,
    user: Annotated[User, Depends(require(Permission.VIEW_CASES))],
    sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
    case: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> ShownFile:
    """A picture or clip, checked against its hash. `Range` is honoured, so that a clip can be played from the
    middle. An operator names the case it belongs to, which must not have gone to the police for good."""
    engine = request.app.state.engine
    with reading(engine) as session:
        check_file(session, user, case, sha256)
        found = service.find(session, sha256)
    if found is None:
        raise NotFoundError("media")
    sight = Sight(user.username, f"media:{sha256}", found.media_type, sha256)
    headers = {"Cache-Control": "no-store", "ETag": f'"{sha256}"'}
    path = show(engine, services(request).media, sight)
    return ShownFile(path, media_type=found.media_type, headers=headers)
