"""Forms that ship with the software, the first edition of each paper: `configs/law/forms.yaml` and the
templates beside this module.
"""

from datetime import date
from functools import cache

from central.documents.sandbox import FOLDER
from central.documents.values import Edition
from central.errors import NotFoundError
from configs.law_rows import Confidence
from configs.law_tables import form, forms
from contract.canonical import sha256_hex

KINDS: tuple[str, ...] = tuple(forms())
"""The papers that have a form, in the table's order."""


def known(kind: str) -> str:
    """The kind of paper, if it has a form. Raises NotFoundError."""
    if kind not in KINDS:
        raise NotFoundError("form_kind", kind=kind)
    return kind


def packaged(kind: str, day: date) -> Edition:
    """The packaged edition of a paper on that day."""
    row = form(kind, day)
    sha256 = sha256_hex(source_of(row.template).encode())
    return Edition(code=row.code, title=row.title, basis=row.basis, template=row.template, sha256=sha256)


def confidence(kind: str, day: date) -> Confidence:
    """How sure the packaged row of a paper is."""
    return form(kind, day).confidence


@cache
def source_of(template: str) -> str:
    """The text of a packaged template."""
    return (FOLDER / f"{template}.html").read_text(encoding="utf-8")
