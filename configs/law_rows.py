"""The rows of each law table (configs/law/*.yaml). Values only: queries are in `configs.law_tables`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from configs.refusals import refused

VehicleClass = Literal["car", "motorbike", "specialised"]
"""Vehicle classes of NĐ 168/2024: those of article 6, 7 or 8."""

Confidence = Literal["sure", "likely", "unsure"]
Unit = Literal["hours", "days", "working_days", "months", "years"]
Party = Literal["driver", "owner"]
Effect = Literal["mitigating", "aggravating"]

_Text = Annotated[str, Field(min_length=1)]
_Code = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
_Dong = Annotated[int, Field(gt=0)]


class Row(BaseModel):
    """A row of any table: unknown keys refused, immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DatedRow(Row):
    """A row that is in force from one day to another."""

    valid_from: date
    valid_to: date | None

    @model_validator(mode="after")
    def _in_order(self) -> "DatedRow":
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise refused(
                f"hết hiệu lực {self.valid_to} trước khi có hiệu lực {self.valid_from}",
                f"ends {self.valid_to} before it begins {self.valid_from}",
            )
        return self

    def holds(self, day: date) -> bool:
        """True if the row is in force on that day (both ends included)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def overlaps(self, other: "DatedRow") -> bool:
        """True if there is a day on which both are in force."""
        last, others_last = self.valid_to or date.max, other.valid_to or date.max
        return self.valid_from <= others_last and other.valid_from <= last


class Act(Row):
    """An act (hành vi vi phạm) in words; its fine depends on the vehicle and is in `Offence`."""

    act: _Code
    name_vi: _Text
    name_en: _Text


class Finding(Row):
    """The acts a node's finding may be: `acts` by the evidence alone, `officer` only with an officer's
    reason."""

    rule: _Code
    facts: dict[str, tuple[str, ...]] = {}
    acts: tuple[str, ...]
    officer: tuple[str, ...] = ()

    def agrees(self, facts: dict[str, str]) -> bool:
        """True if every fact the row requires is present with one of its values."""
        return all(facts.get(name) in values for name, values in self.facts.items())


class Offence(DatedRow):
    """An act by a class of vehicle: fine band in dong for an individual, licence points, article.

    `article` is Điều.khoản[.điểm] of the decree; `confiscation` the article by which the plate is
    confiscated.
    """

    act: _Code
    vehicle: VehicleClass
    code: _Text
    article: Annotated[str, Field(pattern=r"^\d+\.\d+(\.[a-zđ])?$")]
    fine_min: _Dong
    fine_max: _Dong
    points: Annotated[int, Field(ge=0, le=12)]
    place: Literal["any", "ordinary", "expressway"] = "any"
    party: Party = "driver"
    confiscation: str | None = None
    amended: str | None = None
    note: str | None = None
    confidence: Confidence
    source: _Code

    @model_validator(mode="after")
    def _band(self) -> "Offence":
        if self.fine_min >= self.fine_max:
            raise refused(
                f"fine_min {self.fine_min} không nhỏ hơn fine_max {self.fine_max}",
                f"fine_min {self.fine_min} is not below fine_max {self.fine_max}",
            )
        return self

    @property
    def legal_basis(self) -> str:
        """The article as cited in documents."""
        article, clause, *point = self.article.split(".")
        words = f"NĐ 168/2024/NĐ-CP, Điều {article}, khoản {clause}"
        words += f", điểm {point[0]}" if point else ""
        return f"{words} (sửa đổi bởi {self.amended})" if self.amended else words

    @property
    def usual_fine(self) -> int:
        """The middle of the band: the fine without circumstances (Law on Admin. Violations, Art. 23.4)."""
        return (self.fine_min + self.fine_max) // 2


class Deadline(DatedRow):
    """A deadline (thời hạn): `amount` of `unit` from the event `counted_from`, met by the event `met_by`."""

    code: _Code
    name_vi: _Text
    name_en: _Text
    amount: Annotated[int, Field(gt=0)]
    unit: Unit
    counted_from: _Code
    met_by: _Code
    whose: Literal["authority", "citizen", "system"] = "authority"
    rolls: bool | None = None
    only_after: _Code | None = None
    instead_of: _Code | None = None
    legal_basis: _Text
    confidence: Confidence
    source: _Code

    @property
    def rolls_on(self) -> bool:
        """Whether a last day that is not a working day moves to the next one: for citizens, unless the row
        says no."""
        return self.whose == "citizen" if self.rolls is None else self.rolls


class Day(Row):
    """A public holiday on a weekday, or a Saturday worked instead of another day."""

    day: date
    name: _Text
    confidence: Confidence


class Signer(DatedRow):
    """What holders of a title may sign; `acts` names the closed list they are limited to."""

    title: _Code
    name_vi: _Text
    name_en: _Text
    limit: _Dong
    licence: bool
    acts: _Code | None = None
    confidence: Confidence


class Sanctions(DatedRow):
    """Rules around the band: factors, thresholds, late fee. Amounts in dong."""

    organisation_factor: Annotated[int, Field(ge=1)]
    area_factor: Annotated[float, Field(ge=1)]
    area_factor_max: Annotated[float, Field(ge=1)]
    minor_share_percent: Annotated[int, Field(ge=0, le=100)]
    sanctioned_from_age: int = 14
    fined_from_age: int
    adult_age: int
    explain_from: _Dong
    explain_from_organisation: _Dong
    late_fee_per_100k_per_day: Annotated[int, Field(ge=0)]
    late_fee_without_proof_days: int
    defer_from: _Dong
    defer_from_organisation: _Dong
    instalments_from: _Dong
    instalments_from_organisation: _Dong
    instalments_most: int
    first_instalment_percent: Annotated[int, Field(ge=0, le=100)]
    legal_basis: _Text
    confidence: Confidence
    source: _Text


class Circumstance(Row):
    """A mitigating or aggravating circumstance (tình tiết giảm nhẹ, tăng nặng), Law Art 9 and 10."""

    code: _Text
    effect: Effect
    text_vi: _Text
    text_en: _Text
    confidence: Confidence


class Reason(Row):
    """A reason for ending a case."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    text_vi: _Text
    text_en: _Text
    attributable_to: Literal["device", "ocr", "model", "scene", "legal", "registry", "operator"]
    stage: Literal["operator", "officer", "both", "proceedings"]
    note_required: bool


