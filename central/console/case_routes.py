"""Looking at cases: the list, a search that must say why, a case with its history, its files."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.audit import service as audit
from central.cases import queries
from central.cases.comments import LONGEST, comment
from central.cases.lifecycle import WITH_POLICE, State
from central.cases.queries import CaseFilter
from central.cases.service import actions_for
from central.cases.visibility import sees_police_cases, visible_case
from central.console.comparing import comparison_of
from central.console.pages import language, render
from central.console.views import case_view, certificate_of, deadline
from central.db import reading
from central.errors import NotFoundError
from central.media.sights import Sight, hand_out, show
from central.offences import service as offences
from central.registry import service as registry
from central.web.people import Now, SessionDep, require
from central.web.services import services
from central.web.values import Before, Id, Text
from contract.plates import normalise

router = APIRouter(prefix="/cases")

PAGE = 50
Viewer = Annotated[User, Depends(require(Permission.VIEW_CASES))]


@router.get("")
def case_list(
    request: Request,
    session: SessionDep,
    user: Viewer,
    now: Now,
    state: State | None = None,
    before: Before = None,
) -> Response:
    """Newest cases first, perhaps of one state."""
    wanted = CaseFilter(frozenset({state}) if state else None, with_police=sees_police_cases(user))
    cases = queries.list_cases(session, wanted, before, PAGE + 1)
    return render(
        request,
        "cases.html",
        user,
        cases=cases[:PAGE],
        more=cases[PAGE - 1].id if len(cases) > PAGE else None,
        deadlines={case.id: deadline(case.occurred_at, case.notice_due_at, now) for case in cases},
        states=list(State),
        chosen=state,
        searched="",
        why="",
    )


@router.post("/search")
def search(
    request: Request,
    session: SessionDep,
    user: Viewer,
    now: Now,
    plate: Annotated[Text, Form(min_length=3, max_length=24)],
    why: Annotated[Text, Form(min_length=5, max_length=300)],
) -> Response:
    """A vehicle's cases. Its history is personal data: the reason is asked for and kept with the plate."""
    key = normalise(plate)
    wanted = CaseFilter(plate=key, with_police=sees_police_cases(user))
    audit.record(session, f"user:{user.username}", "case.search", "case:search", {"plate": key, "why": why})
    cases = queries.list_cases(session, wanted, limit=PAGE)
    return render(
        request,
        "cases.html",
        user,
        cases=cases,
        more=None,
        deadlines={case.id: deadline(case.occurred_at, case.notice_due_at, now) for case in cases},
        states=list(State),
        chosen=None,
        searched=plate,
        why=why,
    )


@router.get("/{case_id}")
def case_page(request: Request, session: SessionDep, user: Viewer, now: Now, case_id: Id) -> Response:
    """A case with all that is known of it; that it was looked at goes into the audit log."""
    case = visible_case(session, user, case_id)
    evidence = queries.evidence_row(session, case_id)
    audit.record(session, f"user:{user.username}", "case.view", f"case:{case_id}", {})
    answer = registry.latest_answer(session, case_id) if user.may(Permission.VIEW_OWNER) else None
    older, newer = queries.neighbours(session, case_id, with_police=sees_police_cases(user))
    return render(
        request,
        "case.html",
        user,
        view=case_view(case, queries.manifest_of(session, case_id), now),
        manifest_sha256=evidence.manifest_sha256,
        history=queries.history_of(session, case_id),
        actions=actions_for(case, user, now),
        offence=offences.of_case(session, case_id),
        answer=answer,
        registered=registry.registered_vehicle(answer),
        comparison=comparison_of(case, answer, language(request)),
        explanation=None,
        may_see_owner=user.may(Permission.VIEW_OWNER) and case.state in WITH_POLICE,
        certificate=certificate_of(session, case),
        older=older,
        newer=newer,
    )


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
    content = queries.signed_bytes(session, case_id)
    audit.record(
        session, f"user:{user.username}", "evidence.download", f"case:{case_id}", {"file": "manifest"}
    )
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
        visible_case(session, user, case_id)
        manifest = queries.manifest_of(session, case_id)
    file = next((file for file in manifest.files if file.name == name), None)
    if file is None:
        raise NotFoundError("file", id=case_id, name=name)
    sight = Sight(user.username, f"case:{case_id}", name, file.sha256)
    return FileResponse(
        hand_out(engine, media, sight) if download else show(engine, media, sight),
        media_type=file.media_type,
        filename=f"case-{case_id}-{name}" if download else None,
        headers={"Cache-Control": "no-store", "ETag": f'"{file.sha256}"'},
    )
