"""Content of papers: one model for each kind, frozen when the paper is drawn up (field lists of TT 73/2024,
NĐ 61/2026, NĐ 118/2021).

A paper is its values, which name the edition of its form (`central.documents.editions`); the file can be made
from them again at any time.
"""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from central.charts import Chart

Line = Annotated[str, Field(max_length=1000)]
Text = Annotated[str, Field(max_length=5000)]


class Part(BaseModel):
    """A piece of a paper."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Office(Part):
    """The unit that issues the paper (cơ quan chủ quản, đơn vị), with address and telephone; `words` is its
    name within a sentence.
    """

    parent: Line
    name: Line
    words: Line
    place: Line
    address: Line
    phone: Line


class Person(Part):
    """A person or organisation as named in papers; unknown fields are left out of the paper."""

    organisation: bool = False
    name: Line
    identity: Line
    address: Line | None = None
    phone: Line | None = None
    birth: date | None = None
    nationality: Line | None = None
    occupation: Line | None = None
    identity_issued: Line | None = None
    licence: Line | None = None
    representative: Line | None = None
    representative_title: Line | None = None


class Vehicle(Part):
    """The vehicle: words for its kind and the colour of its plate."""

    kind: Line
    plate: Line
    plate_colour: Line
    brand: Line | None = None
    colour: Line | None = None


class Act(Part):
    """The violation: in words, the article, when and where; `number` is the case's."""

    words: Line
    article: Line
    at: datetime
    place: Line
    number: Line


class Signature(Part):
    """The signer: title lines (with delegation: "KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG") and name."""

    titles: tuple[Line, ...]
    name: Line


class Official(Part):
    """An official named in a paper."""

    name: Line
    title: Line
    unit: Line


class Portal(Part):
    """Where the person sees the evidence and answers: the address, the code, the link in the QR code."""

    address: Line
    code: Line
    link: Line


class Picture(Part):
    """A picture of the evidence: its subject, its time, its hash; `name` identifies the file for
    rendering.
    """

    name: Line
    caption: Line
    sha256: Line


class Edition(Part):
    """The form a paper is made on: its code, title and legal basis, the template with its hash. `form` is the
    uploaded edition (`FormEdition`); None for one that ships with the software.
    """

    form: int | None = None
    code: Line
    title: Line
    basis: Line
    template: Line
    sha256: Line


class Paper(Part):
    """Fields of every paper; `number` with its symbol. Papers drawn up before editions were recorded have
    none.
    """

    office: Office
    number: Line
    dated: date
    edition: Edition | None = None

    def frozen(self) -> bytes:
        """The values as they are stored and hashed: those of a paper without an edition stay as they were."""
        return self.model_dump_json(exclude={"edition"} if self.edition is None else None).encode()


class Notice(Paper):
    """Thông báo vi phạm (Mẫu 01, TT 73/2024); `named_driver`: it is addressed to the driver the owner
    named.
    """

    kind: Literal["notice"] = "notice"

    to: Person
    owner: Person
    named_driver: bool = False
    detected_by: Line
    transferred_by: Line | None = None
    vehicle: Vehicle
    act: Act
    measures: Line | None = None
    come_at: datetime
    portal: Portal
    attached: Line
    recipients: tuple[Line, ...]
    signature: Signature


class DetectionResult(Paper):
    """Kết quả thu thập được bằng phương tiện, thiết bị kỹ thuật nghiệp vụ (NĐ 61/2026 Điều 14)."""

    kind: Literal["detection_result"] = "detection_result"

    device: Line
    serial: Line
    approval: Line
    certificate: Line
    site_decision: Line
    user: Official
    user_decision: Line
    vehicle: Vehicle
    violator: Person | None = None
    act: Act
    measured: tuple[tuple[Line, Line], ...]
    clock: Line
    conclusion: Text
    confirmed_by: tuple[Line, ...]
    pictures: tuple[Picture, ...]
    files: tuple[tuple[Line, Line], ...]


class Record(Paper):
    """Biên bản vi phạm hành chính (MBB01; Luật XLVPHC Điều 58)."""

    kind: Literal["record"] = "record"

    made_at: datetime
    made_where: Line
    why_here: Line
    basis: tuple[Line, ...]
    author: Official
    witnesses: tuple[Person, ...] = ()
    interpreter: Line | None = None
    violator: Person
    vehicle: Vehicle
    act: Act
    pictures: tuple[Line, ...]
    damage: Line
    statement: Text
    witness_statement: Text = ""
    measures: Line
    explain_to: Line | None = None
    explain_until: date | None = None
    hearing_until: date | None = None
    deliver_to: Line
    pages: int = 2  # of records drawn up before papers had their own count
    copies: int = 2
    refused: Line | None = None