class ActsTable(Row):
    """acts.yaml."""

    acts: tuple[Act, ...]
    findings: tuple[Finding, ...]


class OffencesTable(Row):
    """offences.yaml."""

    sources: dict[str, str]
    offences: tuple[Offence, ...]


class DeadlinesTable(Row):
    """deadlines.yaml."""

    sources: dict[str, str]
    deadlines: tuple[Deadline, ...]


class HolidaysTable(Row):
    """holidays.yaml."""

    holidays: tuple[Day, ...]
    worked_days: tuple[Day, ...]


class SignersTable(Row):
    """signers.yaml."""

    signers: tuple[Signer, ...]
    lists: dict[str, tuple[str, ...]]


class SanctionsTable(Row):
    """sanctions.yaml."""

    sanctions: tuple[Sanctions, ...]
    circumstances: tuple[Circumstance, ...]


class ReasonsTable(Row):
    """reasons.yaml."""

    reasons: tuple[Reason, ...]


class FormRow(DatedRow):
    """A paper's form (mẫu): the code printed at its head, its title, its legal basis, its template."""

    paper: _Code
    code: str
    title: _Text
    basis: str
    template: _Text
    confidence: Confidence


class FormsTable(Row):
    """Forms that ship with the software (forms.yaml)."""

    forms: tuple[FormRow, ...]
