"""Papers drawn up, rendered, signed, archived: every sent paper can be shown again, byte for byte.

A paper is drawn up in the transaction of the step it belongs to: its values are frozen, its number taken.
The file is made by a job in another process, signed, sealed under the paper's own key and put into the
media store; it never changes again.
"""

import json
import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pypdf import PdfReader
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from central.audit import service as audit
from central.db import transaction
from central.documents import editions, forms
from central.documents.binding import bind
from central.documents.forgetting import DISPOSED
from central.documents.models import Document
from central.documents.numbers import next_number
from central.documents.render import Job, RenderError, rendered
from central.documents.signer import PaperSigner
from central.documents.values import MODELS, SYMBOLS, Office, Paper
from central.errors import ConflictError, NotFoundError
from central.jobs import queue as jobs
from central.media.store import MediaStore
from central.vault import Vault, VaultError
from contract.canonical import sha256_hex
from contract.local_time import local_day

FILE = "documents.file"
"""Kind of the jobs that make a paper's file; their key is the document's id."""

_NONCE_BYTES = 12


@dataclass(frozen=True)
class About:
    """The subject of a paper, and the key that makes drawing it up idempotent."""

    key: str
    case_id: int | None = None
    decision_id: int | None = None
    party_id: int | None = None
    by: int | None = None


