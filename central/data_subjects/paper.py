"""The summary for the person concerned as a paper (PDF): who they are here, cases, decisions, papers, what
they sent, who read it, and what is not in the file. The JSON beside it has everything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from central.data_subjects.masking import CITIZEN_SELF, OTHER
from central.documents.render import Job, rendered
from central.documents.values import LeadersReport, Office, Section, Table
from central.words.dictionary import Translate, translator, word_or
from central.words.forms import local_date, local_time, money
from central.words.languages import Language
from contract.local_time import local_day

MOST_LINES = 500
"""Most lines of each table; the JSON has all of them."""

_LONGEST = 300


@dataclass(frozen=True)
class Summary:
    """The collected data, and the language they are worded in."""

    content: Mapping[str, Any]
    language: Language

    @property
    def t(self) -> Translate:
        """A text."""
        return translator(self.language)

    def at(self, moment: datetime | None) -> str:
        """A moment as text."""
        return local_time(moment, self.language) if moment is not None else "–"

    def word(self, part: str, code: object) -> str:
        """A code as text."""
        return word_or(self.language, f"{part}.{code}", str(code)) if code else "–"

    def who(self, by: str) -> str:
        """A role, the person themselves, or somebody else."""
        return self.word("data_request.who" if by in (CITIZEN_SELF, OTHER) else "role", by)

    def section(self, name: str, heads: Sequence[str], lines: Sequence[tuple[str, ...]]) -> Section:
        """A table under its title; one line says so if it is empty."""
        t = self.t
        shown = tuple(tuple(cell[:_LONGEST] for cell in line) for line in lines[:MOST_LINES])
        none = (t("data_request.nothing"), *("" for _ in heads[1:]))
        more = t("data_request.more", n=len(lines) - MOST_LINES) if len(lines) > MOST_LINES else ""
        return Section(
            title=t(f"data_request.part.{name}"),
            table=Table(
                heads=tuple(t(f"data_request.head.{head}") for head in heads),
                words=len(heads),
                lines=shown or (none,),
                more=more,
            ),
        )


def as_pdf(content: Mapping[str, Any], office: Office, language: Language, now: datetime) -> bytes:
    """The PDF, typeset by the papers' own process within its time limit.

    Raises:
        RenderError: it took too long or failed.
    """
    return rendered(Job.of(paper_of(content, office, language, now)))


def paper_of(content: Mapping[str, Any], office: Office, language: Language, now: datetime) -> LeadersReport:
    """The content of the paper."""
    told = Summary(content, language)
    t, asked = told.t, content["asked_for"]
    request = content["request"]
    named = [t(f"data_request.of.{name}", value=value) for name, value in asked.items() if value]
    notes = [
        t("data_request.letter", reference=request["reference"], on=request["received_on"]),
        t("data_request.basis", basis=content["legal_basis"]),
        t("data_request.taken", at=now),
        t("data_request.masked"),
    ]
    if content["cases_of_others"]:
        notes.append(t("data_request.others", n=content["cases_of_others"]))
    return LeadersReport(
        office=office,
        number="…………/CCDL",
        dated=local_day(now),
        language=language,
        title=t("data_request.paper"),
        period="; ".join(named),
        notes=tuple(notes),
        sections=(*_about(told), *_sent(told), _readers(told), _files(told), _not_in_it(told)),
    )


def _about(told: Summary) -> tuple[Section, ...]:
    content = told.content
    facts = [
        (told.word("data_request.field", fact["field"]), fact["value"], fact["source"], told.at(fact["at"]))
        for person in content["persons"]
        for fact in person["facts"]
        if fact["ended_at"] is None
    ]
    cases = [
        (
            str(case["id"]),
            told.at(case["occurred_at"]),
            case["site_name"],
            told.word("rule", case["rule"]),
            case["plate"] or "–",
            told.word("state", case["state"]),
        )
        for case in content["cases"]
    ]
    decisions = [
        (
            row["number"],
            local_date(row["signed_on"], told.language),
            money(row["fine"], told.language),
            str(row["points"]),
            money(sum(payment["amount"] for payment in row["payments"]), told.language),
        )
        for row in content["decisions"]
    ]
    return (
        told.section("facts", ("field", "value", "source", "since"), facts),
        told.section("cases", ("case", "when", "where", "act", "plate", "state"), cases),
        told.section("decisions", ("number", "day", "fine", "points", "paid"), decisions),
    )


def _sent(told: Summary) -> tuple[Section, ...]:
    content = told.content
    papers = [
        (
            told.word("paper", paper["kind"]),
            paper["number"],
            local_date(paper["dated"], told.language),
            told.at(paper["sent_at"]),
        )
        for paper in content["papers"]
    ]
    letters = [
        (letter["number"], told.word("answer_kind", letter["kind"]), told.at(letter["at"]), letter["reply"])
        for letter in content["portal"]["submissions"]
    ]
    return (
        told.section("papers", ("kind", "number", "day", "sent"), papers),
        told.section("letters", ("number", "kind", "when", "reply"), letters),
    )


def _readers(told: Summary) -> Section:
    lines = [
        (
            told.who(reading["by"]),
            told.word("readings.kind", reading["data"]),
            told.at(reading["first"]),
            told.at(reading["last"]),
            str(reading["count"]),
            "; ".join(reading["purposes"]) or "–",
        )
        for reading in told.content["read_by"]
    ]
    return told.section("readers", ("who", "data", "first", "last", "count", "purpose"), lines)


def _files(told: Summary) -> Section:
    lines = [
        (
            row["file"],
            told.word("paper", row["kind"]) if row["file"].startswith("papers/") else row["kind"],
            told.word("data_request.no_file", row["left_out_because"]),
        )
        for row in told.content["files"]
    ]
    return told.section("files", ("file", "kind", "left_out"), lines)


def _not_in_it(told: Summary) -> Section:
    by_reason: dict[str, list[str]] = {}
    for row in told.content["not_included"]:
        by_reason.setdefault(row["reason"], []).append(row["table"])
    lines = [
        (told.word("data_request.why_not", reason), ", ".join(tables)) for reason, tables in by_reason.items()
    ]
    return told.section("not_in_it", ("why", "tables"), lines)