class SessionRecord(Paper):
    """Biên bản làm việc, biên bản xác minh, biên bản giải trình (MBB02, MBB05, MBB03).

    `attended`: the person was there and signs; `received`: how a written explanation was received, instead of
    a session.
    """

    kind: Literal["session_record", "verification", "explanation", "refusal"]

    title: Line
    held_at: datetime
    held_where: Line
    officials: tuple[Official, ...]
    person: Person | None = None
    attended: bool = True
    received: Line = ""
    others: tuple[Line, ...] = ()
    act: Act
    content: tuple[tuple[Line, Text], ...]
    shown: tuple[Line, ...] = ()
    requests: Text = ""
    ended_at: datetime


class DecidedAct(Part):
    """One act of a decision with its fine; `vehicle` if the decision covers acts with several vehicles."""

    act: Act
    vehicle: Vehicle | None = None
    low: int
    high: int
    fine: int


class DecisionPaper(Paper):
    """Quyết định xử phạt vi phạm hành chính (MQĐ02; Luật XLVPHC Điều 68)."""

    kind: Literal["decision"] = "decision"

    bases: tuple[Line, ...]
    signer: Official
    violator: Person
    vehicle: Vehicle
    acts: tuple[DecidedAct, ...]
    mitigating: tuple[Line, ...]
    aggravating: tuple[Line, ...]
    warning: bool
    fine: int
    confiscation: Line | None = None
    points: int
    licence: Line | None = None
    effective: date
    pay_within: int
    treasury: Line
    account: Line
    portal: Portal
    access_code: Line | None = None
    executed_by: Line
    complain_within: Line
    recipients: tuple[Line, ...]
    signature: Signature


OrderKind = Literal[
    "no_sanction",
    "annulment",
    "correction",
    "suspension",
    "deferral",
    "reduction",
    "instalments",
    "enforcement",
    "complaint_settled",
]


class Order(Paper):
    """A decision about a case or a decision, in articles (Luật XLVPHC Điều 18, 65, 76–79, 86)."""

    kind: OrderKind

    title: Line
    bases: tuple[Line, ...]
    signer: Official
    articles: tuple[Text, ...]
    recipients: tuple[Line, ...]
    signature: Signature


class Letter(Paper):
    """Thông báo to a person in paragraphs: a complaint was accepted or not (Luật Khiếu nại Điều 27), relief
    was refused (Luật XLVPHC Điều 76–79).
    """

    kind: Literal["complaint_taken_up", "complaint_not_taken_up", "relief_refused"]

    subject: Line
    to: Person
    paragraphs: tuple[Text, ...]
    recipients: tuple[Line, ...]
    signature: Signature


class Transfer(Paper):
    """Phiếu chuyển kết quả (Mẫu 03, TT 73/2024)."""

    kind: Literal["transfer", "handover"]

    title: Line
    to: Line
    reason: Line
    cases: tuple[tuple[Vehicle, Act], ...]
    attached: tuple[Line, ...]
    recipients: tuple[Line, ...]
    signature: Signature


class CommuneSlip(Paper):
    """Phiếu Công an cấp xã (Mẫu 04, TT 73/2024): the result of delivering the notice, to be filled in and
    returned.
    """

    kind: Literal["commune_slip"] = "commune_slip"

    to: Line
    person: Person
    vehicle: Vehicle
    act: Act
    notice: Line
    answer_until: date
    recipients: tuple[Line, ...]
    signature: Signature


class Reply(Paper):
    """Thông báo tiếp nhận, trả lại văn bản: the outcome of a citizen's submission."""

    kind: Literal["reply"] = "reply"

    to: Person
    received: Line
    received_on: date
    received_as: Line
    vehicle: Vehicle
    act: Act | None = None
    accepted: bool
    reason: Line | None = None
    words: Text | None = None
    recipients: tuple[Line, ...]
    signature: Signature


class WithdrawalNotice(Paper):
    """Thông báo thu hồi: the camera was faulty, papers already sent no longer apply (Luật XLVPHC Điều 3,
    18).
    """

    kind: Literal["withdrawal"] = "withdrawal"

    to: Person
    withdrawn: tuple[Line, ...]
    vehicle: Vehicle
    act: Act
    reason: Line
    money_back: int
    points_back: int
    recipients: tuple[Line, ...]
    signature: Signature


class PointsNotice(Paper):
    """Thông báo trừ điểm giấy phép lái xe (Mẫu 02, TT 73/2024)."""

    kind: Literal["points_notice"] = "points_notice"

    to: Person
    decision: Line
    licence: Line
    before: int | None = None
    deducted: int
    recipients: tuple[Line, ...]
    signature: Signature


