"""The report of a breach of personal data (Law 91/2025 Art. 23; NĐ 356/2025 Art. 28-29) as a paper: data
read, persons concerned, readers and period, from the audit log; facts known only to the unit are left to
be filled in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from central.accounts.service import names_by_username
from central.audit.breach import BreachReport, Reading
from central.audit.purposes import purpose_word
from central.cases.plates import shortened
from central.documents.render import Job, rendered
from central.documents.values import LeadersReport, Office, Section, Table
from central.parties import service as parties
from central.words.dictionary import Translate, translator, word_or
from central.words.forms import local_time
from central.words.languages import Language
from contract.local_time import local_day

MOST_LINES = 200
"""Most lines of each table; the CSV has the whole list."""

ANSWER_WITHIN = timedelta(hours=72)
_TO_FILL_IN = ("nature", "cause", "effects", "measures", "contact", "persons_told")


@dataclass(frozen=True)
class Told:
    """One breach report and everything needed to word it."""

    report: BreachReport
    language: Language
    people: Mapping[str, str]
    concerned: Mapping[int, set[int]]
    """The parties of each case that was read."""

    @classmethod
    def of(cls, session: Session, report: BreachReport, language: Language) -> "Told":
        """With the names and parties the centre has now."""
        concerned = parties.of_cases(session, report.numbers("case"))
        return cls(report, language, names_by_username(session), concerned)

    @property
    def t(self) -> Translate:
        """A text."""
        return translator(self.language)

    def moment(self, moment: datetime) -> str:
        """A moment as text."""
        return local_time(moment, self.language, seconds=True)

    def kinds(self, readings: Iterable[Reading]) -> str:
        """The kinds of data that were shown."""
        return ", ".join(sorted({self.t(f"readings.kind.{reading.data}") for reading in readings}))

    def purposes(self, readings: Iterable[Reading]) -> str:
        """The stated purposes."""
        said = set().union(*(reading.purposes for reading in readings))
        return "; ".join(sorted(purpose_word(purpose, self.language) for purpose in said))

    def reader(self, actor: str) -> str:
        """The reader: the person's name with the account."""
        kind, _, name = actor.partition(":")
        known = self.people.get(name) if kind == "user" else None
        return f"{known} ({name})" if known else self.thing(actor)

    def thing(self, subject: str) -> str:
        """`case:17` in readable form."""
        kind, _, number = subject.partition(":")
        number = shortened(number) if kind == "plate" else number
        return f"{word_or(self.language, f'subject.{kind}', kind)} {number}".strip()


def as_pdf(told: Told, office: Office, now: datetime) -> bytes:
    """The PDF, typeset by the papers' own process within its time limit: not for the inside of a transaction.

    Raises:
        RenderError: it took too long or failed.
    """
    return rendered(Job.of(paper_of(told, office, now)))


def paper_of(told: Told, office: Office, now: datetime) -> LeadersReport:
    """The content of the paper."""
    t, report = told.t, told.report
    return LeadersReport(
        office=office,
        number="…………/BC",
        dated=local_day(now),
        language=told.language,
        title=t("breach.title"),
        period=t("breach.window", first=report.first, until=report.until),
        notes=(t("breach.taken", at=now), t("breach.within", until=now + ANSWER_WITHIN)),
        sections=(_sums(told), _readers(told), _subjects(told), _to_fill_in(t)),
    )


def _sums(told: Told) -> Section:
    report, t = told.report, told.t
    persons = set().union(*told.concerned.values(), report.numbers("party"))
    lines = (
        ("readers", str(report.readers)),
        ("acts", str(sum(reading.count for reading in report.readings))),
        ("cases", str(report.subjects("case"))),
        ("persons", str(len(persons))),
        ("data", told.kinds(report.readings) or "–"),
    )
    table = Table(
        heads=(t("breach.what"), t("breach.is")),
        words=2,
        lines=tuple((t(f"breach.{name}"), value) for name, value in lines),
    )
    return Section(title=t("breach.sums"), table=table)


def _readers(told: Told) -> Section:
    t, by_reader = told.t, _by(told.report.readings, "actor")
    lines = [
        (
            told.reader(actor),
            told.kinds(found),
            told.moment(min(reading.first for reading in found)),
            told.moment(max(reading.last for reading in found)),
            told.purposes(found)[:300] or "–",
            str(len({reading.subject for reading in found})),
            str(sum(reading.count for reading in found)),
        )
        for actor, found in by_reader.items()
    ]
    heads = ("who", "data", "first", "last", "purpose", "subjects", "count")
    return Section(title=t("breach.by_whom"), table=_table(t, heads, 5, lines))


def _subjects(told: Told) -> Section:
    t = told.t
    lines = [
        (
            told.thing(subject),
            told.kinds(found),
            ", ".join(sorted({told.reader(reading.actor) for reading in found}))[:300],
            told.moment(min(reading.first for reading in found)),
            str(len(told.concerned.get(_number(subject), ()))) if subject.startswith("case:") else "–",
        )
        for subject, found in _by(told.report.readings, "subject").items()
    ]
    heads = ("subject", "data", "who", "first", "persons")
    return Section(title=t("breach.whose"), table=_table(t, heads, 4, lines))


def _to_fill_in(t: Translate) -> Section:
    lines = tuple((t(f"breach.fill.{name}"), "…" * 40) for name in _TO_FILL_IN)
    table = Table(heads=(t("breach.what"), t("breach.is")), words=2, lines=lines)
    return Section(title=t("breach.fill_in"), table=table)


def _by(readings: Sequence[Reading], name: str) -> dict[str, list[Reading]]:
    found: dict[str, list[Reading]] = {}
    for reading in readings:
        found.setdefault(getattr(reading, name), []).append(reading)
    return found


def _number(subject: str) -> int:
    number = subject.partition(":")[2]
    return int(number) if number.isdecimal() else 0


def _table(t: Translate, heads: tuple[str, ...], words: int, lines: Sequence[tuple[str, ...]]) -> Table:
    more = t("breach.more", n=len(lines) - MOST_LINES) if len(lines) > MOST_LINES else ""
    named = tuple(t(f"breach.{head}") for head in heads)
    return Table(heads=named, words=words, lines=tuple(lines[:MOST_LINES]), more=more)
