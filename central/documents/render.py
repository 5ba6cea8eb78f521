"""Papers as PDF/A: a separate process reads values and writes a file, so that no request waits for
typesetting.

`python -m central.documents.render < job.json > paper.pdf`; the job is a `Job` as JSON. `rendered` starts
that process with a time limit. Two renderings of the same job give the same bytes.
"""

import base64
import os
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, ValidationError

from central.documents import phrases
from central.documents.values import MODELS, Paper
from central.errors import DomainError
from contract.canonical import sha256_hex

log = structlog.get_logger()

FOLDER = Path(__file__).parent / "templates"
VARIANT = "pdf/a-3u"
SECONDS = 60.0

TITLES = {
    "notice": "Thông báo vi phạm",
    "detection_result": "Kết quả thu thập",
    "record": "Biên bản vi phạm hành chính",
    "session_record": "Biên bản làm việc",
    "verification": "Biên bản xác minh",
    "explanation": "Biên bản giải trình",
    "decision": "Quyết định xử phạt vi phạm hành chính",
    "no_sanction": "Quyết định",
    "annulment": "Quyết định hủy bỏ",
    "correction": "Quyết định đính chính",
    "suspension": "Quyết định tạm đình chỉ",
    "deferral": "Quyết định hoãn thi hành",
    "reduction": "Quyết định giảm, miễn",
    "instalments": "Quyết định nộp tiền phạt nhiều lần",
    "enforcement": "Quyết định cưỡng chế",
    "complaint_taken_up": "Thông báo thụ lý khiếu nại",
    "complaint_not_taken_up": "Thông báo không thụ lý khiếu nại",
    "relief_refused": "Trả lời đề nghị hoãn, giảm, miễn, nộp tiền phạt nhiều lần",
    "complaint_settled": "Quyết định giải quyết khiếu nại",
    "refusal": "Biên bản không nhận quyết định",
    "transfer": "Phiếu chuyển",
    "handover": "Công văn chuyển",
    "commune_slip": "Phiếu chuyển Công an cấp xã",
    "reply": "Thông báo tiếp nhận, trả lại văn bản",
    "withdrawal": "Thông báo thu hồi",
    "points_notice": "Thông báo trừ điểm",
    "receipt": "Biên lai",
    "refund": "Chứng từ hoàn trả",
    "case_file": "Hồ sơ vụ việc",
    "report": "Báo cáo",
}


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
    """One paper to render: its kind, the template's version, its values, pictures by name (JPEG as
    base64)."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    template: str
    values: dict[str, Any]
    images: dict[str, str] = {}
    attachments: dict[str, str] = {}


def rendered(job: Job, seconds: float = SECONDS) -> bytes:
    """The PDF, from a process that is stopped after `seconds`.

    Raises:
        RenderError: it took too long, or the template failed.
    """
    command = [sys.executable, "-m", "central.documents.render"]
    try:
        done = subprocess.run(
            command, input=job.model_dump_json().encode(), capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise _failed(f"{job.template} took more than {seconds:g} s") from None
    except OSError as problem:
        raise _failed(f"{job.template}: the process did not start: {problem}") from problem
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        told = done.stderr.decode(errors="replace").strip().splitlines()
        raise _failed(f"{job.template}: {told[-1][:300] if told else 'no output'}")
    return done.stdout


def _failed(why: str) -> RenderError:
    log.warning("a paper could not be rendered", problem=why)
    return RenderError(why)


def as_html(job: Job) -> str:
    """The page before typesetting."""
    paper = MODELS[job.kind].model_validate(job.values)
    return _environment(job).get_template(f"{job.template}.html").render(**_context(job, paper))


def as_pdf(job: Job) -> bytes:
    """The PDF/A of a job, made in this process."""
    os.environ["SOURCE_DATE_EPOCH"] = str(int(_dated(job).timestamp()))
    from weasyprint import HTML, Attachment

    page = HTML(string=as_html(job), base_url=str(FOLDER))
    attachments = [
        Attachment(string=base64.b64decode(content), name=name, description=name)
        for name, content in job.attachments.items()
    ]
    made: bytes = page.write_pdf(pdf_variant=VARIANT, attachments=attachments)
    return made


def _dated(job: Job) -> datetime:
    return datetime.fromisoformat(str(job.values["dated"])).replace(tzinfo=UTC)


def _environment(job: Job) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    names = ("dong", "dong_in_words", "long_day", "short_day", "clock")
    environment.globals |= {name: getattr(phrases, name) for name in names}
    environment.globals |= {"qr": qr, "image": partial(_image, job.images)}
    return environment


def _context(job: Job, paper: Paper) -> dict[str, Any]:
    return {
        "paper": paper,
        "title": TITLES[job.kind],
        "template": job.template,
        "values_sha256": sha256_hex(paper.model_dump_json().encode()),
    }


def qr(link: str) -> Markup:
    """A QR code as SVG."""
    import segno

    return Markup(segno.make(link, error="m").svg_inline(scale=1, border=2))


def _image(images: dict[str, str], name: str) -> Markup:
    content = images.get(name)
    if content is None:
        return Markup("<p>{}</p>").format(f"(thiếu tệp {name})")
    return Markup('<img src="data:image/jpeg;base64,{}" alt="">').format(content)


def main() -> int:
    """Reads a job, writes a PDF."""
    try:
        sys.stdout.buffer.write(as_pdf(Job.model_validate_json(sys.stdin.buffer.read())))
    except ValidationError as problem:
        # Never include the values: the message goes into a table and a log.
        places = [".".join(map(str, error["loc"])) for error in problem.errors(include_input=False)]
        print(f"values don't fit: {', '.join(places)}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
