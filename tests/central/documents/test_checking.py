"""Uploaded templates: what is packaged passes, what is wrong is told by name, what is hostile ends."""

from dataclasses import dataclass
from datetime import date

import pytest

from central.documents import process
from central.documents.checking import LIMITS, Problem, Task, check, problems_of
from central.documents.forms import packaged, source_of

DAY = date(2026, 11, 24)
KIND = "no_sanction"
HEADING = "<h1>QUYẾT ĐỊNH</h1>"
HEAD = {"paper.dated", "form.code", "paper.office.parent", "paper.office.place"}


def task(source: str | None = None, kind: str = KIND) -> Task:
    """A template as the form of a kind; without one the packaged."""
    edition = packaged(kind, DAY)
    return Task(kind=kind, source=source_of(edition.template) if source is None else source, edition=edition)


def changed(old: str, new: str, kind: str = KIND) -> Task:
    """The packaged form with a change that hits something."""
    source = source_of(packaged(kind, DAY).template)
    assert old in source
    return task(source.replace(old, new), kind)


def with_text(added: str) -> Task:
    """The packaged form with something below its heading."""
    return changed(HEADING, HEADING + added)


@pytest.mark.parametrize("kind", ["notice", "decision", "session_record", "case_file", "refund", KIND])
def test_what_is_packaged_passes(kind: str) -> None:
    assert check(task(kind=kind)) == []


@pytest.mark.parametrize(
    ("added", "code", "values"),
    [
        ("{{ paper.titel }}", "field", {"line": 4, "name": "paper.titel", "near": "title"}),
        ("{{ papr.title }}", "name", {"line": 4, "name": "papr", "near": "paper"}),
        ("{% if false %}{{ paper.x }}{% endif %}", "field", {"line": 4, "name": "paper.x", "near": ""}),
        ("{{ paper.signature.nme }}", "field", {"line": 4, "name": "paper.signature.nme", "near": "name"}),
        ("{{ paper.model_dump() }}", "field", {"line": 4, "name": "paper.model_dump", "near": ""}),
        ("{% if %}", "syntax", None),
        ("{{ 'x'|safe }}", "syntax", None),
        ("{{ 'x'|random }}", "syntax", None),
        ("{% autoescape false %}x{% endautoescape %}", "forbidden", {"line": 4, "told": "autoescape"}),
        ("{% include '/etc/passwd' %}", "part", None),
        ("{% include 'decision-1.html' %}", "part", None),
        ("{% set x = 'a' %}{% include x %}", "part", None),
        ("<script>alert(1)</script>", "tag", {"line": 4, "name": "<script>"}),
        ("<p onclick='x()'>x</p>", "tag", {"line": 4, "name": "onclick="}),
        ("<a href='javascript:x()'>x</a>", "tag", None),
        ("<iframe src='x'></iframe>", "tag", None),
        ("<link rel='attachment' href='file:///etc/passwd'>", "tag", None),
        ("<svg><image href='file:///etc/passwd'/></svg>", "tag", {"line": 4, "name": "<image>"}),
        ("{{ ''.__class__ }}", "forbidden", {"line": 0, "told": ".__class__"}),
        ("{{ qr.__globals__ }}", "forbidden", {"line": 0, "told": ".__globals__"}),
        ("{{ paper|attr('__class__') }}", "field", None),
        ("{{ [paper]|map(attribute='model_dump')|list }}", "field", None),
        ("{% set x = [] %}{{ x.append(1) }}", "forbidden", {"line": 0, "told": ".append"}),
        ("{% for x in range(10**9) %}x{% endfor %}", "forbidden", {"line": 0, "told": "**"}),
        ("{% for x in range(1000000000) %}x{% endfor %}", "forbidden", {"line": 0, "told": "range(…)"}),
        ("{{ 'a' * 1000000000 }}", "forbidden", {"line": 0, "told": "*"}),
        ("{{ '%0999999999d' % 1 }}", "forbidden", {"line": 0, "told": "%"}),
        ("{{ 1 // 0 }}", "fails", None),
        ("{% if true %}" * 3000 + "{% endif %}" * 3000, "deep", {}),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "deep", {}),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "deep", {}),
        ("<img src='file:///etc/passwd'>", "address", {"address": "file:///etc/passwd"}),
        ("<img src='http://192.0.2.1/x.png'>", "address", {"address": "http://192.0.2.1/x.png"}),
        ("<img src='decision-1.html'>", "address", None),
        ("<style>@import url('http://192.0.2.1/x.css');</style>", "address", None),
        ("<style>@font-face {font-family: x; src: url(file:///x)}</style><p>", "address", None),
        ("<p style='background: url(file:///etc/hostname)'>x</p>", "address", None),
        ("<img src='data:image/svg+xml;base64,PHN2Zy8+'>", "address", None),
        ("<p style='break-after: page'>x</p>" * 20, "long", {"n": 21}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_name(added: str, code: str, values: dict[str, str | int] | None) -> None:
    found = check(with_text(added))
    assert found
    assert found[0].code == code
    assert values is None or found[0].values == values


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        ("{{ letterhead(paper) }}", "", HEAD),
        ("{{ paper.signer.name }}", "", {"paper.signer.name"}),
        ("{% for text in paper.articles %}", "{% for text in [] %}", {"paper.articles"}),
        ("{{ signing(", '<div style="display: none">{{ signing(', {"paper.signature.name"}),
    ],
)  # fmt: skip
def test_obligatory_fields_that_are_not_printed_are_named(old: str, new: str, missing: set[str]) -> None:
    found = check(changed(old, new))
    assert {problem.values["name"] for problem in found} == missing
    assert {problem.code for problem in found} == {"missing"}


