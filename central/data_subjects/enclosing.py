"""The files themselves: the person's papers as sent, the pictures and clips of their cases in the copies the
portal shows (other plates and faces hidden), and what they attached to their own letters, as it was kept; up
to a size. What stays out is listed by name with the reason.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from central.cases import queries as cases
from central.citizens import held as portal
from central.citizens.models import Attachment
from central.copies import service as copies
from central.data_subjects.collecting import Search
from central.documents.archive import Archive
from central.documents.models import Document
from central.errors import DomainError
from central.media import service as media
from central.media.store import StorageError
from central.proceedings import service as proceedings
from central.vault import VaultError

MOST_BYTES = 24 * 1024 * 1024
"""Most bytes of all files together: the sealed file is one row of the database, and has to fit into an
e-mail or on a disc.
"""


@dataclass(frozen=True)
class Enclosure:
    """One file: its path in the package, what it is, how it is read (None: it can't be) and how large it is
    as far as known; then its content, or why it is left out.
    """

    path: str
    case_id: int | None
    kind: str
    sha256: str
    read: Callable[[], bytes] | None = None
    size: int = 0
    content: bytes | None = None
    why_not: str = ""

    def told(self) -> dict[str, Any]:
        """The line of the list in the JSON."""
        return {
            "file": self.path,
            "case_id": self.case_id,
            "kind": self.kind,
            "sha256": self.sha256,
            "bytes": len(self.content) if self.content is not None else None,
            "left_out_because": self.why_not,
        }


def enclosed(search: Search, archive: Archive, most_bytes: int = MOST_BYTES) -> list[Enclosure]:
    """Papers first, then pictures, what the person attached, then clips; each that would be too much is left
    out.
    """
    found, left = [], most_bytes
    copied = list(_copies(search, archive))
    pictures = [file for file in copied if not _is_clip(file)]
    clips = [file for file in copied if _is_clip(file)]
    for file in [*_papers(search, archive), *pictures, *_attached(search, archive), *clips]:
        file = _filled(file, left)
        left -= len(file.content or b"")
        found.append(file)
    return found


def _filled(file: Enclosure, most_bytes: int) -> Enclosure:
    """The file with its content, if that is there and no larger than this."""
    if file.read is None:
        return file
    if file.size > most_bytes:
        return replace(file, why_not="too_much")
    try:
        content = file.read()
    except (DomainError, StorageError, VaultError):
        return replace(file, why_not="no_file")
    if len(content) > most_bytes:
        return replace(file, why_not="too_much")
    return replace(file, content=content)


def _papers(search: Search, archive: Archive) -> Iterable[Enclosure]:
    def content_of(paper: Document) -> bytes:
        reader = search.reader
        return archive.show(search.session, paper.id or 0, reader.actor, reader.purpose)[1]

    for paper in search.papers:
        path = f"papers/{paper.id}-{paper.kind}.pdf"
        read = partial(content_of, paper)
        yield Enclosure(path, paper.case_id, paper.kind, paper.sha256 or "", read)


def _attached(search: Search, archive: Archive) -> Iterable[Enclosure]:
    """What the person attached; a file whose content was deleted after its retention period has no name."""

    def content_of(row: Attachment) -> bytes:
        return portal.attached_file(search.session, archive.store, archive.vault, row, search.reader)

    rows = search.attachments
    cases_of = proceedings.cases_of(search.session, {row.proceeding_id for row in rows})
    for row in rows:
        place, case_id = f"attachments/{row.id}", cases_of[row.proceeding_id]
        if portal.is_readable(row):
            path, read = f"{place}-{row.name}", partial(content_of, row)
            yield Enclosure(path, case_id, row.media_type, row.sha256, read, row.size)
        else:
            yield Enclosure(place, case_id, row.media_type, row.sha256, why_not="no_file")


def _copies(search: Search, archive: Archive) -> Iterable[Enclosure]:
    for case in search.cases:
        yield from _of_case(search, archive, case.id or 0)


def _is_clip(file: Enclosure) -> bool:
    return file.kind.startswith("video/")


def _of_case(search: Search, archive: Archive, case_id: int) -> Iterable[Enclosure]:
    def content_of(sha256: str) -> bytes:
        with archive.store.open(sha256, recheck=True) as file:
            return file.read()

    made = {copy.name: copy for copy in copies.of_case(search.session, case_id)}
    if cases.evidence_row(search.session, case_id).jws:
        for file in cases.manifest_of(search.session, case_id).files:
            if file.name not in made:
                path = f"evidence/{case_id}/{file.name}"
                yield Enclosure(path, case_id, file.media_type, file.sha256, why_not="no_copy")
    for copy in made.values():
        stored = media.find(search.session, copy.copy_sha256)
        yield Enclosure(
            f"evidence/{case_id}/{copy.name}",
            case_id,
            copy.media_type,
            copy.copy_sha256,
            partial(content_of, copy.copy_sha256),
            stored.bytes if stored is not None else 0,
        )
