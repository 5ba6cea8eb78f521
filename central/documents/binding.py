"""A case file as one PDF: its own pages, then those of every paper. Each paper is also attached to it byte
for byte, so that its signature can be checked.
"""

from collections.abc import Iterable
from io import BytesIO

from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject


def bind(cover: bytes, papers: Iterable[tuple[str, bytes]]) -> bytes:
    """The cover, followed by the pages of the papers, with the papers attached under their names.

    The cover's PDF/A metadata is kept. The signature fields of the papers are left out of the pages: a
    signature is valid for its own file, which is attached.
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
