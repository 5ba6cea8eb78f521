"""Details of a step besides its day and reason, one model per action: forms and the API are generated from
these.

A step without a model needs nothing more. Texts are stripped; an empty one counts as not given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from central.errors import InvalidError
from central.parties.service import Details
from central.values import Day, DayOfLife, LocalMoment, Reference, Text

Line = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Long = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=3000)]
Dong = Annotated[int, Field(ge=0, le=10**11)]


class Particulars(BaseModel):
    """Nothing more than day and reason."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Result(Particulars):
    """The device user's own conclusion; without it the act as the law words it."""

    conclusion: Long | None = None


class Appointment(Particulars):
    """When the owner is asked to come; without it a working day within three weeks."""

    come_at: LocalMoment | None = None


class Sending(Particulars):
    """How a paper goes out; `reference`: the number of the post's item."""

    how: Literal["post", "in_person", "electronic"] = "post"
    reference: Line | None = None


class Delivery(Particulars):
    """What proves that a paper was handed over: the post's item, who signed, the electronic receipt."""

    proof: Line | None = None


class Unit(Particulars):
    """The unit a paper is written to."""

    unit: Line


class Slip(Particulars):
    """Which commune's police hands the notice over (Mẫu 04); of an overdue fine nobody is written to."""

    unit: Line | None = None


class SlipAnswer(Particulars):
    """What the commune's police wrote on the slip that came back (Mẫu 04); `to_whom`: who has the vehicle
    now."""

    slip: Literal["handed_over", "not_resident", "sold", "given", "lent"]
    to_whom: Line | None = None


class Requalification(Particulars):
    """The row of the law that the act is under instead."""

    law_code: Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class Confiscation(Particulars):
    """The minutes (biên bản tịch thu) by which the plate was taken: their number, who keeps it."""

    minutes: Line
    kept_by: Line | None = None


class Evasion(Particulars):
    """The paper that proves the evasion."""

    evasion_proof: Line


class Handing(Particulars):
    """The commune's police or another unit takes the case over, because the person lives there."""

    to: Literal["commune", "unit"]
    unit: Line
    residence: Literal["elsewhere", "other_province"]


class SessionNotes(Particulars):
    """What was asked, answered and shown in a session."""

    content: Long
    shown: Line | None = None
    requests: Long | None = None


class Explanation(Particulars):
    """What the person explains, in their words."""

    content: Long


class Hearing(Particulars):
    """When and where a hearing is."""

    at: LocalMoment
    where: Line


class RecordNotes(Particulars):
    """What only those present can say for the record (biên bản)."""

    statement: Long | None = None
    witness: Line | None = None
    witness_statement: Long | None = None
    damage: Line | None = None
    measures: Line | None = None
    deliver_to: Line | None = None


class Unsigned(Particulars):
    """Who confirms that the person did not sign: a commune's representative or a witness."""

    witness: Line | None = None


class Person(Particulars):
    """A person or organisation as somebody enters them, and where that is known from."""

    kind: Literal["person", "organisation"] = "person"
    name: Line
    identity: Line
    address: Line | None = None
    phone: Line | None = None
    birth: DayOfLife | None = None
    licence_number: Line | None = None
    licence_class: Line | None = None
    representative: Line | None = None
    source: Line

    def details(self) -> Details:
        """As `central.parties` takes them."""
        return Details.model_validate(self.model_dump(exclude={"source"}))


class Violator(Particulars):
    """Who is to be fined."""

    violator_as: Literal["owner", "driver"]


class Terms(Particulars):
    """A decision as proposed: circumstances (articles), a fine for each act in the order of the cases."""

    circumstances: tuple[Line, ...] = ()
    fines: tuple[Dong, ...] | None = None
    with_cases: tuple[Reference, ...] = ()


class Asking(Particulars):
    """Which relief a person asks for."""

    relief: Literal["deferral", "reduction", "instalments"]


class Deferral(Particulars):
    """Until when a fine is deferred."""

    until: Day


class Reduction(Particulars):
    """To how much a fine is reduced, in dong; 0 exempts."""

    reduced_to: Dong


