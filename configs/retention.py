"""Retention periods, as rules in a file (configs/retention.yaml is the proposal that ships).

Evidence, documents and the audit log are deleted only by rules that two named people approved (DP-10, DP-11).
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from configs.loading import Location, load_yaml
from configs.model import Configured
from configs.wording import Words, plain

PROPOSAL = Path(__file__).parent / "retention.yaml"

Covers = Literal["media", "personal_data", "papers"]
Ended = Literal["rejected", "no_offence", "closed"]

LEAST_FOR_PAPERS = 1096
"""Days after the case was closed: enforcement, complaint and court must be over (DP-11: 2 to 3 years)."""
LEAST_FOR_AUDIT_LOG = 730
"""Days: DP-11; the legal minimum is 3 months at level 3, 12 where NĐ 333/2026 applies."""

_Text = Annotated[str, Field(min_length=1, max_length=300)]


class RetentionRule(Configured):
    """Which data of which cases are deleted how many days after their end."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9_]+$", max_length=40)]
    covers: Covers
    of: Ended
    days: int = Field(ge=30, le=36_500)
    legal_basis: _Text
    confidence: Literal["sure", "likely", "unsure"]

    @property
    def kept(self) -> timedelta:
        """The time after the end of a case."""
        return timedelta(days=self.days)


class AuditLogRule(Configured):
    """Days the audit log is kept: its oldest entries are deleted after that."""

    days: int = Field(ge=LEAST_FOR_AUDIT_LOG, le=36_500)
    legal_basis: _Text
    confidence: Literal["sure", "likely", "unsure"]

    @property
    def kept(self) -> timedelta:
        """The time an entry stays."""
        return timedelta(days=self.days)


class Approval(Configured):
    """Who approved the rules, and on which day."""

    name: _Text
    on: date


class RetentionRules(Configured):
    """The rules with their approvals; without `audit_log` the log is kept for ever."""

    approved_by: tuple[Approval, ...]
    rules: tuple[RetentionRule, ...]
    audit_log: AuditLogRule | None = None

    @property
    def approved(self) -> bool:
        """Whether two different people approved them."""
        return len({" ".join(each.name.split()).casefold() for each in self.approved_by}) >= 2


def load_retention(path: Path = PROPOSAL) -> RetentionRules:
    """The rules of a file. Raises ConfigError with every problem."""
    return load_yaml(path, RetentionRules, _check)


def _check(found: RetentionRules) -> Iterator[tuple[Location, Words]]:
    media = {rule.of: rule.days for rule in found.rules if rule.covers == "media"}
    papers = next((rule.days for rule in found.rules if rule.covers == "papers"), None)
    seen: set[str] = set()
    for number, rule in enumerate(found.rules):
        where: Location = ("rules", number)
        if rule.code in seen or any(
            (other.covers, other.of) == (rule.covers, rule.of) for other in found.rules[:number]
        ):
            yield (
                where,
                plain(
                    "trùng mã, hoặc trùng phạm vi của quy tắc trước",
                    "repeats the code, or what an earlier rule covers",
                ),
            )
        seen.add(rule.code)
        if rule.covers == "personal_data" and rule.of == "closed" and (papers is None or rule.days < papers):
            yield (
                where,
                plain(
                    "dữ liệu cá nhân của hồ sơ đã đóng phải giữ lâu như giấy tờ của hồ sơ (thời hạn lưu trữ)",
                    "personal data of closed cases stay as long as their papers (archive schedule)",
                ),
            )
        if rule.covers == "personal_data" and rule.days < media.get(rule.of, 0):
            yield (
                where,
                plain(
                    "ảnh cho thấy biển số: không được giữ ảnh lâu hơn",
                    "the pictures show the plate: their time must not be the longer one",
                ),
            )
        if rule.covers == "papers":
            yield from ((where, fault) for fault in _papers_faults(rule, media))


def _papers_faults(rule: RetentionRule, media: Mapping[Ended, int]) -> Iterator[Words]:
    if rule.of != "closed":
        yield plain("chỉ hồ sơ đã đóng mới có giấy tờ", "only closed cases have papers")
    if rule.days < LEAST_FOR_PAPERS:
        yield plain(
            f"giấy tờ phải giữ từ {LEAST_FOR_PAPERS} ngày trở lên: hết khiếu nại, khởi kiện, cưỡng chế",
            f"papers stay {LEAST_FOR_PAPERS} days or more: complaint, court, enforcement must be over",
        )
    if rule.days < media.get("closed", 0):
        yield plain(
            "hồ sơ in kèm ảnh: không được giữ ảnh lâu hơn hồ sơ",
            "a case file shows the pictures: their time must not be the longer one",
        )
