"""Papers as PDF/A: a separate process reads values and writes a file, so that no request waits for
typesetting.

The process is given a `Job` as JSON and answers with the PDF; `rendered` starts it with limits on time and
memory. Two renderings of the same job give the same bytes.
"""

from datetime import date
from typing import Any, ClassVar

import structlog
from jinja2 import TemplateError
from pydantic import BaseModel, ConfigDict, ValidationError

from central.documents import process
from central.documents.forms import KINDS, packaged
from central.documents.sandbox import UnknownFieldError, environment
from central.documents.values import MODELS, Edition, LeadersReport, Paper
from central.errors import DomainError
from contract.canonical import sha256_hex

log = structlog.get_logger()

SECONDS = 60.0
MEMORY = 3 * 2**30
"""Bytes of address space. A case file with four pictures of 10 MB needs a third of it."""


class RenderError(DomainError):
    """A paper could not be rendered; `why` is for the log and the job, without the paper's content. Whoever
    asked for it is told that nothing was lost and what to do.
    """

    status: ClassVar[int] = 503
    code: ClassVar[str] = "paper_not_set"

    def __init__(self, why: str) -> None:
        super().__init__("pdf")
        self.why = why

    def __str__(self) -> str:
        return self.why


class Job(BaseModel):
    """One paper to render: its kind, the template's name, its values, pictures by name (JPEG as base64).

    `source` is the text of an uploaded template, None for a packaged one. `trial`: marked as not being a
    paper.
    """

    model_config = ConfigDict(extra="forbid")

    kind: str
    template: str
    values: dict[str, Any]
    images: dict[str, str] = {}
    attachments: dict[str, str] = {}
    source: str | None = None
    trial: bool = False

    @classmethod
    def of(cls, paper: LeadersReport) -> "Job":
        """A paper of the office itself, on the template it names."""
        return cls(kind=paper.kind, template=paper.template, values=paper.model_dump(mode="json"))


def rendered(job: Job, seconds: float = SECONDS, memory: int = MEMORY) -> bytes:
    """The PDF, from a process that is stopped after `seconds` of time or `memory` bytes.

    Raises:
        RenderError: it took too long or too much, or the template failed.
    """
    limits = process.Limits(seconds, memory)
    try:
        made = process.run("central.documents.render", job.model_dump_json().encode(), limits)
    except process.EndedError as ended:
        why = {
            "time": f" took more than {seconds:g} s",
            "memory": f" took more than {memory // 2**20} MiB of memory",
        }
        raise _failed(f"{job.template}{why.get(ended.why, f': {ended.told}')}") from None
    if not made.startswith(b"%PDF-"):
        raise _failed(f"{job.template}: no PDF")
    return made


def _failed(why: str) -> RenderError:
    log.warning("a paper could not be rendered", problem=why)
    return RenderError(why)


def as_html(job: Job) -> str:
    """The page before typesetting."""
    paper = MODELS[job.kind].model_validate(job.values)
    name = f"{job.template}.html"
    return environment(job.images, job.source, name).get_template(name).render(context(job, paper))


def as_pdf(job: Job) -> bytes:
    """The PDF/A of a job, made in this process."""
    from central.documents.typesetting import typeset

    dated = date.fromisoformat(str(job.values["dated"])[:10])
    return typeset(as_html(job), dated, job.images, job.attachments)


def context(job: Job, paper: Paper) -> dict[str, Any]:
    """What a template may use, besides the functions of the sandbox."""
    return {
        "paper": paper,
        "form": paper.edition or _form(job, paper.dated),
        "template": job.template,
        "values_sha256": sha256_hex(paper.frozen()),
        "trial": job.trial,
    }


def _form(job: Job, day: date) -> Edition:
    """The form of a paper that does not name its edition: the packaged one, none for a report."""
    if job.kind in KINDS:
        return packaged(job.kind, day)
    return Edition(code="", title="", basis="", template=job.template, sha256="")


def answer(task: bytes) -> bytes:
    """The PDF of a job given as JSON, for `process.run`. Raises RefusedError."""
    from central.documents.typesetting import RefusedAddressError

    try:
        return as_pdf(Job.model_validate_json(task))
    except ValidationError as problem:
        # Never include the values: the message goes into a table and a log.
        places = [".".join(map(str, error["loc"])) for error in problem.errors(include_input=False)]
        why = f"values don't fit: {', '.join(places)}"
    except RefusedAddressError as refused:
        why = f"the template asks for the address {refused.address!r}"
    except UnknownFieldError as unknown:
        why = f"the template asks for the field {unknown.name!r} of {unknown.part.__name__}"
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as problem:
        why = f"the template failed: {type(problem).__name__}"
    raise process.RefusedError(why)
