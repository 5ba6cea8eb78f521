"""The law as dated data (configs/law/*.yaml): acts, fines, deadlines, signing powers.

A `LawBook` is one set of tables. The shipped one is `shipped()`; the centre may have newer tables that a
lawyer activated (`central.law`). A day is a day in Vietnam; an aware datetime given instead is converted to
that zone first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel

from configs.law_calendar import WorkingCalendar, calendar_of
from configs.law_rows import (
    Act,
    ActsTable,
    Circumstance,
    DatedRow,
    Day,
    Deadline,
    DeadlinesTable,
    Finding,
    FormRow,
    FormsTable,
    HolidaysTable,
    Offence,
    OffencesTable,
    Party,
    Reason,
    ReasonsTable,
    Sanctions,
    SanctionsTable,
    Signer,
    SignersTable,
    VehicleClass,
)
from configs.loading import Location, load_yaml
from configs.wording import Words, plain
from contract.local_time import local_day
from contract.vehicles import VehicleKind

FOLDER = Path(__file__).parent / "law"

OffenceRule = str
"""Name of a rule descriptor, or `plate_mismatch` for an operator's finding about a plate."""

TableName = Literal["acts", "offences", "deadlines", "holidays", "signers", "sanctions", "reasons"]


class LawError(LookupError):
    """The tables have no entry for the request; the message says which."""


class UnfitTableError(LawError):
    """A table does not fit the others; `problems` tells every reason in both languages, a line each."""

    def __init__(self, problems: Iterable[Words]) -> None:
        told = tuple(problems)
        self.problems = plain("\n".join(one.vi for one in told), "\n".join(one.en for one in told))
        super().__init__(self.problems.en)


@dataclass(frozen=True)
class Scene:
    """Facts besides the vehicle that decide the article: facts of the finding (None: an operator named the
    rule, and nothing was measured), the road, whether it led to an accident."""

    facts: Mapping[str, str] | None = field(default_factory=dict)
    expressway: bool = False
    accident: bool = False


@dataclass(frozen=True)
class Option:
    """An offence a case may be charged with. `proven`: by the evidence alone, else an officer must give a
    reason."""

    offence: Offence
    act: Act
    proven: bool


