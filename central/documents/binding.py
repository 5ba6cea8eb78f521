"""A case file as one PDF: its own pages, then those of every paper. Each paper also lies in it to the byte,
so that its signature can be checked."""

from collections.abc import Iterable
from io import BytesIO

from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject


def bind(cover: bytes, papers: Iterable[tuple[str, bytes]]) -> bytes:
    """The cover with the pages of the papers behind it, the papers attached under their names.

    The cover's marks as PDF/A stay. The fields of the papers' signatures are left out of the pages: a
    signature holds for its own file, which is attached.
    """
    writer = PdfWriter(clone_from=BytesIO(cover))
    for name, content in papers:
        for page in PdfReader(BytesIO(content)).pages:
            added = writer.add_page(page)
            if "/Annots" in added:
                del added["/Annots"]
        attached = writer.add_attachment(name, content)
        attached.pdf_object[NameObject("/AFRelationship")] = NameObject("/Source")
    made = BytesIO()
    writer.write(made)
    return made.getvalue()
