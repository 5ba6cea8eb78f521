"""Refused values are explained in Vietnamese and in English, whatever was typed."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from configs.refusals import refusal, refused
from configs.wording import Words


def _even(value: int) -> int:
    if value % 2:
        raise refused(f"{{{value}}} là số lẻ", f"{{{value}}} is odd")
    return value


def _own(value: str) -> str:
    if "!" in value:
        raise ValueError("no exclamation mark")
    return value


class _Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    side: Literal["left", "right", "both"] = "left"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=2, max_length=5), AfterValidator(_own)] = "ab"
    code: Annotated[str, Field(pattern="^[a-z]{1,3}$")] = "a"
    number: Annotated[int, Field(ge=1, lt=10), AfterValidator(_even)] = 2
    part: Annotated[FiniteFloat, Field(gt=0, le=0.5)] = 0.1
    lit: bool = False
    corners: Annotated[tuple[int, ...], Field(min_length=2, max_length=3)] = (1, 2)
    inner: _Inner = _Inner()
    since: AwareDatetime = datetime.fromisoformat("2026-01-01T00:00:00+07:00")
    folder: Path = Path()


def why(given: Any) -> Words:
    with pytest.raises(ValidationError) as caught:
        _Model.model_validate(given)
    return refusal(caught.value.errors()[0], _Model)


@pytest.mark.parametrize(
    ("typed", "vi", "en"),
    [
        ({"name": 7}, "phải là chữ: đặt trong dấu ngoặc kép", "must be text: put it in quotes"),
        ({"name": "a"}, "cần ít nhất 2 ký tự", "needs at least 2 characters"),
        ({"name": "abcdef"}, "không được dài quá 5 ký tự", "must not be longer than 5 characters"),
        ({"name": "ab!"}, "giá trị không hợp lệ: no exclamation mark", "no exclamation mark"),
        ({"code": "AB"}, "phải có dạng ^[a-z]{1,3}$", "must have the form ^[a-z]{1,3}$"),
        ({"number": "x"}, "phải là số nguyên", "must be a whole number"),
        ({"number": 2.5}, "phải là số nguyên", "must be a whole number"),
        ({"number": 0}, "phải từ 1 trở lên", "must be at least 1"),
        ({"number": 10}, "phải nhỏ hơn 10", "must be less than 10"),
        ({"number": 3}, "{3} là số lẻ", "{3} is odd"),
        ({"part": "x"}, "phải là số", "must be a number"),
        ({"part": 0}, "phải lớn hơn 0", "must be greater than 0"),
        ({"part": 0.75}, "không được quá 0.5", "must be at most 0.5"),
        ({"part": float("inf")}, "phải là số hữu hạn", "must be a finite number"),
        ({"lit": "maybe"}, "phải là true hoặc false", "must be true or false"),
        ({"corners": [1]}, "cần ít nhất 2 phần tử, có 1", "needs at least 2 items, has 1"),
        (
            {"corners": [1, 2, 3, 4]},
            "không được quá 3 phần tử, có 4",
            "must not have more than 3 items, has 4",
        ),
        ({"corners": 4}, "phải là danh sách", "must be a list"),
        ({"inner": 3}, "cần các khoá có giá trị (khoá: giá trị)", "expected keys with values (key: value)"),
        (
            {"inner": {"side": "top"}},
            "phải là 'left', 'right' hoặc 'both'",
            "must be 'left', 'right' or 'both'",
        ),
        ({"inner": {"sid": 1}}, "khoá lạ; có phải là 'side'?", "unknown key; did you mean 'side'?"),
        ({"inner": {"{": 1}}, "khoá lạ; các khoá có thể dùng: side", "unknown key; known keys: side"),
        (
            {"since": "2026-01-01T00:00:00"},
            "thiếu múi giờ, ví dụ 2026-03-01T08:00:00+07:00",
            "lacks the time zone, for instance 2026-03-01T08:00:00+07:00",
        ),
        ({"folder": 3}, "phải là tên tệp hoặc thư mục", "must be the name of a file or folder"),
    ],
)
def test_each_refusal_has_both_languages(typed: dict[str, Any], vi: str, en: str) -> None:
    found = why(typed)
    assert (found.in_language("vi"), found.in_language("en")) == (vi, en)


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.integers() | st.none(), min_size=1))
def test_whatever_was_typed_is_explained(typed: dict[str, object]) -> None:
    try:
        _Model.model_validate(typed)
    except ValidationError as error:
        said = [refusal(item, _Model) for item in error.errors()]
        assert all(each.vi and each.en for each in said)
