"""Is an uploaded template fit to be a form? Its text, its fields, its markup, and the paper it makes of
samples.

`problems_of` starts this module as a process with limits on time and memory, in which everything happens:
parsing, filling in, typesetting. What it finds is told by code and values, worded in `central.words`.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from io import BytesIO
from threading import BoundedSemaphore
from typing import ClassVar, Literal

from jinja2 import TemplateError, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError, UndefinedError
from pydantic import BaseModel, ConfigDict
from pypdf import PdfReader

from central.documents import process
from central.documents.fields import unknown_names
from central.documents.forms import packaged, source_of
from central.documents.render import Job, context
from central.documents.sandbox import PARTS, PaperEnvironment, UnknownFieldError, environment
from central.documents.values import Edition, Paper
from central.documents.variants import IMAGES, parts_of, variants
from central.errors import ConflictError

LIMITS = process.Limits(seconds=50.0, memory=2**30)
"""A check takes three seconds on an idle machine, ten times that on a busy one."""

LARGEST_PAGE = 2_000_000
"""Most characters of the filled-in page of a sample; packaged forms have ten thousand."""

MOST_SHEETS = 12
MOST_TOLD = 20
_SLOTS = BoundedSemaphore(2)
_PATIENCE = 15.0
_FIRST_LETTERS = 16

Code = Literal[
    "syntax", "deep", "name", "field", "part", "tag", "address", "forbidden", "fails", "missing", "long",
    "time", "memory",
]  # fmt: skip


class Problem(BaseModel):
    """What is wrong with a template: a code, and the values of its wording (`line` counts from 1)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Code
    values: dict[str, str | int] = {}


class Task(BaseModel):
    """A template to be checked as the form of a kind of paper."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    source: str
    edition: Edition


class Findings(BaseModel):
    """The answer of the process."""

    problems: tuple[Problem, ...]


class Unfit(Exception):  # noqa: N818 (no error of the program)
    """The template can't be used; nothing more can be found out about it."""

    def __init__(self, code: Code, **values: str | int) -> None:
        super().__init__(code, values)
        self.problem = Problem(code=code, values=values)


def problems_of(task: Task, limits: process.Limits = LIMITS) -> tuple[Problem, ...]:
    """Everything that is wrong with a template; empty if it can be used.

    Raises:
        ConflictError: other templates are being tried; later there is room.
    """
    try:
        answer = in_turn("central.documents.checking", task.model_dump_json().encode(), limits)
    except process.EndedError as ended:
        if ended.why == "failed":
            return (Problem(code="fails", values={"told": ended.told}),)
        return (Problem(code=ended.why),)
    return Findings.model_validate_json(answer).problems


def in_turn(module: str, task: bytes, limits: process.Limits = LIMITS) -> bytes:
    """The answer of a process that tries a template, two at a time. Raises EndedError, ConflictError."""
    if not _SLOTS.acquire(timeout=_PATIENCE):
        raise ConflictError("forms_busy")
    try:
        return process.run(module, task, limits)
    finally:
        _SLOTS.release()


def check(task: Task) -> list[Problem]:
    """The problems, found in this process."""
    found: list[Problem] = []
    try:
        found += _of_text(task)
        if not found:
            found += _of_samples(task)
    except Unfit as unfit:
        found.append(unfit.problem)
    except RecursionError:
        found.append(Problem(code="deep"))
    return found[:MOST_TOLD]


def _of_text(task: Task) -> list[Problem]:
    """Problems that its text shows."""
    name = f"{task.edition.template}.html"
    made = environment(IMAGES, task.source, name)
    try:
        tree = made.parse(task.source)
        unknown = unknown_names(tree, task.kind, set(made.globals))
    except TemplateSyntaxError as problem:  # includes unknown filters
        raise Unfit("syntax", line=problem.lineno, told=problem.message or "") from None
    found = [*_forbidden(tree), *_marked(task.source)]
    for line, field, near, part in unknown:
        code: Code = "field" if part else "name"
        found.append(Problem(code=code, values={"line": line, "name": field, "near": near}))
    return found


def _forbidden(tree: nodes.Template) -> Iterator[Problem]:
    for switch in tree.find_all((nodes.ScopedEvalContextModifier, nodes.EvalContextModifier)):
        yield Problem(code="forbidden", values={"line": switch.lineno, "told": "autoescape"})
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        wanted = node.template  # type: ignore[attr-defined]
        name = wanted.value if isinstance(wanted, nodes.Const) else "…"
        if name not in PARTS:
            allowed = ", ".join(PARTS)
            yield Problem(
                code="part", values={"line": node.lineno, "name": str(name)[:80], "allowed": allowed}
            )


