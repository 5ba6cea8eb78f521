"""Wording of Vietnamese papers: amounts in words, days, moments, articles.

Papers are Vietnamese whoever reads them.
"""

from collections.abc import Mapping
from datetime import date, datetime

from configs.law_rows import Deadline, Unit
from contract.local_time import VIETNAM

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", " nghìn", " triệu", " tỷ")
_UNITS: Mapping[Unit, str] = {
    "hours": "giờ",
    "days": "ngày",
    "working_days": "ngày làm việc",
    "months": "tháng",
    "years": "năm",
}
DECREE = "Nghị định số 168/2024/NĐ-CP ngày 26/12/2024 của Chính phủ"


def in_words(amount: int) -> str:
    """A whole number from 0 to 999 999 999 999 in words, as papers write amounts: 1 005 000 is "một triệu
    không trăm linh năm nghìn".

    Raises:
        ValueError: a number outside that range.
    """
    if not 0 <= amount < 10**12:
        raise ValueError(f"{amount} can't be written in words")
    if amount == 0:
        return _DIGITS[0]
    groups = [amount // 1000**place % 1000 for place in range(4)]
    highest = max(place for place, group in enumerate(groups) if group)
    told = [
        _group(groups[place], whole=place < highest) + _GROUPS[place]
        for place in range(highest, -1, -1)
        if groups[place]
    ]
    return " ".join(told)


def _group(group: int, *, whole: bool) -> str:
    """Three digits in words; `whole` also names the hundreds that are zero."""
    hundreds, tens, ones = group // 100, group // 10 % 10, group % 10
    words = [f"{_DIGITS[hundreds]} trăm"] if hundreds or whole else []
    if tens > 1:
        words.append(f"{_DIGITS[tens]} mươi")
    elif tens == 1:
        words.append("mười")
    elif ones and words:
        words.append("linh")
    if ones:
        words.append(_ones(tens, ones))
    return " ".join(words)


def _ones(tens: int, ones: int) -> str:
    if ones == 1 and tens > 1:
        return "mốt"
    if ones == 5 and tens > 0:
        return "lăm"
    if ones == 4 and tens > 1:
        return "tư"
    return _DIGITS[ones]


def dong(amount: int) -> str:
    """19 000 000 as "19.000.000 đồng"."""
    return f"{amount:,}".replace(",", ".") + " đồng"


def dong_in_words(amount: int) -> str:
    """19 000 000 as "Mười chín triệu đồng"."""
    words = in_words(amount)
    return words[0].upper() + words[1:] + " đồng"


def long_day(day: date) -> str:
    """ "ngày 24 tháng 11 năm 2026", days and months 1 and 2 with a zero, as letterheads write them."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def short_day(day: date) -> str:
    """24/11/2026."""
    return f"{day:%d/%m/%Y}"


def span(row: Deadline) -> str:
    """How long a deadline is: "90 ngày", "01 năm", "05 ngày làm việc"."""
    return f"{row.amount:02d} {_UNITS[row.unit]}"


def clock(moment: datetime, *, seconds: bool = False) -> str:
    """ "14 giờ 30 phút, ngày 24/11/2026", in Vietnam."""
    local = moment.astimezone(VIETNAM)
    exact = f" {local.second:02d} giây" if seconds else ""
    return f"{local.hour:02d} giờ {local.minute:02d} phút{exact}, ngày {local:%d/%m/%Y}"


def article(number: str, amended: str | None = None) -> str:
    """ "6.9.b" as "điểm b khoản 9 Điều 6 Nghị định số 168/2024/NĐ-CP …"."""
    parts = number.split(".")
    words = f"khoản {parts[1]} Điều {parts[0]} {DECREE}"
    if len(parts) > 2:
        words = f"điểm {parts[2]} {words}"
    return f"{words}, được sửa đổi, bổ sung bởi {amended}" if amended else words
