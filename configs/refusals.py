"""Why a value in a configuration file is refused, in Vietnamese and English: pydantic's errors in plain
words."""

import difflib
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails, PydanticCustomError

from configs.wording import Words, plain

_KEYS = ("cần các khoá có giá trị (khoá: giá trị)", "expected keys with values (key: value)")
_WHOLE = ("phải là số nguyên", "must be a whole number")
_NUMBER = ("phải là số", "must be a number")
_TRUTH = ("phải là true hoặc false", "must be true or false")
_ONE_OF = ("phải là {expected}", "must be {expected}")
_LIST = ("phải là danh sách", "must be a list")

_SAID: dict[str, tuple[str, str]] = {
    "missing": ("còn thiếu", "is missing"),
    "string_type": ("phải là chữ: đặt trong dấu ngoặc kép", "must be text: put it in quotes"),
    "string_pattern_mismatch": ("phải có dạng {pattern}", "must have the form {pattern}"),
    "string_too_short": ("cần ít nhất {min_length} ký tự", "needs at least {min_length} characters"),
    "string_too_long": (
        "không được dài quá {max_length} ký tự",
        "must not be longer than {max_length} characters",
    ),
    "model_type": _KEYS,
    "model_attributes_type": _KEYS,
    "dict_type": _KEYS,
    "greater_than": ("phải lớn hơn {gt}", "must be greater than {gt}"),
    "greater_than_equal": ("phải từ {ge} trở lên", "must be at least {ge}"),
    "less_than": ("phải nhỏ hơn {lt}", "must be less than {lt}"),
    "less_than_equal": ("không được quá {le}", "must be at most {le}"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": ("phải là số hữu hạn", "must be a finite number"),
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "literal_error": _ONE_OF,
    "enum": _ONE_OF,
    "too_short": (
        "cần ít nhất {min_length} phần tử, có {actual_length}",
        "needs at least {min_length} items, has {actual_length}",
    ),
    "too_long": (
        "không được quá {max_length} phần tử, có {actual_length}",
        "must not have more than {max_length} items, has {actual_length}",
    ),
    "tuple_type": _LIST,
    "list_type": _LIST,
    "frozen_set_type": _LIST,
    "path_type": ("phải là tên tệp hoặc thư mục", "must be the name of a file or folder"),
    "timezone_aware": (
        "thiếu múi giờ, ví dụ 2026-03-01T08:00:00+07:00",
        "lacks the time zone, for instance 2026-03-01T08:00:00+07:00",
    ),
}


def refused(vi: str, en: str) -> PydanticCustomError:
    """An error about an invalid value in both languages, for validators to raise."""
    return PydanticCustomError("refused", "{en}", {"vi": vi, "en": en})


def refusal(item: ErrorDetails, model: type[BaseModel]) -> Words:
    """Why a value of `model` is refused; `item` is one of the errors of its ValidationError."""
    kind, said = item["type"], item.get("ctx", {})
    if kind == "refused":
        return plain(str(said["vi"]), str(said["en"]))
    if kind == "extra_forbidden":
        return _unknown_key(model, item["loc"])
    if kind in _SAID:
        vi, en = _SAID[kind]
        return plain(_filled(vi, said).replace(" or ", " hoặc "), _filled(en, said))
    message = item["msg"].removeprefix("Value error, ")
    return plain(f"giá trị không hợp lệ: {message}", message)


def _filled(template: str, said: Mapping[str, Any]) -> str:
    return template.format(**{name: f"{v:g}" if isinstance(v, float) else v for name, v in said.items()})


def _unknown_key(model: type[BaseModel], where: tuple[int | str, ...]) -> Words:
    owner = _model_at(model, where[:-1])
    known = [field.alias or name for name, field in owner.model_fields.items()] if owner else []
    if near := difflib.get_close_matches(str(where[-1]), known, n=1, cutoff=0.5):
        return plain(f"khoá lạ; có phải là {near[0]!r}?", f"unknown key; did you mean {near[0]!r}?")
    keys = ", ".join(known)
    return plain(f"khoá lạ; các khoá có thể dùng: {keys}", f"unknown key; known keys: {keys}")


def _model_at(model: type[BaseModel], where: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model that parses the value at `where`; list indexes stay inside a field."""
    here: type[BaseModel] | None = model
    for step in where:
        field = here.model_fields.get(str(step)) if here else None
        if field is not None:
            here = _inner_model(field.annotation)
    return here


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _inner_model(part))), None)
