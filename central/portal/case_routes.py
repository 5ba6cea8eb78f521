"""The page of one case, its evidence, the seals."""

from pathlib import Path as FilePath
from tempfile import mkdtemp
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.background import BackgroundTask

from central.citizens import drafts
from central.citizens.entry import Guest
from central.copies import service as copies
from central.copies.package import write_package
from central.db import reading
from central.media.sights import Sight, hand_out, show
from central.portal.evidence import evidence_view, seals
from central.portal.pages import render
from central.portal.payment_routes import papers_of
from central.portal.people import CurrentGuest, desk_of
from central.portal.together import decided_together
from central.portal.views import case_view
from central.proceedings import service as proceedings
from central.values import Text
from central.web.files import ShownFile
from central.web.people import Now, ReadSessionDep
from central.web.values import Id

router = APIRouter()


@router.get("/cases/{proceeding_id}")
def case(
    request: Request,
    session: ReadSessionDep,
    guest: CurrentGuest,
    now: Now,
    proceeding_id: Id,
    sent: Annotated[Text, Query(max_length=24)] = "",
) -> Response:
    """The act, the evidence, where it stands, what can be done now. `sent`: an answer was just taken in."""
    view = case_view(session, guest, proceeding_id, now)
    evidence = evidence_view(session, view.proceeding.case_id, f"/cases/{proceeding_id}")
    taken = bool(sent and view.sent)
    papers = papers_of(session, guest, view)
    kept = drafts.kept(session, view.opened)
    shown: dict[str, Any] = {"evidence": evidence, "sent": taken, "papers": papers, "drafts": kept}
    shown["together"] = decided_together(session, guest, view, now)
    return render(request, "case.html", guest, view=view, **shown)


@router.get("/cases/{proceeding_id}/files/{name}")
def evidence_file(
    request: Request,
    guest: CurrentGuest,
    proceeding_id: Id,
    name: Annotated[Text, Path(max_length=100)],
) -> Response:
    """A masked copy, checked against its hash; each sight of it goes into the audit log."""
    engine = request.app.state.engine
    with reading(engine) as session:
        case_id, viewer = _open_case(session, guest, proceeding_id)
        copy = copies.get(session, case_id, name)
    sight = Sight(viewer, f"case:{case_id}", name, copy.copy_sha256)
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{copy.copy_sha256}"'}
    path = show(engine, desk_of(request).media, sight)
    return ShownFile(path, media_type=copy.media_type, headers=headers)


@router.get("/cases/{proceeding_id}/seals")
def case_seals(session: ReadSessionDep, guest: CurrentGuest, proceeding_id: Id) -> Response:
    """What the browser checks the evidence with."""
    case_id, _ = _open_case(session, guest, proceeding_id)
    return JSONResponse(seals(session, case_id, f"/cases/{proceeding_id}"))


@router.get("/cases/{proceeding_id}/evidence.zip")
def package(request: Request, guest: CurrentGuest, proceeding_id: Id) -> Response:
    """All copies with their seals, to keep and to check elsewhere."""
    engine, media = request.app.state.engine, desk_of(request).media
    with reading(engine) as session:
        case_id, viewer = _open_case(session, guest, proceeding_id)
        rows = copies.of_case(session, case_id)
        words = seals(session, case_id, f"/cases/{proceeding_id}")
    files = {
        row.name: hand_out(engine, media, Sight(viewer, f"case:{case_id}", row.name, row.copy_sha256))
        for row in rows
    }
    target = FilePath(mkdtemp()) / "evidence.zip"
    write_package(target, words, files)
    return ShownFile(
        target,
        media_type="application/zip",
        filename=f"evidence-{proceeding_id}.zip",
        background=BackgroundTask(_remove, target),
    )


def _open_case(session: ReadSessionDep, guest: Guest, proceeding_id: int) -> tuple[int, str]:
    """The case of a proceeding that the guest may see, and the guest's name in the audit log."""
    opened = guest.case(proceeding_id)
    return proceedings.get(session, proceeding_id).case_id, f"party:{opened.party_id}"


def _remove(target: FilePath) -> None:
    target.unlink(missing_ok=True)
    target.parent.rmdir()
