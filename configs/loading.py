"""Reads a YAML file into a pydantic model, or reports all errors: file, line, key, nearest key."""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

_MOST_VALUES = 100_000
_LARGEST = 16 * 2**20

Location = tuple[str | int, ...]
"""Keys and list indexes from the top of the file to a value."""

ModelT = TypeVar("ModelT", bound=BaseModel)
Check = Callable[[ModelT], Iterable[tuple[Location, str]]]


@dataclass(frozen=True)
class Problem:
    """One error; `line` counts from 1, `key` is dotted (`heads.0.box`) or empty."""

    line: int
    key: str
    message: str


class ConfigError(ValueError):
    """An unusable configuration file; `problems` lists all errors, in the file's order."""

    def __init__(self, path: Path, problems: Iterable[Problem]) -> None:
        self.path = path
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(self._lines()))

    def _lines(self) -> Iterator[str]:
        for problem in self.problems:
            key = f"{problem.key}: " if problem.key else ""
            yield f"{self.path}:{problem.line}: {key}{problem.message}"


def load_yaml(
    path: Path, model: type[ModelT], check: Check[ModelT] | None = None, content: bytes | None = None
) -> ModelT:
    """The file as `model`; `content` is its text if it does not come from a disk.

    `check` tests beyond single fields and returns (location, message) for each problem. Raises ConfigError
    with every problem: unreadable file, YAML syntax, repeated key, unknown key, bad value.
    """
    root, data = _parse(path, content)
    try:
        value = model.model_validate(data)
    except ValidationError as error:
        raise ConfigError(path, _problems(root, model, error)) from None
    if check is not None and (found := list(check(value))):
        raise ConfigError(path, [Problem(_line(root, where), _dotted(where), what) for where, what in found])
    return value


def top_keys(path: Path, content: bytes | None = None) -> tuple[str, ...]:
    """The keys at the top of the file. Raises ConfigError if it can't be read or is not YAML."""
    root, _ = _parse(path, content)
    return tuple(str(key) for key, _ in _children(root)) if isinstance(root, yaml.MappingNode) else ()


class _Loader(yaml.CSafeLoader):
    """YAML as in version 1.2: `off`, `on`, `yes` and `no` are words, not truth values.

    For a boolean field pydantic accepts these words.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 (as the class above has it)
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:bool"]
        for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


_OTHER_TEXTS = {
    codecs.BOM_UTF32_LE: "UTF-32",  # begins with the UTF-16 byte order mark
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def _bytes(path: Path) -> bytes:
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise ConfigError(path, [Problem(1, "", "a pipe or a device, not a file")])
    if path.is_file() and path.stat().st_size > _LARGEST:
        what = f"larger than {_LARGEST // 2**20} MiB: no file of settings"
        raise ConfigError(path, [Problem(1, "", what)])
    return path.read_bytes()


def _text(path: Path, content: bytes | None) -> str:
    data = _bytes(path) if content is None else content
    if (mark := next((mark for mark in _OTHER_TEXTS if data.startswith(mark)), None)) is not None:
        raise ConfigError(path, [Problem(1, "", f"is {_OTHER_TEXTS[mark]} text: save it as UTF-8")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"is not UTF-8 text (byte {error.start}): save it as UTF-8"
        raise ConfigError(path, [Problem(line, "", what)]) from error


def _parse(path: Path, content: bytes | None) -> tuple[yaml.Node, Any]:
    try:
        text = _text(path, content)
        loader = _Loader(text)
        root = loader.get_single_node()
        if root is None:
            raise ConfigError(path, [Problem(1, "", "the file is empty")])
        if _expanded(root, {}) > _MOST_VALUES:
            what = f"its aliases make more than {_MOST_VALUES:,} values of it: write out what is needed"
            raise ConfigError(path, [Problem(1, "", what)])
        if repeated := list(_repeated(root, ())):
            raise ConfigError(path, repeated)
        return root, loader.construct_document(root)
    except OSError as error:
        raise ConfigError(path, [Problem(1, "", f"can't be read: {error.strerror}")]) from error
    except yaml.MarkedYAMLError as error:
        last = len(text.splitlines())  # a missing end is reported on the line after it
        line = max(1, min(error.problem_mark.line + 1, last)) if error.problem_mark else 1
        raise ConfigError(path, [Problem(line, "", f"YAML: {error.problem or error.context}")]) from error
    except (yaml.YAMLError, ValueError, RecursionError, AttributeError) as error:  # `!!timestamp x`: the last
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(path, [Problem(1, "", f"YAML: {' '.join(str(error).split())}")]) from error


def _expanded(node: yaml.Node, known: dict[int, int]) -> int:
    """Number of values the node contains, those of an alias counted at each use."""
    if id(node) not in known:
        known[id(node)] = _MOST_VALUES + 1  # an alias inside itself never ends
        known[id(node)] = 1 + sum(_expanded(child, known) for _, child in _children(node))
    return known[id(node)]


def _repeated(node: yaml.Node, where: Location) -> Iterator[Problem]:
    """Keys that occur twice in one mapping: YAML would silently take the last."""
    for step, child in _children(node):
        yield from _repeated(child, (*where, step))
    if isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, _ in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in lines:
                yield Problem(
                    line, _dotted((*where, name)), f"stands here again; first on line {lines[name]}"
                )
            lines.setdefault(name, line)


def _children(node: yaml.Node) -> Iterator[tuple[str | int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((str(key.value), child) for key, child in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from enumerate(node.value)


def _line(node: yaml.Node, where: Location) -> int:
    """Line of the key or list item at `where`, or of its deepest part present in the file."""
    line: int = node.start_mark.line + 1
    for step in where:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, child) for key, child in node.value if str(key.value) == str(step)), None)
            if pair is None:
                return line
            line, node = pair[0].start_mark.line + 1, pair[1]
        else:
            child = dict(_children(node)).get(step)
            if child is None:
                return line
            line, node = child.start_mark.line + 1, child
    return line


def _within(deeper: Location, where: Location) -> bool:
    return len(deeper) > len(where) and deeper[: len(where)] == where


def _problems(root: yaml.Node, model: type[BaseModel], error: ValidationError) -> Iterator[Problem]:
    items = error.errors(include_url=False, include_context=False, include_input=False)
    for item in items:
        where: Location = item["loc"]
        if item["type"] == "too_short" and any(_within(other["loc"], where) for other in items):
            continue  # an item's own error is reported: that item was not counted
        yield Problem(_line(root, where), _dotted(where), _message(model, where, item["type"], item["msg"]))


def _message(model: type[BaseModel], where: Location, kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        owner = _model_at(model, where[:-1])
        known = [field.alias or name for name, field in owner.model_fields.items()] if owner else []
        near = difflib.get_close_matches(str(where[-1]), known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(known)}"
        return f"unknown key; {hint}"
    if kind == "missing":
        return "is missing"
    if kind == "string_type":
        return "must be text: put it in quotes"
    if kind == "model_type":
        return "expected keys with values (key: value)"
    return message.removeprefix("Value error, ")


def _model_at(model: type[BaseModel], where: Location) -> type[BaseModel] | None:
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


def _dotted(where: Location) -> str:
    return ".".join(map(str, where))
