"""Forms of papers: those in use, new editions with their check, preview and approval."""

import difflib
from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Path, Request, UploadFile
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from sqlmodel import Session

from central.accounts import service as accounts
from central.accounts.models import User
from central.accounts.permissions import Permission
from central.console.pages import language, render
from central.console.proceeding_routes import PDF_POLICY
from central.db import reading
from central.documents import editions, forms, trial
from central.documents.fields import offered
from central.documents.models import FormEdition
from central.documents.sandbox import FOLDER, FUNCTIONS, SHARED
from central.errors import DomainError, NotFoundError
from central.proceedings import form_impact
from central.values import Day, Reference, Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.services import services
from central.web.uploads import text_of
from central.web.values import Id
from central.words.errors import told
from contract.local_time import local_day

router = APIRouter(prefix="/forms")

Viewer = Annotated[User, Depends(require(Permission.VIEW_LAW))]
Uploader = Annotated[User, Depends(require(Permission.UPLOAD_LAW))]
Lawyer = Annotated[User, Depends(require(Permission.APPROVE_LAW))]
Kind = Annotated[Text, Path(max_length=24)]
Why = Annotated[Text, Form(min_length=5, max_length=500)]


@router.get("")
def form_list(request: Request, session: ReadSessionDep, user: Viewer, now: Now) -> Response:
    """Every paper with the form in use and those to come."""
    today, uploaded = local_day(now), editions.editions(session)
    return render(
        request,
        "forms.html",
        user,
        rows=[
            (kind, editions.for_paper(session, kind, today), editions.coming(session, kind, today))
            for kind in forms.KINDS
        ],
        confidence={kind: forms.confidence(kind, today) for kind in forms.KINDS},
        drafts=[each for each in uploaded if each.state == "draft"],
        changed={each.id for each in uploaded if editions.changed_parts(each)},
        people=accounts.names_by_id(session),
        may_upload=user.may(Permission.UPLOAD_LAW),
    )


@router.get("/files/{name}")
def shared_file(_user: Viewer, name: Annotated[Text, Path(max_length=40)]) -> Response:
    """A part that forms share, as a file."""
    if name not in SHARED:
        raise NotFoundError("form_kind", kind=name)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return PlainTextResponse((FOLDER / name).read_text(encoding="utf-8"), headers=headers)


@router.get("/papers/{kind}")
def paper_page(request: Request, session: ReadSessionDep, user: Viewer, now: Now, kind: Kind) -> Response:
    """One paper: its form in use, the fields it may use, what was uploaded, and the way to upload another."""
    return _paper(request, session, user, now, kind)


def _paper(
    request: Request,
    session: Session,
    user: User,
    now: Now,
    kind: str,
    status: int = 200,
    warning: str = "",
    entered: dict[str, str] | None = None,
) -> Response:
    today = local_day(now)
    return render(
        request,
        "form_paper.html",
        user,
        status,
        kind=forms.known(kind),
        present=editions.for_paper(session, kind, today),
        confidence=forms.confidence(kind, today),
        coming=editions.coming(session, kind, today),
        history=editions.editions(session, kind),
        fields=offered(kind),
        functions=(*FUNCTIONS, "qr", "image"),
        shared=SHARED,
        people=accounts.names_by_id(session),
        today=today,
        first_days=editions.first_days(today),
        entered=entered or {},
        may_upload=user.may(Permission.UPLOAD_LAW),
        warning=warning,
    )


@router.get("/papers/{kind}/template")
def template_in_use(session: ReadSessionDep, _user: Viewer, now: Now, kind: Kind) -> Response:
    """The form in use as a file: to change it, and to upload it again."""
    _, source = editions.with_source(session, forms.known(kind), local_day(now))
    headers = {"Content-Disposition": f'attachment; filename="{kind}.html"'}
    return PlainTextResponse(source, headers=headers)


@router.get("/papers/{kind}/picture")
def picture_in_use(session: ReadSessionDep, _user: Viewer, now: Now, kind: Kind) -> Response:
    """A paper of invented values on the form in use, as a picture."""
    edition = editions.for_paper(session, forms.known(kind), local_day(now))
    made = trial.picture_of_sample(kind, edition, editions.source_of(session, edition.form))
    return Response(made, media_type="image/png")


@router.get("/papers/{kind}/preview")
def preview_in_use(session: ReadSessionDep, _user: Viewer, now: Now, kind: Kind) -> Response:
    """The same as a PDF."""
    edition = editions.for_paper(session, forms.known(kind), local_day(now))
    return _pdf(
        kind, trial.as_file(trial.of_sample(kind, edition, editions.source_of(session, edition.form)))
    )


def _pdf(name: str, content: bytes) -> Response:
    headers = {
        "Content-Disposition": f'inline; filename="{name}.pdf"',
        "Content-Security-Policy": PDF_POLICY,
    }
    return Response(content, media_type="application/pdf", headers=headers)


@router.post("/papers/{kind}")
def upload(
    request: Request,
    user: Uploader,
    now: Now,
    kind: Kind,
    file: Annotated[UploadFile, File()],
    title: Annotated[Text, Form(min_length=1, max_length=200)],
    valid_from: Annotated[Day, Form()],
    note: Annotated[Text, Form(min_length=5, max_length=500)],
    basis: Annotated[Text, Form(min_length=1, max_length=300)],
    code: Annotated[Text, Form(max_length=120)] = "",
) -> Response:
    """Takes a new form in as a draft; everything that is wrong with it is told."""
    engine = request.app.state.engine
    row = editions.Row(forms.known(kind), code, title, basis, valid_from, note)
    try:
        edition = editions.add(engine, row, text_of(file, editions.LARGEST, "HTML"), user, now)
    except DomainError as refused:
        said = told(refused, language(request)).sentence
        entered = {
            "code": code, "title": title, "basis": basis, "note": note, "valid_from": valid_from.isoformat(),
        }  # fmt: skip
        with reading(engine) as session:
            return _paper(request, session, user, now, kind, refused.status, said, entered)
    return RedirectResponse(f"/forms/{edition.id}", status_code=303)