class Instalments(Particulars):
    """The parts of a fine and when each is due."""

    first_amount: Dong
    first_due: Day
    second_amount: Dong
    second_due: Day
    third_amount: Dong | None = None
    third_due: Day | None = None

    def parts(self) -> tuple[dict[str, Any], ...]:
        """Amounts with their days."""
        found: list[tuple[date | None, int | None]] = [
            (self.first_due, self.first_amount),
            (self.second_due, self.second_amount),
            (self.third_due, self.third_amount),
        ]
        return tuple({"due": day.isoformat(), "amount": amount} for day, amount in found if day and amount)


class Signature(Particulars):
    """By which of their powers a signer signs, by its number in the register; without it the first of theirs
    that reaches."""

    power: Reference | None = None


class Money(Particulars):
    """Money that came in or went back: under which reference the other side knows it, through whom."""

    amount: Annotated[int, Field(gt=0, le=10**11)]
    reference: Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    source: Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class Points(Particulars):
    """How many points the licence had before."""

    before: Annotated[int, Field(ge=0, le=12)] | None = None


MODELS: dict[str, type[Particulars]] = {
    "sign_result": Result,
    "draw_notice": Appointment,
    "send_notice": Sending,
    "send_decision": Sending,
    "send_enforcement": Sending,
    "deliver": Delivery,
    "transfer": Handing,
    "hand_over": Unit,
    "raise_alert": Slip,
    "note_slip": SlipAnswer,
    "propose_requalification": Requalification,
    "carry_out_confiscation": Confiscation,
    "restart_enforcement": Evasion,
    "find_owner": Person,
    "replace_owner": Person,
    "name_driver": Person,
    "identify_violator": Violator,
    "open_session": SessionNotes,
    "explain": Explanation,
    "hear": Explanation,
    "set_hearing": Hearing,
    "make_record": RecordNotes,
    "leave_record_unsigned": Unsigned,
    "propose_decision": Terms,
    "sign_decision": Signature,
    "ask_relief": Asking,
    "defer": Deferral,
    "reduce": Reduction,
    "grant_instalments": Instalments,
    "pay_part": Money,
    "pay_in_full": Money,
    "pay_back": Money,
    "deduct_points": Points,
}
"""What belongs to which action."""


def read(action: str, values: Mapping[str, Any]) -> Particulars:
    """What came with a step, checked; empty texts are left out.

    Raises:
        InvalidError: a value is missing, wrong, or does not belong to this step.
    """
    filled = {name: _filled(value) for name, value in values.items()}
    given = {name: value for name, value in filled.items() if value not in ("", None, [])}
    try:
        return MODELS.get(action, Particulars).model_validate(given)
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False)[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        reason = "particular_missing" if first["type"] == "missing" else "particular"
        raise InvalidError(reason, field=field, particular=field) from None


def _filled(value: Any) -> Any:
    """A form sends an empty text for each field of a list that nobody filled in."""
    return [each for each in value if each != ""] if isinstance(value, list) else value


Kind = Literal["text", "long", "date", "moment", "number", "choice", "several"]


@dataclass(frozen=True)
class FieldShape:
    """One field of a step's form; `options` of a choice."""

    name: str
    kind: Kind
    required: bool
    options: tuple[str, ...] = ()
    largest: int | None = None


def fields_of(action: str) -> tuple[FieldShape, ...]:
    """The fields of a step's form, in the order people fill them in."""
    model = MODELS.get(action, Particulars)
    return tuple(
        _shape(name, info.annotation, info.metadata, required=info.is_required())
        for name, info in model.model_fields.items()
    )


def _shape(name: str, annotation: Any, metadata: list[Any], *, required: bool) -> FieldShape:
    plain, inner = _plain(annotation)
    most = next((m.max_length for m in (*metadata, *inner) if getattr(m, "max_length", None)), None)
    if get_origin(plain) is Literal:
        return FieldShape(name, "choice", required, get_args(plain))
    if get_origin(plain) is tuple:
        return FieldShape(name, "several", required)
    kinds: dict[Any, Kind] = {int: "number", date: "date", datetime: "moment"}
    if plain in kinds:
        return FieldShape(name, kinds[plain], required)
    return FieldShape(name, "long" if most and most > 300 else "text", required, largest=most)


def _plain(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """The bare type of `X | None` and of `Annotated[X, …]`, with what was annotated."""
    if get_origin(annotation) is UnionType or type(None) in get_args(annotation):
        annotation = next(each for each in get_args(annotation) if each is not NoneType)
    if hasattr(annotation, "__metadata__"):
        return annotation.__origin__, annotation.__metadata__
    return annotation, ()
