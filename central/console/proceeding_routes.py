"""The proceedings of a case: its tracks side by side, possible steps and who may take them, deadlines,
papers, parties.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.audit import service as audit
from central.cases.lifecycle import State
from central.cases.queries import get_case
from central.citizens import answers
from central.console.pages import language, render
from central.console.step_forms import form_of
from central.dispatches import service as dispatches
from central.documents import archive as documents
from central.errors import DomainError, NotFoundError
from central.notifications import service as notifications
from central.notifications.models import Notification
from central.offences import service as offences
from central.parties import service as parties
from central.parties.service import Reader
from central.population import service as population
from central.population.models import PopulationAnswer
from central.proceedings import correcting, desk, handing, sight
from central.proceedings.acting import Wanted, perform
from central.proceedings.engine import STEPS
from central.proceedings.loading import Loaded
from central.proceedings.models import Proceeding, ProceedingEvent
from central.proceedings.overview import TrackView, overview
from central.proceedings.people import Mover, mover
from central.proceedings.tracks import Track
from central.proceedings.waiting import waiting_steps
from central.values import LARGEST_ID, Day, Reference, Text
from central.web.people import Now, SessionDep, require
from central.web.services import services
from central.web.values import Id
from central.words.dictionary import translator, word_or
from central.words.errors import told
from contract.local_time import local_day

router = APIRouter(prefix="/proceedings")

Viewer = Annotated[User, Depends(require(Permission.VIEW_PROCEEDINGS))]
PartyRole = Literal["owner", "driver", "buyer", "lessee"]

PHASES: Mapping[str, tuple[Track, ...]] = {
    "evidence": (Track.CASE, Track.RESULT, Track.QUALIFICATION, Track.CLONE, Track.HANDOVER, Track.PERSON),
    "notice": (
        Track.NOTICE,
        Track.PUBLICATION,
        Track.TRANSFER,
        Track.ANSWER,
        Track.VERIFICATION,
        Track.ALERT,
    ),
    "decision": (Track.RECORD, Track.EXPLANATION, Track.DECISION, Track.FORCE, Track.DELIVERY),
    "execution": (
        Track.PAYMENT,
        Track.RELIEF,
        Track.POINTS,
        Track.CONFISCATION,
        Track.SUSPENSION,
        Track.COMPLAINT,
        Track.COURT,
        Track.ENFORCEMENT,
    ),
}
"""The columns of the page: tracks in the order a case usually goes through them."""

_OTHER_ANSWER: Mapping[str, str] = {
    "clear_clone": "confirm_clone",
    "accept_transfer": "return_transfer",
    "handover_answered": "handover_returned",
    "sign_record": "leave_record_unsigned",
    "hear": "miss_hearing",
    "sign_decision": "send_proposal_back",
    "accept_complaint": "refuse_complaint",
    "settle_complaint": "annul_decision",
    "settle_second": "annul_decision",
    "court_upholds": "court_annuls",
}
"""Steps that answer the same question in the opposite way: the page favours neither."""

_ALWAYS_SHOWN = frozenset({Track.CASE, Track.RESULT, Track.PERSON, Track.NOTICE, Track.ANSWER, Track.RECORD})
_ALWAYS_SHOWN |= {Track.DECISION, Track.DELIVERY, Track.PAYMENT}


@dataclass(frozen=True)
class Page:
    """A person at the page of a case."""

    request: Request
    session: Session
    user: User
    now: datetime
    proceeding: Proceeding

    @property
    def case_id(self) -> int:
        """The case."""
        return self.proceeding.case_id

    def shown(self, status: int = 200, *, fragment: bool = False, **values: Any) -> Response:
        """The page, or its changing part."""
        told_here = {"said": "", "warning": "", "opened": None, "entered": {}} | values
        template = "_proceeding.html" if fragment else "proceeding.html"
        return render(self.request, template, self.user, status, **self._values(), **told_here)

    @property
    def anew(self) -> "Page":
        """The same with the case reloaded."""
        return replace(self, proceeding=sight.proceeding_for(self.session, self.user, self.case_id))

    def refused(self, refused: DomainError, *, fragment: bool = True) -> Response:
        """The page after a refusal, with every reason for it; everything that was tried is rolled back."""
        self.session.rollback()
        warning = _all_problems(refused, language(self.request))
        return self.anew.shown(refused.status, fragment=fragment, warning=warning)

    def _values(self) -> dict[str, Any]:
        by = mover(self.session, self.user, local_day(self.now))
        seen = overview(self.session, self.proceeding, by, self.now)
        tracks = {view.track: view for view in seen.tracks}
        offers = [offer for view in seen.tracks for offer in view.open_offers]
        onward = {waits.action for waits in waiting_steps(seen.loaded.dossier, local_day(self.now))}
        called_for = onward | {_OTHER_ANSWER[action] for action in onward & _OTHER_ANSWER.keys()}
        others = [offer for view in seen.tracks for offer in view.others]
        for steps in (offers, others):  # the first key is the step that advances the case
            steps.sort(key=lambda offer: offer.step.action not in onward)
        offence = offences.of_case(self.session, self.case_id)
        case = get_case(self.session, self.case_id)
        return {
            "case": case,
            "offence": offence,
            "seen": seen,
            "by": by,
            "phases": {name: _of(tracks, wanted) for name, wanted in PHASES.items()},
            "main_offers": [offer for offer in offers if offer.step.action in called_for],
            "side_offers": [offer for offer in offers if offer.step.action not in called_for],
            "next_by_others": [offer for offer in others if offer.step.action in called_for],
            "others": [offer for offer in others if offer.step.action not in called_for],
            "sees_cases": self.user.may(Permission.VIEW_CASES),
            "owing": seen.loaded.dossier.money,
            "papers": documents.of_case(self.session, self.case_id),
            "people": _looked_up(self),
            "notified": _notified(self),
            "colleagues": handing.colleagues(self.session, self.proceeding),
            "may_hand_on": self.user.may(Permission.HANDLE_PROCEEDINGS),
            "correctable": self._correctable(seen.loaded, by),
            "may_restart": by.power is not None and seen.decision is None and case.state == State.RECORDED,
            "told": dispatches.of_case(self.session, self.case_id),
            "submissions": answers.of_case(self.session, self.proceeding.id or 0),
            "may_read": self.user.may(Permission.VIEW_OWNER),
            "today": local_day(self.now),
            "now": self.now,
        }

    def _correctable(self, loaded: Loaded, by: Mover) -> list[ProceedingEvent]:
        """Events whose day this person may correct."""
        is_theirs = self.user.may(Permission.HANDLE_PROCEEDINGS) and by.person != self.proceeding.operator_id
        return correcting.correctable(self.session, loaded) if is_theirs else []


def _notified(page: Page) -> list[tuple[Notification, str]]:
    """Notifications sent to its parties, the latest first, in the reader's language."""
    lang = language(page.request)
    rows = notifications.of_case(page.session, page.case_id)
    return [(row, notifications.words_of(row, lang)) for row in reversed(rows)]