class _Markup(HTMLParser):
    """Elements and attributes that have no place in a paper: what acts, what brings in something else."""

    REFUSED: ClassVar[frozenset[str]] = frozenset(
        ("script", "iframe", "frame", "frameset", "object", "embed", "applet", "noscript", "template", "slot",
         "form", "input", "button", "select", "textarea", "base", "audio", "video", "source", "track",
         "image", "use", "foreignobject")
    )  # fmt: skip
    ADDRESSES = ("http:", "https:", "mailto:", "tel:", "#")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes what is refused."""
        given = {name: value or "" for name, value in attrs}
        line = self.getpos()[0]
        if tag in self.REFUSED or (tag == "meta" and "http-equiv" in given):
            self.found.append((line, f"<{tag}>"))
        if tag == "link" and (given.get("rel"), given.get("href")) != ("stylesheet", "style.css"):
            self.found.append((line, "<link>"))
        self.found += [(line, f"{name}=") for name in given if name.startswith("on")]
        target = given.get("href", "").strip().lower()
        if tag == "a" and target and "{{" not in target and not target.startswith(self.ADDRESSES):
            self.found.append((line, f'href="{target[:60]}"'))


def _marked(text: str) -> list[Problem]:
    parser = _Markup()
    parser.feed(text)
    parser.close()
    return [Problem(code="tag", values={"line": line, "name": name}) for line, name in parser.found]


def _of_samples(task: Task) -> list[Problem]:
    """Problems that show when papers are made of samples."""
    samples = [paper.model_copy(update={"edition": task.edition}) for paper in variants(task.kind)]
    pages, read = _filled_in(task, samples, task.source)
    if too_long := [page for page in pages if len(page) > LARGEST_PAGE]:
        raise Unfit("long", n=len(too_long[0]))
    found = [Problem(code="tag", values={**p.values, "line": 0}) for page in pages for p in _marked(page)]
    if found:
        return _once(found)
    shipped = packaged(task.kind, samples[0].dated)
    first_edition = Task(kind=task.kind, source=source_of(shipped.template), edition=shipped)
    packaged_pages, needed = _filled_in(first_edition, samples, first_edition.source)
    missing = _outermost(needed - read)
    printed = _printed(samples[0], pages[0])
    missing |= _unprinted(samples[0], needed - missing, packaged_pages[0], printed)
    named = (path.replace("paper.edition.", "form.") for path in sorted(_outermost(missing)))
    return [Problem(code="missing", values={"name": path}) for path in named]


def _once(found: Iterable[Problem]) -> list[Problem]:
    seen: dict[str, Problem] = {}
    for problem in found:
        seen.setdefault(problem.model_dump_json(), problem)
    return list(seen.values())


def _filled_in(task: Task, samples: list[Paper], source: str) -> tuple[list[str], set[str]]:
    """The page of each sample, and the paths of the obligatory fields the template read."""
    name = f"{task.edition.template}.html"
    made = environment(IMAGES, source, name)
    pages = [_page(made, name, task, paper) for paper in samples]
    paths = {id(part): (part, path) for paper in samples for part, path in parts_of(paper)}
    read = set()
    for identity, field in made.read:
        part, path = paths.get(identity, (None, ""))
        stated_by_the_office = isinstance(part, Edition) and field != "code"
        if part is not None and type(part).model_fields[field].is_required() and not stated_by_the_office:
            read.add(f"{path}.{field}")
    return pages, read


def _page(made: PaperEnvironment, name: str, task: Task, paper: Paper) -> str:
    job = Job(kind=task.kind, template=task.edition.template, values={})
    try:
        return made.get_template(name).render(context(job, paper))
    except TemplateSyntaxError as problem:
        raise Unfit("syntax", line=problem.lineno, told=problem.message or "") from None
    except UnknownFieldError as unknown:
        raise Unfit("field", line=0, name=unknown.name, near=", ".join(unknown.part.model_fields)) from None
    except UndefinedError as problem:
        raise Unfit("name", line=0, name=problem.message or "", near="") from None
    except SecurityError as problem:
        raise Unfit("forbidden", line=0, told=str(problem)[:200]) from None
    except OverflowError:
        raise Unfit("forbidden", line=0, told="range(…)") from None
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as problem:
        raise Unfit("fails", told=f"{type(problem).__name__}: {problem}"[:200]) from None


def _outermost(paths: set[str]) -> set[str]:
    """Without those within another one: who leaves out `paper.owner` leaves out its name too."""
    return {path for path in paths if not any(path.startswith((f"{other}.", f"{other}[")) for other in paths)}


def _printed(paper: Paper, page: str) -> str:
    """The letters on the sheets of the sample. Raises Unfit."""
    from central.documents.typesetting import RefusedAddressError, typeset

    try:
        pdf = typeset(page, paper.dated, IMAGES, {})
    except RefusedAddressError as refused:
        raise Unfit("address", address=refused.address) from None
    sheets = PdfReader(BytesIO(pdf)).pages
    if len(sheets) > MOST_SHEETS:
        raise Unfit("long", n=len(sheets))
    return _letters(" ".join(sheet.extract_text() for sheet in sheets))


def _unprinted(paper: Paper, needed: set[str], packaged_page: str, printed: str) -> set[str]:
    """Obligatory texts that the packaged form prints and this one only reads (or hides)."""
    text = _Text()
    text.feed(packaged_page)
    shown = _letters("".join(text.found))
    missing = set()
    for part, path in parts_of(paper):
        for field in type(part).model_fields:
            value = getattr(part, field)
            begins = _letters(value)[:_FIRST_LETTERS] if isinstance(value, str) else ""
            if f"{path}.{field}" in needed and begins and begins in shown and begins not in printed:
                missing.add(f"{path}.{field}")
    return missing


class _Text(HTMLParser):
    """The text of a page, without its title."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        """Leaves the title out."""
        self._in_title = tag == "title"

    def handle_data(self, data: str) -> None:
        """Keeps it."""
        if not self._in_title:
            self.found.append(data)


def _letters(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def answer(task: bytes) -> bytes:
    """The findings on a task given as JSON, for `process.run`."""
    found = check(Task.model_validate_json(task))
    return Findings(problems=tuple(found)).model_dump_json().encode()