def test_a_code_for_the_portal_cannot_be_left_out_of_a_notice() -> None:
    found = check(changed('{{ portal(paper.portal, "Xem hình ảnh, trả lời") }}', "", "notice"))
    assert [problem.values for problem in found] == [{"name": "paper.portal.link"}]


@dataclass(frozen=True)
class Hostile:
    """What eats time or memory, and how it ends."""

    text: str
    codes: set[str]


@pytest.mark.parametrize(
    "hostile",
    [
        Hostile("{% for x in range(99999) %}{% for y in range(99999) %}{% endfor %}{% endfor %}", {"time"}),
        Hostile("{{ 'a'|center(999999999) }}", {"memory", "time"}),
        Hostile("{{ '%0999999999d'|format(1) }}", {"memory", "time", "fails"}),
        Hostile("<table><tr><td colspan='99999999'>x</td></tr></table>", {"memory", "time", "missing"}),
        Hostile("<div>" * 5000, {"deep", "memory", "time"}),
    ],
    ids=["loop", "text", "format", "table", "nesting"],
)
def test_what_eats_time_or_memory_is_ended(hostile: Hostile) -> None:
    limits = process.Limits(seconds=15.0, memory=LIMITS.memory)
    found = problems_of(with_text(hostile.text), limits)
    assert {problem.code for problem in found} <= hostile.codes
    assert found


@pytest.mark.parametrize(
    ("kind", "split"),
    [
        (KIND, "{{ paper.signature.name.split(' ')[1] }}"),
        (KIND, "{{ paper.signature.name.split(' ')[2] }}"),
        (KIND, "{% set family, middle, given = paper.signature.name.split(' ', 2) %}{{ given }}"),
        ("notice", "{{ paper.vehicle.plate.split('-')[1] }}"),
        ("notice", "{{ paper.act.place.split(',')[1] }}"),
    ],
)
def test_a_name_plate_or_place_that_is_taken_apart_is_found_at_upload(kind: str, split: str) -> None:
    (problem,) = check(changed("</h1>", f"</h1>{split}", kind))
    assert problem.code in ("name", "fails")


def test_a_check_in_its_process_finds_the_same() -> None:
    assert problems_of(with_text("<script></script>")) == (
        Problem(code="tag", values={"line": 4, "name": "<script>"}),
    )
