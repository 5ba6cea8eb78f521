"""Evidence files by their hash, for programs: byte ranges, permission first, every sight audited."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request
from fastapi.responses import FileResponse

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.audit import service as audit
from central.errors import NotFoundError
from central.media import service
from central.media.store import MediaStore
from central.web.people import SessionDep, require

router = APIRouter(tags=["media"])


@router.get("/media/{sha256}")
def media_file(
    request: Request,
    session: SessionDep,
    user: Annotated[User, Depends(require(Permission.VIEW_CASES))],
    sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
    range_: Annotated[str, Header(alias="Range")] = "",
) -> FileResponse:
    """A picture or clip. `Range` is honoured, so that a clip can be played from the middle."""
    found = service.find(session, sha256)
    if found is None:
        raise NotFoundError("media")
    # A player asks for one clip in many ranges: the first bytes are asked for once in each sight of it.
    if not range_ or range_.startswith("bytes=0-"):
        audit.record(session, f"user:{user.username}", "media.view", f"media:{sha256}", {})
    store = MediaStore(request.app.state.settings.media_dir)
    headers = {"Cache-Control": "private, max-age=600", "ETag": f'"{sha256}"'}
    return FileResponse(store.path(sha256), media_type=found.media_type, headers=headers)
