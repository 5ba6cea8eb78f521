"""The case's file: its contents, steps and pictures (Law Art 57)."""

from collections.abc import Sequence

from central.cases.queries import evidence_row, manifest_of
from central.documents import archive as documents
from central.documents.models import Document
from central.errors import ConflictError
from central.proceedings.dossier_words import VIETNAMESE, official_of, vehicle_of
from central.proceedings.models import ProceedingStep
from central.proceedings.papers.first import bare_act, picture, stills_of
from central.proceedings.papers.sheet import Sheet, Values

_ROLES = {"owner": "Chủ phương tiện", "driver": "Người lái xe"}


def case_file_values(sheet: Sheet, steps: Sequence[ProceedingStep]) -> Values:
    """Hồ sơ vụ việc. Raises ConflictError while a paper has no file yet."""
    case_id = sheet.proceeding.case_id
    papers = [paper for paper in documents.of_case(sheet.session, case_id) if paper.kind != "case_file"]
    waiting = [paper for paper in papers if paper.sealed_sha256 is None]
    if waiting:
        raise ConflictError("document_waits", number=waiting[0].number)
    manifest = manifest_of(sheet.session, case_id)
    return {
        "vehicle": vehicle_of(sheet.session, sheet.case),
        "act": sheet.act() if sheet.offence is not None else bare_act(sheet.case),
        "persons": tuple(_persons(sheet)),
        "contents": tuple(_bound(sheet, paper) for paper in papers),
        "happened": tuple(_happened(step) for step in steps),
        "pictures": tuple(picture(file) for file in stills_of(manifest)),
        "files": (
            *((file.name, file.sha256) for file in manifest.files),
            ("manifest", evidence_row(sheet.session, case_id).manifest_sha256),
        ),
        "author": official_of(sheet.session, sheet.by.person, sheet.records.office.words),
    }


def _persons(sheet: Sheet) -> list[tuple[str, Values]]:
    found = []
    for role, words in _ROLES.items():
        link = sheet.records.parties.of_case(sheet.proceeding.case_id, role)  # type: ignore[arg-type]
        if link is not None:
            found.append((words, sheet.person(link.party_id)))
    return found


def _bound(sheet: Sheet, paper: Document) -> Values:
    return {
        "document": paper.id,
        "words": documents.title_of(sheet.session, paper),
        "number": paper.number,
        "dated": paper.dated,
        "sha256": paper.sha256,
        "pages": paper.pages,
    }


def _happened(step: ProceedingStep) -> Values:
    words = VIETNAMESE(f"step.{step.action}")
    by = VIETNAMESE("app.citizen") if step.by_citizen else step.actor
    return {"day": step.day, "words": words, "by": "hệ thống" if step.actor == "ngatu" else by}