@dataclass(frozen=True)
class LawBook:
    """One set of law tables."""

    acts_table: ActsTable
    offences_table: OffencesTable
    deadlines_table: DeadlinesTable
    holidays_table: HolidaysTable
    signers_table: SignersTable
    sanctions_table: SanctionsTable
    reasons_table: ReasonsTable

    @cached_property
    def acts(self) -> dict[str, Act]:
        """Acts by code."""
        return {act.act: act for act in self.acts_table.acts}

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """The working days."""
        table = self.holidays_table
        return calendar_of((day.day for day in table.holidays), (day.day for day in table.worked_days))

    @cached_property
    def circumstances(self) -> dict[str, Circumstance]:
        """Circumstances by article."""
        return {row.code: row for row in self.sanctions_table.circumstances}

    @cached_property
    def reasons(self) -> dict[str, Reason]:
        """Reasons by code, in display order."""
        return {row.code: row for row in self.reasons_table.reasons}

    def offences(self, at: date) -> tuple[Offence, ...]:
        """Every offence in force on that day."""
        return tuple(_holding(self.offences_table.offences, local_day(at)))

    def deadlines(self, at: date) -> dict[str, Deadline]:
        """The deadlines in force on that day, by code."""
        return {row.code: row for row in _holding(self.deadlines_table.deadlines, local_day(at))}

    def sanctions(self, at: date) -> Sanctions:
        """The sanction rules in force on that day. Raises LawError."""
        day = local_day(at)
        for row in _holding(self.sanctions_table.sanctions, day):
            return row
        raise LawError(f"no rules for amounts on {day:%d/%m/%Y} in the table `sanctions`")

    def signer(self, title: str, at: date) -> Signer:
        """What holders of the title may sign on that day. Raises LawError."""
        day = local_day(at)
        for row in _holding(self.signers_table.signers, day):
            if row.title == title:
                return row
        raise LawError(f"no power to sign for {title!r} on {day:%d/%m/%Y} in the table `signers`")

    def in_list(self, name: str, article: str) -> bool:
        """True if the closed list contains the article, or the whole clause it belongs to."""
        return any(
            article == item or article.startswith(item + ".") for item in self.signers_table.lists[name]
        )

    def finding(self, rule: str, facts: Mapping[str, str] | None) -> Finding | None:
        """The acts a finding of the rule with these facts may be; without facts any act of the rule, but only
        with an officer's reason."""
        rows = [row for row in self.acts_table.findings if row.rule == rule]
        if facts is not None:
            return next((row for row in rows if row.agrees(dict(facts))), None)
        every = dict.fromkeys(act for row in rows for act in (*row.acts, *row.officer))
        return Finding(rule=rule, acts=(), officer=tuple(every)) if rows else None

    def options(
        self,
        rule: str,
        vehicle: VehicleClass | None,
        at: date,
        scene: Scene = Scene(),
        party: Party = "driver",
    ) -> tuple[Option, ...]:
        """The offences a case may be charged with on that day: proven ones first, of each the lowest fine
        first.

        The first is the default if it is proven. Empty if nothing can be charged (a bicycle, a day before the
        tables begin, a rule without a row).
        """
        row = self.finding(rule, scene.facts)
        if row is None or vehicle is None:
            return ()
        day = local_day(at)
        if scene.accident:
            return tuple(self._of_acts(("accident",), vehicle, day, scene, "driver", proven=False))
        proven = self._of_acts(row.acts, vehicle, day, scene, party, proven=True)
        return (*proven, *self._of_acts(row.officer, vehicle, day, scene, party, proven=False))

    def _of_acts(
        self,
        acts: Iterable[str],
        vehicle: VehicleClass,
        day: date,
        scene: Scene,
        party: Party,
        *,
        proven: bool,
    ) -> list[Option]:
        wanted = set(acts)
        rows = [
            row
            for row in _holding(self.offences_table.offences, day)
            if (row.vehicle, row.party) == (vehicle, party) and row.act in wanted and _at_place(row, scene)
        ]
        rows.sort(key=lambda row: (row.fine_max, row.points, row.code))
        return [Option(row, self.acts[row.act], proven) for row in rows]


def _at_place(row: Offence, scene: Scene) -> bool:
    return row.place == "any" or (row.place == "expressway") == scene.expressway


def vehicle_class(kind: VehicleKind) -> VehicleClass | None:
    """The class a picture suggests, until the register gives it: None for bicycles, which have no plate to
    charge."""
    if kind is VehicleKind.BICYCLE:
        return None
    return "motorbike" if kind.is_motorbike else "car"


MODELS: dict[TableName, type[BaseModel]] = {
    "acts": ActsTable,
    "offences": OffencesTable,
    "deadlines": DeadlinesTable,
    "holidays": HolidaysTable,
    "signers": SignersTable,
    "sanctions": SanctionsTable,
    "reasons": ReasonsTable,
}
"""The model of each table file."""


@cache
def shipped() -> LawBook:
    """The tables that ship with the software. Raises ConfigError if they were damaged."""
    return book_of({name: read_table(FOLDER / f"{name}.yaml", name) for name in MODELS})


def read_table(path: Path, name: TableName) -> BaseModel:
    """One table from a file. Raises ConfigError with every problem: unknown keys, bad values, overlapping
    rows."""
    return load_yaml(path, MODELS[name], _problems_within)


def book_of(tables: Mapping[TableName, BaseModel]) -> LawBook:
    """A book of consistent tables.

    Raises:
        UnfitTableError: a table names an act, deadline or list that another does not have.
    """
    book = LawBook(**{f"{name}_table": tables[name] for name in MODELS})  # type: ignore[arg-type]
    if problems := list(_problems_between(book)):
        raise UnfitTableError(problems)
    return book


def _problems_within(table: BaseModel) -> Iterable[tuple[Location, Words]]:
    """Rows that answer the same query on the same day."""
    for name, rows in table:
        if not isinstance(rows, tuple) or not rows or not isinstance(rows[0], DatedRow):
            continue
        seen: dict[tuple[object, ...], list[tuple[int, DatedRow]]] = {}
        for place, row in enumerate(rows):
            others = seen.setdefault(_question(row), [])
            for earlier, other in others:
                if row.overlaps(other):
                    yield (
                        (name, place),
                        plain(
                            f"có hiệu lực trong những ngày mà dòng {earlier} cũng có hiệu lực",
                            f"holds on days on which row {earlier} holds too",
                        ),
                    )
            others.append((place, row))


