"""Viewing cases: the list, a search that requires a purpose, a case with its history, its files."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.audit import service as audit
from central.cases import queries
from central.cases.comments import LONGEST, comment
from central.cases.lifecycle import WITH_POLICE
from central.cases.plates import SHORTEST_PURPOSE, check_sees_plates, disclose, sees_plates_of
from central.cases.service import actions_for
from central.cases.visibility import sees_police_cases, visible_case
from central.console.comparing import comparison_of
from central.console.pages import language, plates_for, render
from central.console.views import case_view, certificate_of
from central.db import reading
from central.errors import NotFoundError
from central.media.sights import Sight, hand_out, show
from central.offences import service as offences
from central.proceedings import service as proceedings
from central.registry import service as registry
from central.values import Text
from central.viewing import service as viewing
from central.watching import blind
from central.web.files import ShownFile
from central.web.people import Now, SessionDep, require
from central.web.services import services
from central.web.values import Id
from contract.manifest import EvidenceFile

router = APIRouter(prefix="/cases")

Viewer = Annotated[User, Depends(require(Permission.VIEW_CASES))]


@router.get("/{case_id}")
def case_page(request: Request, session: SessionDep, user: Viewer, now: Now, case_id: Id) -> Response:
    """A case with all that is known of it; that it was looked at goes into the audit log."""
    case = visible_case(session, user, case_id)
    evidence = queries.evidence_row(session, case_id)
    audit.record(session, user.actor, "case.view", f"case:{case_id}", {})
    answer = registry.latest_answer(session, case_id) if user.may(Permission.VIEW_OWNER) else None
    whole = sees_plates_of(session, user, case_id)
    in_office = user.may(Permission.VIEW_PROCEEDINGS) and proceedings.of_case(session, case_id) is not None
    older, newer = queries.neighbours(session, case_id, with_police=sees_police_cases(user))
    return render(
        request,
        "case.html",
        user,
        view=case_view(session, case, queries.manifest_of(session, case_id), now),
        manifest_sha256=evidence.manifest_sha256,
        history=blind.history_for(session, user, case_id),
        actions=actions_for(case, user, now),
        offence=offences.of_case(session, case_id),
        answer=answer,
        registered=registry.registered_vehicle(answer),
        comparison=comparison_of(case, answer, language(request)),
        explanation=None,
        may_see_owner=user.may(Permission.VIEW_OWNER) and case.state in WITH_POLICE,
        certificate=certificate_of(session, case),
        in_office=in_office,
        older=older,
        newer=newer,
        **plates_for(user, whole=whole),
    )


@router.post("/{case_id}/disclosure")
def disclose_plate(
    session: SessionDep,
    user: Viewer,
    case_id: Id,
    why: Annotated[Text, Form(min_length=SHORTEST_PURPOSE, max_length=LONGEST)],
) -> Response:
    """The whole plate and the evidence, for a stated purpose; it goes into the audit log."""
    visible_case(session, user, case_id)
    disclose(session, user, case_id, why)
    return RedirectResponse(f"/cases/{case_id}", status_code=303)


@router.post("/{case_id}/comments")
def leave_comment(
    session: SessionDep,
    user: Viewer,
    now: Now,
    case_id: Id,
    text: Annotated[Text, Form(min_length=1, max_length=LONGEST)],
) -> Response:
    """Words for whoever opens the case next."""
    visible_case(session, user, case_id)
    comment(session, user, case_id, now, text)
    return RedirectResponse(f"/cases/{case_id}", status_code=303)


@router.post("/{case_id}/owner")
def show_owner(
    request: Request,
    session: SessionDep,
    user: Annotated[User, Depends(require(Permission.VIEW_OWNER))],
    case_id: Id,
) -> Response:
    """The owner's personal data; that they were read goes into the audit log."""
    owner = registry.read_owner(session, user, queries.get_case(session, case_id), services(request).vault)
    return render(request, "_owner.html", user, owner=owner)


@router.get("/{case_id}/manifest.json")
def manifest_file(session: SessionDep, user: Viewer, case_id: Id) -> Response:
    """The manifest in the very bytes the node signed: their SHA-256 is the one on the page."""
    visible_case(session, user, case_id)
    check_sees_plates(session, user, case_id)
    content = queries.signed_bytes(session, case_id)
    audit.record(session, user.actor, "evidence.download", f"case:{case_id}", {"file": "manifest"})
    name = f'attachment; filename="case-{case_id}-manifest.json"'
    return Response(content, media_type="application/json", headers={"Content-Disposition": name})


@router.get("/{case_id}/files/{name}")
def evidence_file(
    request: Request,
    user: Viewer,
    case_id: Id,
    name: Annotated[Text, Path(max_length=100)],
    download: bool = False,
) -> Response:
    """An original picture or clip, checked against its hash; each sight of it goes into the audit log."""
    engine, media = request.app.state.engine, services(request).media
    with reading(engine) as session:
        file = _file_of(session, user, case_id, name)
    sight = Sight(user.username, f"case:{case_id}", name, file.sha256)
    return ShownFile(
        hand_out(engine, media, sight) if download else show(engine, media, sight),
        media_type=file.media_type,
        filename=f"case-{case_id}-{name}" if download else None,
        headers={"Cache-Control": "no-store", "ETag": f'"{file.sha256}"'},
    )


@router.get("/{case_id}/viewing/{name}")
def viewing_copy(
    request: Request, user: Viewer, case_id: Id, name: Annotated[Text, Path(max_length=100)]
) -> Response:
    """The copy of a clip that browsers can't play; a sight of it is one of the evidence."""
    engine, media = request.app.state.engine, services(request).media
    with reading(engine) as session:
        file = _file_of(session, user, case_id, name)
        copy = viewing.copies_of(session, [file.sha256]).get(file.sha256)
    if copy is None:
        raise NotFoundError("file", id=case_id, name=name)
    path = show(engine, media, Sight(user.username, f"case:{case_id}", name, copy))
    headers = {"Cache-Control": "no-store", "ETag": f'"{copy}"'}
    return ShownFile(path, media_type=file.media_type, headers=headers)


def _file_of(session: Session, user: User, case_id: int, name: str) -> EvidenceFile:
    """A file of a case that this person may see. Raises NotFoundError, ForbiddenError."""
    visible_case(session, user, case_id)
    check_sees_plates(session, user, case_id)
    manifest = queries.manifest_of(session, case_id)
    file = next((file for file in manifest.files if file.name == name), None)
    if file is None:
        raise NotFoundError("file", id=case_id, name=name)
    return file
