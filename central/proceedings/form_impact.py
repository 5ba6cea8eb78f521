"""What a new form touches: open cases that can still get the paper, and papers already made, which stay.
Also how a paper of a case would look on it.
"""

from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from central.accounts.models import User
from central.audit import service as audit
from central.db import transaction
from central.documents import archive as documents
from central.documents import editions, trial
from central.documents.archive import Archive
from central.documents.filing import pictures_of
from central.documents.forgetting import DISPOSED
from central.errors import NotFoundError
from central.proceedings.coming import may_get
from central.proceedings.law_impact import SHOWN, count_open, open_cases
from central.proceedings.models import Proceeding
from central.proceedings.sight import proceeding_for


@dataclass(frozen=True)
class Touched:
    """Open cases that have no such paper and can still get one (`waiting`, the first of them in `cases`);
    papers of the kind that were made, among them `drafts` that wait for their signer.
    """

    waiting: int
    cases: tuple[int, ...]
    made: int
    drafts: int


def touched(session: Session, kind: str) -> Touched:
    """What a new form of a kind of paper touches."""
    waiting = col(Proceeding.case_id).not_in(documents.cases_with(kind)) & may_get(kind)
    cases = (
        select(Proceeding.case_id).where(open_cases(), waiting).order_by(col(Proceeding.case_id)).limit(SHOWN)
    )
    made, drafts = documents.count(session, kind)
    return Touched(
        waiting=count_open(session, waiting),
        cases=tuple(session.exec(cases)),
        made=made,
        drafts=drafts,
    )


def preview_on_case(engine: Engine, archive: Archive, edition_id: int, case_id: int, by: User) -> bytes:
    """A paper of a case as it would look on an edition, marked as no paper (PDF); the look is written down.

    Raises:
        NotFoundError: no such edition or case, or this person may not see it, or it has no such paper.
        InvalidError: it can't be made with these values.
    """
    with transaction(engine) as session:
        edition = editions.edition_of(session, edition_id)
        proceeding_for(session, by, case_id)
        papers = documents.of_case(session, case_id, edition.kind)
        if not papers or papers[-1].state == DISPOSED:
            raise NotFoundError("form_paper", case=case_id)
        paper, value = papers[-1], editions.as_value(edition)
        job = archive.job(session, paper, pictures_of(archive.values_of(paper)))
        job = trial.on_edition(job, value, edition.template)
        detail = {
            "kind": paper.kind,
            "number": paper.number,
            "purpose": f"case:{case_id}",
            "form": edition_id,
        }
        audit.record(session, by.actor, "document.show", f"document:{paper.id}", detail)
    return trial.as_file(job)