def _of(tracks: Mapping[Track, TrackView], wanted: tuple[Track, ...]) -> list[TrackView]:
    """The tracks of a column that have any content."""
    found = [tracks[track] for track in wanted if track in tracks]
    return [view for view in found if view.started or view.track in _ALWAYS_SHOWN or view.open_offers]


def _looked_up(page: Page) -> dict[str, PopulationAnswer | None]:
    """The person's roles in the case, with the population database's latest answer about them."""
    roles: tuple[parties.Role, ...] = ("owner", "driver", "buyer", "lessee")
    store = services(page.request).parties(page.session)
    held = {role: link for role in roles if (link := store.of_case(page.case_id, role)) is not None}
    return {role: population.latest(page.session, page.case_id, link.party_id) for role, link in held.items()}


def _page(request: Request, session: SessionDep, user: Viewer, now: Now, case_id: Id) -> Page:
    return Page(request, session, user, now, sight.proceeding_for(session, user, case_id))


AtPage = Annotated[Page, Depends(_page)]


@router.get("/{case_id}")
def show_proceeding(page: AtPage) -> Response:
    """The proceedings of a case; that they were looked at goes into the audit log."""
    audit.record(page.session, page.user.actor, "proceeding.view", f"case:{page.case_id}", {})
    return page.shown()


@router.get("/{case_id}/steps/{action}")
def step_form(page: AtPage, action: Text) -> Response:
    """The form of a step."""
    if action not in STEPS:
        raise NotFoundError("action", action=action)
    return render(page.request, "_step_form.html", page.user, **_form_values(page, action), entered={})


def _form_values(page: Page, action: str) -> dict[str, Any]:
    by = mover(page.session, page.user, local_day(page.now))
    records = services(page.request).records(page.session)
    form = form_of(records, page.proceeding, action, by, page.now, language(page.request))
    return {"form": form, "case_id": page.case_id, "version": page.proceeding.version}


async def _entered(request: Request) -> dict[str, Any]:
    """The other fields of a step's form that belong to the step. Lists only where allowed."""
    form = await request.form()
    found: dict[str, Any] = {}
    for name in form:
        if name in ("version", "day", "reason", "note"):
            continue
        values = [value for value in form.getlist(name) if isinstance(value, str)]
        found[name] = values if name in ("circumstances", "fines") else values[-1] if values else ""
    return found


@router.post("/{case_id}/steps/{action}")
def take_step(
    page: AtPage,
    action: Text,
    version: Annotated[int, Form(ge=1, le=LARGEST_ID)],
    entered: Annotated[dict[str, Any], Depends(_entered)],
    day: Annotated[Day | Literal[""], Form()] = "",
    reason: Annotated[Text, Form(max_length=40)] = "",
    note: Annotated[Text, Form(max_length=1000)] = "",
) -> Response:
    """Takes a step; a refusal is told on the page and nothing is lost of what was typed."""
    wanted = Wanted(action, version, day or None, reason, note, entered)
    by = mover(page.session, page.user, local_day(page.now))
    found = services(page.request)
    try:
        paper = perform(found.records(page.session), page.case_id, wanted, by, page.now, found.places)
    except DomainError as refused:
        page.session.rollback()
        return _refused(page, wanted, refused)
    t, lang = translator(language(page.request)), language(page.request)
    said = t("proceeding.done", step=word_or(lang, f"step.{action}", action))
    if paper is not None:
        said += " " + t("proceeding.paper_drawn", paper=t(f"paper.{paper.kind}"), number=paper.number)
    return page.anew.shown(fragment=True, said=said)


