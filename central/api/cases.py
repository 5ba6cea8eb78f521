"""REST: reading cases."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.api.case_shapes import CaseDetail, CaseEventPublic, CasePage, CasePublic
from central.audit import service as audit
from central.cases import queries
from central.cases.comments import LONGEST
from central.cases.lifecycle import State
from central.cases.plates import (
    SHORTEST_PURPOSE,
    check_sees_plates,
    disclose,
    sees_plates_of,
    shortened,
    shown_to,
)
from central.cases.queries import CaseFilter
from central.cases.visibility import sees_police_cases, visible_case
from central.values import Text
from central.watching.blind import history_for
from central.web.people import ReadSessionDep, SessionDep, require
from central.web.values import Before, Id
from contract.types import RuleName

router = APIRouter(prefix="/cases", tags=["cases"])

Viewer = Annotated[User, Depends(require(Permission.VIEW_CASES))]
Limit = Annotated[int, Query(ge=1, le=100)]


class Disclosure(BaseModel):
    """For what purpose a whole plate is needed."""

    model_config = ConfigDict(extra="forbid")

    why: Annotated[Text, Field(min_length=SHORTEST_PURPOSE, max_length=LONGEST)]


@router.get("")
def list_cases(
    session: ReadSessionDep,
    user: Viewer,
    state: Annotated[list[State] | None, Query(max_length=20)] = None,
    rule: RuleName | None = None,
    site: Annotated[Text | None, Query(max_length=80)] = None,
    before: Before = None,
    limit: Limit = 50,
) -> CasePage:
    """Newest first. No search by plate: a vehicle's history needs a reason, which the console asks."""
    states = frozenset(state) if state else None
    wanted = CaseFilter(states=states, rule=rule, site=site, with_police=sees_police_cases(user))
    found = queries.list_cases(session, wanted, before, limit + 1)
    items = [CasePublic.shown(case, shown_to(user)) for case in found[:limit]]
    return CasePage(items=items, next=items[-1].id if len(found) > limit else None)


@router.get("/{case_id}")
def get_case(session: SessionDep, user: Viewer, case_id: Id) -> CaseDetail:
    """One case with its history; that it was read goes into the audit log."""
    case = visible_case(session, user, case_id)
    evidence = queries.evidence_row(session, case_id)
    audit.record(session, user.actor, "case.view", f"case:{case_id}", {})
    show = str if sees_plates_of(session, user, case_id) else shortened
    return CaseDetail(
        **CasePublic.shown(case, show).model_dump(),
        manifest_sha256=evidence.manifest_sha256,
        history=[CaseEventPublic.model_validate(event) for event in history_for(session, user, case_id)],
    )


@router.post("/{case_id}/disclosure", status_code=204)
def disclose_plate(session: SessionDep, user: Viewer, case_id: Id, body: Disclosure) -> None:
    """Shows the whole plate and the evidence of a case for half an hour to who sees plates shortened; it goes
    into the audit log."""
    visible_case(session, user, case_id)
    disclose(session, user, case_id, body.why)


@router.get(
    "/{case_id}/manifest", response_class=Response, responses={200: {"content": {"application/json": {}}}}
)
def get_manifest(session: SessionDep, user: Viewer, case_id: Id) -> Response:
    """The manifest, exactly the bytes the node signed."""
    visible_case(session, user, case_id)
    check_sees_plates(session, user, case_id)
    content = queries.signed_bytes(session, case_id)
    audit.record(session, user.actor, "case.view", f"case:{case_id}", {"part": "manifest"})
    return Response(content, media_type="application/json")


@router.get(
    "/{case_id}/signature", response_class=Response, responses={200: {"content": {"application/jose": {}}}}
)
def get_signature(session: SessionDep, user: Viewer, case_id: Id) -> Response:
    """The manifest with the node's signature, as it came: the `manifest.jws` of its package."""
    visible_case(session, user, case_id)
    check_sees_plates(session, user, case_id)
    content = queries.signed_token(session, case_id)
    audit.record(session, user.actor, "case.view", f"case:{case_id}", {"part": "signature"})
    return Response(content, media_type="application/jose")
