"""Values a form is tried with: the sample of a paper, and the same with everything optional absent, present,
with every yes turned into no, and with texts (names, places, plates) of other lengths.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from central.documents.samples import PICTURES, SAMPLES
from central.documents.values import MODELS, Paper, Part

PIXEL = (
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////"
    "////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AfwD/2Q=="
)
"""A grey picture (JPEG, base64)."""

IMAGES = {picture.name: PIXEL for picture in PICTURES}

Change = Callable[[FieldInfo, Any], Any]


def sample(kind: str) -> Paper:
    """The sample of a kind of paper; kinds of one model share theirs."""
    model = MODELS[kind]
    made = SAMPLES.get(kind) or next(paper for paper in SAMPLES.values() if isinstance(paper, model))
    return made.model_copy(update={"kind": kind}) if getattr(made, "kind", kind) != kind else made


def variants(kind: str) -> tuple[Paper, ...]:
    """The sample first, then what a real paper may lack or have besides."""
    first = sample(kind)
    changed = (_changed(first, change) for change in (_sparse, _full, _turned, *_LENGTHS))
    return (first, *(MODELS[kind].model_validate(values) for values in changed))


def _changed(part: Part, change: Change) -> dict[str, Any]:
    """The values of a part, each through `change`, with those of the parts within."""
    found = {}
    for name, info in type(part).model_fields.items():
        value = change(info, getattr(part, name)) if name not in ("kind", "edition") else getattr(part, name)
        found[name] = _within(value, change)
    return found


def _within(value: Any, change: Change) -> Any:
    if isinstance(value, Part):
        return _changed(value, change)
    return tuple(_within(each, change) for each in value) if isinstance(value, tuple) else value


def _sparse(info: FieldInfo, value: Any) -> Any:
    return value if info.is_required() else info.get_default()


def _full(info: FieldInfo, value: Any) -> Any:
    return value if value not in (None, (), "") else made_up(info.annotation)


def _turned(_info: FieldInfo, value: Any) -> Any:
    return not value if isinstance(value, bool) else value


def _worded(words: Callable[[str], str]) -> Change:
    """Texts of another length, those in lists too; not the few that name a choice."""

    def change(info: FieldInfo, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(change(info, each) for each in value)
        return (
            words(value) if isinstance(value, str) and get_origin(info.annotation) is not Literal else value
        )

    return change


_LENGTHS = (
    _worded(lambda text: text[:1]),  # a name of one letter
    _worded(lambda text: " ".join(text.split()[:2])),  # a name without its middle
    _worded(lambda text: " ".join([text] * 9)[:250]),  # longer than any line
)


def made_up(annotation: Any) -> Any:
    """Some value of a type."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation(**{n: made_up(info.annotation) for n, info in annotation.model_fields.items()})
    simple = {str: "chữ mẫu", int: 2, bool: True, float: 2.0}
    if annotation in simple:
        return simple[annotation]
    if annotation is datetime:
        return datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
    if annotation is date:
        return date(2026, 11, 24)
    return _made_up_of(annotation)


def _made_up_of(annotation: Any) -> Any:
    arguments = [each for each in get_args(annotation) if each is not type(None)]
    if get_origin(annotation) is tuple:
        return tuple(made_up(each) for each in arguments if each is not ...)
    if get_origin(annotation) is Literal:
        return arguments[0]
    assert get_origin(annotation) in (Union, UnionType) or arguments, annotation
    return made_up(arguments[0])  # of a union, or of an annotated type


def parts_of(paper: Paper, name: str = "paper") -> Iterator[tuple[Part, str]]:
    """Every part of a paper with its path, as templates write it: `paper.acts[].act`."""
    yield from _parts(paper, name)


def _parts(value: Any, path: str) -> Iterator[tuple[Part, str]]:
    if isinstance(value, Part):
        yield value, path
        for name in type(value).model_fields:
            yield from _parts(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, tuple):
        for each in value:
            yield from _parts(each, f"{path}[]")