@dataclass(frozen=True)
class Archive:
    """The papers of a centre: draws them up, stores them sealed, shows them for a stated purpose."""

    vault: Vault
    store: MediaStore
    office: Office
    unit: str

    def draw(
        self,
        session: Session,
        kind: str,
        about: About,
        values: Mapping[str, Any],
        now: datetime,
        numbered: tuple[int, str] | None = None,
        *,
        final: bool = True,
    ) -> Document:
        """Draws a paper up on the form of its day: values checked and frozen, number taken, its file
        requested. Returns the existing one if it was drawn up before.

        Args:
            values: of the kind's model, without office, number and date.
            numbered: sequence and number of a paper assigned elsewhere (a decision).
            final: False for a draft that `complete` ends.

        Raises:
            ValidationError: the values do not fit this kind of paper.
        """
        known = session.exec(select(Document).where(Document.key == about.key)).one_or_none()
        if known is not None:
            return known
        day = local_day(now)
        sequence, number = numbered or self._number(session, kind, day.year)
        edition = editions.for_paper(session, kind, day, held=True)
        head = {"office": self.office, "number": number, "dated": day, "edition": edition}
        model = MODELS[kind]
        kinds = {"kind": kind} if "kind" in model.model_fields else {}
        paper = model.model_validate({**values, **head, **kinds})
        document = self._row(kind, about, paper, sequence, now)
        document.final = final
        session.add(document)
        session.flush()
        self.ask_for_file(session, document, now)
        actor = f"user:{about.by}" if about.by is not None else "system"
        audit.record(
            session, actor, "document.draw", f"document:{document.id}", {"kind": kind, "number": number}
        )
        return document

    def complete(
        self, session: Session, document: Document, changes: Mapping[str, Any], now: datetime, actor: str
    ) -> Document:
        """Completes a draft: values known only to its signer are added under the same number, and its file is
        made again.

        Raises:
            ConflictError: it is no longer a draft.
        """
        if document.final:
            raise ConflictError("document_final", number=document.number)
        paper = MODELS[document.kind].model_validate({**self.values_of(document), **changes})
        content = paper.frozen()
        document.sealed_values = _seal(self._key(document), content)
        document.values_sha256, document.final = sha256_hex(content), True
        document.sha256 = document.sealed_sha256 = document.rendered_at = None
        document.state = "drawn"
        session.flush()
        jobs.enqueue(session, FILE, f"{document.id}:final", {"document": document.id}, now)
        detail = {"kind": document.kind, "number": document.number}
        audit.record(session, actor, "document.complete", f"document:{document.id}", detail)
        return document

    def _number(self, session: Session, kind: str, year: int) -> tuple[int, str]:
        sequence = next_number(session, self.unit, kind, year)
        return sequence, f"{sequence}/{year}/{SYMBOLS[kind]}-{self.unit}"

    def _row(self, kind: str, about: About, paper: Paper, sequence: int, now: datetime) -> Document:
        key = AESGCM.generate_key(256)
        content = paper.frozen()
        assert paper.edition is not None
        return Document(
            key=about.key,
            kind=kind,
            template=paper.edition.template,
            form_id=paper.edition.form,
            case_id=about.case_id,
            decision_id=about.decision_id,
            party_id=about.party_id,
            unit=self.unit,
            year=paper.dated.year,
            sequence=sequence,
            number=paper.number,
            dated=paper.dated,
            drawn_at=now,
            drawn_by=about.by,
            wrapped_key=self.vault.seal(key, _context(about.key)),
            key_id=self.vault.key_id,
            sealed_values=_seal(key, content),
            values_sha256=sha256_hex(content),
        )

    def ask_for_file(self, session: Session, document: Document, now: datetime) -> None:
        """Requests the paper's file, in the same transaction as everything else."""
        jobs.enqueue(session, FILE, str(document.id), {"document": document.id}, now)

    def values_of(self, document: Document) -> dict[str, Any]:
        """The frozen values. Raises VaultError."""
        content = _open(self._key(document), document.sealed_values)
        if sha256_hex(content) != document.values_sha256:
            raise VaultError(f"the values of document {document.id} were altered")
        values: dict[str, Any] = json.loads(content)
        return values

    def make_file(
        self,
        engine: Engine,
        document_id: int,
        signer: PaperSigner | None,
        pictures: Mapping[str, str],
        now: datetime,
    ) -> Document:
        """Renders, signs and archives a paper that has no file yet; outside of any transaction while it
        works.

        Raises:
            RenderError, PaperSigningError: the job tries again; the reason is stored with the document.
        """
        with transaction(engine) as session:
            document = get(session, document_id)
            if document.sealed_sha256 is not None or document.state == DISPOSED:
                return document
            job = self.job(session, document, pictures)
            key, reason = self._key(document), f"{document.kind} {document.number}"
            frozen, bound = document.values_sha256, self._bound(session, document)
            signer = signer if document.final else None
        try:
            pdf = bind(rendered(job), bound) if bound else rendered(job)
            if signer is not None:
                pdf = signer.sign(pdf, reason, self.office.place)
        except Exception as problem:
            with transaction(engine) as session:
                get(session, document_id).error = str(problem)[:500]
            raise
        sealed = self.store.put(BytesIO(_seal(key, pdf)))
        with transaction(engine) as session:
            document = get(session, document_id)
            if document.sealed_sha256 is None and document.values_sha256 == frozen:
                self._keep(document, pdf, sealed, signer, now)
            return document

    def _bound(self, session: Session, document: Document) -> list[tuple[str, bytes]]:
        """The papers contained in a case file, by name, byte for byte."""
        if document.kind != "case_file":
            return []
        rows = [get(session, int(row["document"])) for row in self.values_of(document)["contents"]]
        return [(f"{row.kind}-{row.id}.pdf", self._open_file(row)) for row in rows]

    def _open_file(self, document: Document) -> bytes:
        assert document.sealed_sha256 is not None
        pdf = _open(self._key(document), self.store.open(document.sealed_sha256, recheck=True).read())
        if sha256_hex(pdf) != document.sha256:
            raise VaultError(f"the file of document {document.id} was altered")
        return pdf

    def job(self, session: Session, document: Document, pictures: Mapping[str, str]) -> Job:
        """What is rendered: the frozen values, the pictures by name and hash, the template of its edition."""
        images = {
            name: b64encode(self.store.open(sha256).read()).decode() for name, sha256 in pictures.items()
        }
        return Job(
            kind=document.kind,
            template=document.template,
            values=self.values_of(document),
            images=images,
            source=editions.source_of(session, document.form_id),
        )

    def _keep(
        self, document: Document, pdf: bytes, sealed: str, signer: PaperSigner | None, now: datetime
    ) -> None:
        document.sha256, document.sealed_sha256 = sha256_hex(pdf), sealed
        document.pages = len(PdfReader(BytesIO(pdf)).pages)
        document.rendered_at, document.error = now, ""
        document.state = "rendered"
        if signer is not None:
            document.state, document.signed_at = "signed", now
            document.signed_as = signer.name[:300]

    def show(self, session: Session, document_id: int, actor: str, purpose: str) -> tuple[Document, bytes]:
        """The paper as signed and sent, byte for byte; showing it is audited.

        Raises:
            NotFoundError: no such paper.
            ConflictError: its file is still being made.
            VaultError: the file was altered, or the keys are different ones.
        """
        document = get(session, document_id)
        if document.sealed_sha256 is None:
            raise ConflictError(_why_no_file(document), number=document.number)
        pdf = self._open_file(document)
        detail = {"kind": document.kind, "number": document.number, "purpose": purpose}
        audit.record(session, actor, "document.show", f"document:{document_id}", detail)
        return document, pdf

    def reseal(self, session: Session, limit: int = 500) -> int:
        """Wraps keys of papers again that an older vault key wrapped; no file is touched. Returns how
        many.
        """
        query = select(Document).where(Document.key_id != self.vault.key_id, Document.state != DISPOSED)
        rows = session.exec(query.limit(limit).with_for_update(skip_locked=True)).all()
        for document in rows:
            document.wrapped_key = self.vault.seal(self._key(document), _context(document.key))
            document.key_id = self.vault.key_id
        return len(rows)

    def _key(self, document: Document) -> bytes:
        return self.vault.open(document.wrapped_key, _context(document.key))


