"""Legal citations for readers of English: the law tables cite as Vietnamese papers do."""

import re

from central.words.languages import Language

_ENGLISH = {
    "Luật XLVPHC": "Law on Handling Administrative Violations",
    "Luật Khiếu nại": "Law on Complaints",
    "Luật Tố tụng hành chính": "Law on Administrative Procedure",
    "Luật": "Law",
    "NĐ": "Decree",
    "TT": "Circular",
    "QĐ": "Decision",
    "Quy định nội bộ": "internal rule",
    "quy định nội bộ": "an internal rule",
    "24 giờ là": "24 hours are",
    "“ngay”": "“at once”",
    "được sửa đổi": "amended",
    "sửa đổi bởi": "amended by",
    "sửa đổi": "amended by",
    "Điều": "Article",
    "khoản": "clause",
    "điểm": "point",
    "Mẫu số": "form no.",
    "và": "and",
}
# Longest first; numbers of documents (168/2024/NĐ-CP) are names and stay unchanged.
_TERM = re.compile(
    r"(?<![\w/-])(?:" + "|".join(sorted(map(re.escape, _ENGLISH), key=len, reverse=True)) + r")(?![\w/-])"
)


def citation(text: str, language: Language) -> str:
    """`NĐ 168/2024/NĐ-CP, Điều 6` unchanged, or `Decree 168/2024/NĐ-CP, Article 6`; a province's own wording
    stays.
    """
    return text if language == "vi" else _TERM.sub(lambda found: _ENGLISH[found[0]], text)
