"""Rows of law tables in the words of the people they concern."""

from central.words.dictionary import translator, word_or
from central.words.forms import local_date
from central.words.languages import Language
from configs.law_rows import Act, Circumstance, Day, Deadline, Finding, Offence, Reason, Row, Signer


def row_words(row: Row, language: Language) -> str:
    """What a row is about; `Quy tắc xử phạt` for one without a subject."""
    t, vietnamese = translator(language), language == "vi"
    match row:
        case Offence():
            return f"{row.code} ({t(f'qualifying.vehicle.{row.vehicle}')})"
        case Finding():
            return word_or(language, f"rule.{row.rule}", row.rule)
        case Day():
            return f"{local_date(row.day, language)} {row.name}"
        case Act() | Deadline() | Signer():
            return row.name_vi if vietnamese else row.name_en
        case Circumstance() | Reason():
            return row.text_vi if vietnamese else row.text_en
    return t("lawtable.name.sanctions")