class ReceiptPaper(Paper):
    """Biên lai, chứng từ điện tử thu tiền phạt (NĐ 118/2021 Điều 20–21); `beyond` is the overpaid amount, to
    be refunded.
    """

    kind: Literal["receipt", "refund"]

    title: Line
    decision: Line
    payer: Person
    fine: int
    fee: int
    beyond: int = 0
    total: int
    paid_on: date
    method: Line
    reference: Line
    collected_by: Line
    left: int
    portal: Portal


class Bound(Part):
    """A paper in a case file: its name, hash and pages."""

    document: int
    words: Line
    number: Line
    dated: date
    sha256: Line
    pages: int


class Happened(Part):
    """A step of a case as listed in its file."""

    day: date
    words: Line
    by: Line


class CaseFile(Paper):
    """Hồ sơ vụ việc (Luật XLVPHC Điều 57): contents, steps, two pages of pictures; papers follow."""

    kind: Literal["case_file"] = "case_file"

    vehicle: Vehicle
    act: Act
    persons: tuple[tuple[Line, Person], ...]
    contents: tuple[Bound, ...]
    happened: tuple[Happened, ...]
    pictures: tuple[Picture, ...]
    files: tuple[tuple[Line, Line], ...]
    author: Official


AnyPaper = (
    Notice
    | DetectionResult
    | Record
    | SessionRecord
    | DecisionPaper
    | Order
    | Letter
    | Transfer
    | CommuneSlip
    | WithdrawalNotice
    | PointsNotice
    | ReceiptPaper
    | CaseFile
)


class Table(Part):
    """A table of a report: its headings and lines, as text; the first `words` columns are text, the others
    numbers.

    `days`: small text under a heading, empty or one for each. `told`: its second column holds sentences.
    """

    heads: tuple[Line, ...]
    words: int
    days: tuple[Line, ...] = ()
    told: bool = False
    lines: tuple[tuple[Text, ...], ...]
    more: Line = ""


class Section(Part):
    """A section of a report: charts above their table."""

    title: Line
    charts: tuple[Chart, ...] = ()
    table: Table


class LeadersReport(Paper):
    """Báo cáo for leaders, in the reader's language: all its texts are included in the values."""

    kind: Literal["report"] = "report"
    template: ClassVar[str] = "report-1"

    language: Literal["vi", "en"]
    title: Line
    period: Line
    notes: tuple[Line, ...]
    sections: tuple[Section, ...]


MODELS: dict[str, type[Paper]] = {
    "notice": Notice,
    "detection_result": DetectionResult,
    "record": Record,
    "session_record": SessionRecord,
    "verification": SessionRecord,
    "explanation": SessionRecord,
    "decision": DecisionPaper,
    "refusal": SessionRecord,
    "no_sanction": Order,
    "annulment": Order,
    "correction": Order,
    "suspension": Order,
    "deferral": Order,
    "reduction": Order,
    "instalments": Order,
    "enforcement": Order,
    "complaint_taken_up": Letter,
    "complaint_not_taken_up": Letter,
    "relief_refused": Letter,
    "complaint_settled": Order,
    "transfer": Transfer,
    "handover": Transfer,
    "commune_slip": CommuneSlip,
    "reply": Reply,
    "withdrawal": WithdrawalNotice,
    "points_notice": PointsNotice,
    "receipt": ReceiptPaper,
    "refund": ReceiptPaper,
    "case_file": CaseFile,
    "report": LeadersReport,
}
"""The model of each kind of paper."""

SYMBOLS: dict[str, str] = {
    "notice": "TB",
    "detection_result": "KQ",
    "record": "BB-VPHC",
    "session_record": "BB-LV",
    "verification": "BB-XM",
    "explanation": "BB-GT",
    "decision": "QĐ-XPHC",
    "no_sanction": "QĐ-KXP",
    "annulment": "QĐ-HB",
    "correction": "QĐ-ĐC",
    "suspension": "QĐ-TĐC",
    "deferral": "QĐ-HTH",
    "reduction": "QĐ-GM",
    "instalments": "QĐ-NNL",
    "enforcement": "QĐ-CC",
    "complaint_taken_up": "TB-TLKN",
    "complaint_not_taken_up": "TB-KTL",
    "relief_refused": "TB-TLĐN",
    "complaint_settled": "QĐ-GQKN",
    "refusal": "BB-TC",
    "transfer": "PC",
    "handover": "CV",
    "commune_slip": "PC-CAX",
    "reply": "TB-TN",
    "withdrawal": "TB-TH",
    "points_notice": "TB-TĐ",
    "receipt": "BL",
    "refund": "HT",
    "case_file": "HS",
}
"""The symbol in the number of each kind of paper (ký hiệu)."""