def _question(row: DatedRow) -> tuple[object, ...]:
    match row:
        case Offence():
            return ("offence", row.act, row.vehicle, row.place, row.party)
        case Deadline():
            return ("deadline", row.code)
        case Signer():
            return ("signer", row.title)
        case FormRow():
            return ("form", row.paper)
    return ("sanctions",)


def _problems_between(book: LawBook) -> Iterable[Words]:
    for finding in book.acts_table.findings:
        for act in (*finding.acts, *finding.officer):
            if act not in book.acts:
                yield plain(
                    f"acts: phát hiện {finding.rule} nêu hành vi không có trong bảng: {act}",
                    f"acts: the finding of {finding.rule} names the unknown act {act}",
                )
    for offence in book.offences_table.offences:
        if offence.act not in book.acts:
            yield plain(
                f"offences: {offence.code} thuộc hành vi không có trong bảng: {offence.act}",
                f"offences: {offence.code} is of the unknown act {offence.act}",
            )
        if offence.source not in book.offences_table.sources:
            yield plain(
                f"offences: {offence.code} dẫn nguồn không có trong bảng: {offence.source}",
                f"offences: {offence.code} has the unknown source {offence.source}",
            )
    codes = {deadline.code for deadline in book.deadlines_table.deadlines}
    for deadline in book.deadlines_table.deadlines:
        if deadline.instead_of is not None and deadline.instead_of not in codes:
            yield plain(
                f"deadlines: {deadline.code} thay cho thời hạn không có trong bảng: {deadline.instead_of}",
                f"deadlines: {deadline.code} stands instead of the unknown {deadline.instead_of}",
            )
    yield from _stages_without_reasons(book)
    for signer in book.signers_table.signers:
        if signer.acts is not None and signer.acts not in book.signers_table.lists:
            yield plain(
                f"signers: {signer.title} gắn với danh mục không có trong bảng: {signer.acts}",
                f"signers: {signer.title} is bound to the unknown list {signer.acts}",
            )


def _stages_without_reasons(book: LawBook) -> Iterable[Words]:
    stages = {row.stage for row in book.reasons.values()}
    for stage in ("operator", "officer", "proceedings"):
        if stage not in stages and (stage == "proceedings" or "both" not in stages):
            yield plain(
                f"reasons: không còn lý do nào cho bước {stage}",
                f"reasons: no reason is left for the stage {stage}",
            )


def offences(at: date) -> tuple[Offence, ...]:
    """Every offence of the shipped tables in force on that day."""
    return shipped().offences(at)


def deadlines(at: date) -> dict[str, Deadline]:
    """The deadlines of the shipped tables in force on that day, by code."""
    return shipped().deadlines(at)


def holidays() -> tuple[Day, ...]:
    """Public holidays on weekdays of the shipped tables, in order."""
    return shipped().holidays_table.holidays


def reasons() -> dict[str, Reason]:
    """Reasons of the shipped tables by code, in display order."""
    return shipped().reasons


@cache
def forms() -> dict[str, tuple[FormRow, ...]]:
    """The forms that ship with the software, of each paper the oldest first. Newer editions are uploaded
    (`central.documents.editions`), each with its template, and so are no table of the book.
    """
    rows: dict[str, tuple[FormRow, ...]] = {}
    for row in sorted(load_yaml(FOLDER / "forms.yaml", FormsTable, _problems_within).forms, key=_begins):
        rows[row.paper] = (*rows.get(row.paper, ()), row)
    return rows


def form(paper: str, at: date) -> FormRow:
    """The shipped form of a paper on that day; before the first one, the first."""
    rows = forms()[paper]
    return next((row for row in reversed(rows) if row.valid_from <= at), rows[0])


def _begins(row: DatedRow) -> date:
    return row.valid_from


RowT = TypeVar("RowT", bound=DatedRow)


def _holding(rows: Iterable[RowT], day: date) -> list[RowT]:
    return [row for row in rows if row.holds(day)]
