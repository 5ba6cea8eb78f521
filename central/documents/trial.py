"""How papers would look on an edition of their form: as a PDF, and as one picture of its sheets, both marked
as being no paper.

The picture is made by this module as a process (`central.documents.process`), like the PDF by `render`.
"""

from functools import lru_cache
from io import BytesIO

from central.documents import process
from central.documents.checking import LIMITS, in_turn
from central.documents.render import Job, as_pdf
from central.documents.values import Edition
from central.documents.variants import IMAGES, sample
from central.errors import InvalidError

SCALE = 1.5
"""Dots of the picture for one point of the sheet: 892 across a sheet of A4."""

MOST_SHEETS = 4


def of_sample(kind: str, edition: Edition, source: str | None) -> Job:
    """The sample of a paper on an edition; `source` is its template, None for a packaged one."""
    paper = sample(kind).model_copy(update={"edition": edition})
    values = paper.model_dump(mode="json")
    return Job(kind=kind, template=edition.template, values=values, images=IMAGES, source=source, trial=True)


def on_edition(job: Job, edition: Edition, source: str | None) -> Job:
    """A paper that exists, as it would look on an edition."""
    values = {**job.values, "edition": edition.model_dump(mode="json")}
    changes = {"template": edition.template, "values": values, "source": source, "trial": True}
    return job.model_copy(update=changes)


def as_file(job: Job) -> bytes:
    """The PDF. Raises InvalidError, ConflictError."""
    return _made("central.documents.render", job)


@lru_cache(maxsize=16)
def picture_of_sample(kind: str, edition: Edition, source: str | None) -> bytes:
    """The sheets of the sample below each other (PNG). Raises InvalidError, ConflictError."""
    return _made("central.documents.trial", of_sample(kind, edition, source))


def _made(module: str, job: Job) -> bytes:
    try:
        return in_turn(module, job.model_dump_json().encode(), LIMITS)
    except process.EndedError as ended:
        raise InvalidError("form_preview", why=ended.told or ended.why) from None


def picture(pdf: bytes) -> bytes:
    """The first sheets of a PDF below each other (PNG)."""
    import pypdfium2
    from PIL import Image

    sheets = [page.render(scale=SCALE).to_pil() for page in list(pypdfium2.PdfDocument(pdf))[:MOST_SHEETS]]
    width, height = max(sheet.width for sheet in sheets), sum(sheet.height for sheet in sheets)
    whole = Image.new("L", (width, height), 255)
    top = 0
    for sheet in sheets:
        whole.paste(sheet.convert("L"), (0, top))
        top += sheet.height
    made = BytesIO()
    whole.save(made, "PNG")
    return made.getvalue()


def answer(task: bytes) -> bytes:
    """The picture of a job given as JSON, for `process.run`."""
    return picture(as_pdf(Job.model_validate_json(task)))