@router.get("/{form_id}")
def form_page(request: Request, session: ReadSessionDep, user: Viewer, now: Now, form_id: Id) -> Response:
    """One uploaded form: what it changes, how papers look on it, which open cases it touches."""
    return _page(request, session, user, now, form_id)


def _page(
    request: Request,
    session: Session,
    user: User,
    now: Now,
    form_id: int,
    status: int = 200,
    warning: str = "",
) -> Response:
    edition, today = editions.edition_of(session, form_id), local_day(now)
    present, source = editions.with_source(session, edition.kind, today)
    open_still = edition.state in ("draft", "active")
    return render(
        request,
        "form_edition.html",
        user,
        status,
        edition=edition,
        present=present,
        is_current=present.form == edition.id,
        difference=_difference(source, edition) if open_still else [],
        touched=form_impact.touched(session, edition.kind) if open_still else None,
        used=editions.papers_made(session, form_id),
        changed_parts=editions.changed_parts(edition),
        people=accounts.names_by_id(session),
        today=today,
        own=edition.uploaded_by == user.id,
        may_open=user.may(Permission.VIEW_PROCEEDINGS),
        may_preview=user.may(Permission.VIEW_OWNER) and user.may(Permission.VIEW_PROCEEDINGS),
        may_approve=user.may(Permission.APPROVE_LAW),
        may_upload=user.may(Permission.UPLOAD_LAW),
        warning=warning,
    )


def _difference(source: str, edition: FormEdition) -> list[tuple[str, str]]:
    """Changed lines of the template with one line around them: sign (`+`, `-`, a space, `@`) and text."""
    lines = difflib.unified_diff(source.splitlines(), edition.template.splitlines(), n=1, lineterm="")
    return [(line[0], line[1:]) for line in list(lines)[2:] if line]


@router.get("/{form_id}/template")
def template(session: ReadSessionDep, _user: Viewer, form_id: Id) -> Response:
    """The template as it was uploaded."""
    return PlainTextResponse(editions.edition_of(session, form_id).template)


@router.get("/{form_id}/picture")
def picture(session: ReadSessionDep, _user: Viewer, form_id: Id) -> Response:
    """A paper of invented values on this form, as a picture."""
    edition = editions.edition_of(session, form_id)
    made = trial.picture_of_sample(edition.kind, editions.as_value(edition), edition.template)
    return Response(made, media_type="image/png")


@router.get("/{form_id}/preview")
def preview(session: ReadSessionDep, _user: Viewer, form_id: Id) -> Response:
    """The same as a PDF."""
    edition = editions.edition_of(session, form_id)
    job = trial.of_sample(edition.kind, editions.as_value(edition), edition.template)
    return _pdf(f"{edition.kind}-{form_id}", trial.as_file(job))


@router.post("/{form_id}/preview")
def preview_on_case(
    request: Request,
    user: Annotated[User, Depends(require(Permission.VIEW_OWNER))],
    form_id: Id,
    case: Annotated[Reference, Form()],
) -> Response:
    """A paper of a case on this form (PDF); the look is written down."""
    engine, archive = request.app.state.engine, services(request).archive
    return _pdf(f"{form_id}-{case}", form_impact.preview_on_case(engine, archive, form_id, case, user))


@router.post("/{form_id}/activation")
def activate(request: Request, user: Lawyer, now: Now, form_id: Id) -> Response:
    """Approves a draft: papers that bear its first day or a later one are made on it."""
    act = partial(editions.approve, request.app.state.engine, form_id, user, now)
    return _answered(request, user, now, form_id, act)


@router.post("/{form_id}/confirmation")
def confirm(request: Request, user: Lawyer, now: Now, form_id: Id) -> Response:
    """A lawyer has looked at an approved form again after its shared parts changed."""
    act = partial(editions.confirm, request.app.state.engine, form_id, user)
    return _answered(request, user, now, form_id, act)


def _answered(
    request: Request, user: User, now: Now, form_id: int, act: Callable[[], FormEdition]
) -> Response:
    """Back to the edition after an act; if that is refused, its page says why."""
    try:
        act()
    except DomainError as refused:
        said = told(refused, language(request)).sentence
        with reading(request.app.state.engine) as session:
            return _page(request, session, user, now, form_id, refused.status, said)
    return RedirectResponse(f"/forms/{form_id}", status_code=303)


@router.post("/{form_id}/drop")
def drop(session: SessionDep, user: Uploader, now: Now, form_id: Id, reason: Why) -> Response:
    """Gives a draft up; it stays readable."""
    editions.drop(session, form_id, user, reason, now)
    return RedirectResponse(f"/forms/{form_id}", status_code=303)


@router.post("/{form_id}/withdrawal")
def withdraw(
    request: Request, session: SessionDep, user: Lawyer, now: Now, form_id: Id, reason: Why
) -> Response:
    """Takes an approved form back on which no paper was made yet."""
    try:
        editions.withdraw(session, form_id, user, reason, now)
    except DomainError as refused:
        session.rollback()
        said = told(refused, language(request)).sentence
        return _page(request, session, user, now, form_id, refused.status, said)
    return RedirectResponse(f"/forms/{form_id}", status_code=303)