def get(session: Session, document_id: int) -> Document:
    """The paper's row. Raises NotFoundError."""
    document = session.get(Document, document_id)
    if document is None:
        raise NotFoundError("document", id=document_id)
    return document


def title_of(session: Session, document: Document) -> str:
    """The title of a paper by the form it was made on."""
    if document.form_id is not None:
        return editions.edition_of(session, document.form_id).title
    return forms.packaged(document.kind, document.dated).title


def of_case(session: Session, case_id: int, kind: str | None = None) -> list[Document]:
    """The papers of a case, of one kind or all, in the order they were drawn up."""
    query = select(Document).where(Document.case_id == case_id).order_by(col(Document.id))
    return list(session.exec(query if kind is None else query.where(Document.kind == kind)))


def cases_with(kind: str) -> SelectOfScalar[int | None]:
    """The cases that have a paper of a kind, for a query."""
    return select(col(Document.case_id)).where(Document.kind == kind, col(Document.case_id).is_not(None))


def count(session: Session, kind: str) -> tuple[int, int]:
    """How many papers of a kind there are, and how many of them are drafts that wait for their signer."""
    query = select(func.count(), func.count().filter(col(Document.final).is_(False)))
    made, drafts = session.exec(query.where(Document.kind == kind)).one()
    return made, drafts


def of_party(session: Session, party_id: int) -> list[Document]:
    """Papers addressed to a party, the oldest first."""
    return list(
        session.exec(select(Document).where(Document.party_id == party_id).order_by(col(Document.id)))
    )


def of_decision(session: Session, decision_id: int, kind: str | None = None) -> list[Document]:
    """The papers that belong to a decision, of one kind or all, in the order they were drawn up."""
    query = select(Document).where(Document.decision_id == decision_id).order_by(col(Document.id))
    return list(session.exec(query if kind is None else query.where(Document.kind == kind)))


def of_number(session: Session, number: str) -> Document | None:
    """The paper with that printed number; the latest where two kinds share one."""
    query = select(Document).where(Document.number == number).order_by(col(Document.id).desc())
    return session.exec(query.limit(1)).first()


def sent(session: Session, document_id: int, how: str, now: datetime) -> Document:
    """Records that a paper was sent, and how. A paper without a file can't have been sent."""
    document = get(session, document_id)
    if document.sealed_sha256 is None:
        raise ConflictError(_why_no_file(document), number=document.number)
    document.sent_at, document.sent_how = now, how
    return document


def _why_no_file(document: Document) -> str:
    return "document_disposed" if document.state == DISPOSED else "document_waits"


def _context(key: str) -> str:
    return f"document:{key}"


def _seal(key: bytes, data: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, None)


def _open(key: bytes, sealed: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
    except (InvalidTag, ValueError) as problem:
        raise VaultError("a sealed paper does not open with its key") from problem


__all__ = ["FILE", "About", "Archive", "RenderError", "get", "of_case", "sent"]