def _refused(page: Page, wanted: Wanted, refused: DomainError) -> Response:
    lang = language(page.request)
    again = page.anew
    entered = dict(wanted.particulars) | {"note": wanted.note, "reason": wanted.reason}
    entered |= {"day": wanted.day.isoformat()} if wanted.day else {}
    opened = _form_values(again, wanted.action) if wanted.action in STEPS else None
    warnings = _all_problems(refused, lang)
    return again.shown(refused.status, fragment=True, warning=warnings, opened=opened, entered=entered)


def _all_problems(refused: DomainError, lang: Any) -> str:
    problems = refused.values.get("problems", ())
    if not problems:
        return told(refused, lang).sentence
    t = translator(lang)
    reasons = "; ".join(t(f"error.step_refused.{problem}") for problem in problems)
    return f"{t('error.step_refused.title')}: {reasons}"


@router.post("/{case_id}/parties/{role}")
def read_party(
    user: Annotated[User, Depends(require(Permission.VIEW_OWNER))],
    page: AtPage,
    role: PartyRole,
    purpose: Annotated[Text, Form(min_length=5, max_length=200)],
) -> Response:
    """Who somebody is: read for the purpose that is told, and written down with it."""
    store = services(page.request).parties(page.session)
    link = store.of_case(page.case_id, role)
    if link is None:
        raise NotFoundError("party", id=role)
    reader = Reader(user.actor, purpose, page.case_id)
    details = store.read(link.party_id, reader)
    answer = population.latest(page.session, page.case_id, link.party_id)
    person = population.read(page.session, store.vault, answer, reader) if answer else None
    return render(
        page.request, "_party.html", user, details=details, role=role, source=link.source, person=person
    )


@router.post("/{case_id}/parties/{role}/look-up")
def look_up_again(
    user: Annotated[User, Depends(require(Permission.HANDLE_PROCEEDINGS))], page: AtPage, role: PartyRole
) -> Response:
    """Has a person of the case looked up in the population database once more."""
    link = services(page.request).parties(page.session).of_case(page.case_id, role)
    if link is None:
        raise NotFoundError("party", id=role)
    population.plan(page.session, page.case_id, link.party_id, page.now)
    actor = user.actor
    audit.record(page.session, actor, "population.ask_again", f"case:{page.case_id}", {"role": role})
    return page.shown(fragment=True, said=translator(language(page.request))("population.asked_again"))


@router.post("/{case_id}/handler")
def hand_on(
    user: Annotated[User, Depends(require(Permission.HANDLE_PROCEEDINGS))],
    page: AtPage,
    to: Annotated[Reference | Literal[""], Form()] = "",
    note: Annotated[Text, Form(max_length=300)] = "",
) -> Response:
    """Hands the case to a colleague, or back to everybody."""
    by = mover(page.session, user, local_day(page.now))
    try:
        handing.hand_to(page.session, page.proceeding, to or None, note, by)
    except DomainError as refused:
        return page.refused(refused)
    return page.shown(fragment=True, said=translator(language(page.request))("handing.done"))


@router.post("/{case_id}/file")
def bind_file(
    user: Annotated[User, Depends(require(Permission.VIEW_OWNER))],
    page: AtPage,
) -> Response:
    """Has the case's file made: one PDF with its evidence and all its papers."""
    by = mover(page.session, user, local_day(page.now))
    try:
        paper = desk.bind_file(services(page.request).records(page.session), page.proceeding, by, page.now)
    except DomainError as refused:
        return page.refused(refused)
    t = translator(language(page.request))
    said = t("proceeding.paper_drawn", paper=t("paper.case_file"), number=paper.number)
    return page.shown(fragment=True, said=said)


@router.get("/{case_id}/papers/{document_id}")
def show_paper(page: AtPage, document_id: Id, download: bool = False) -> Response:
    """A paper to the byte as it was signed; each look at it is written down."""
    if documents.get(page.session, document_id).case_id != page.case_id:
        raise NotFoundError("document", id=document_id)
    actor = page.user.actor
    archive = services(page.request).archive
    paper, pdf = archive.show(page.session, document_id, actor, f"case:{page.case_id}")
    name = f"{paper.kind}-{paper.id}.pdf"
    how = "attachment" if download else "inline"
    headers = {
        "Content-Disposition": f'{how}; filename="{name}"',
        "Content-Security-Policy": PDF_POLICY,
        "ETag": f'"{paper.sha256}"',
    }
    return Response(pdf, media_type="application/pdf", headers=headers)


PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""The browser's built-in PDF viewer is an object with its own style; nothing else may run."""
