"""Reads a YAML file into a pydantic model, or reports all errors: file, line, key, nearest key."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from configs.refusals import refusal
from configs.wording import LANGUAGES, Language, Words, plain

_MOST_VALUES = 100_000
_LARGEST = 16 * 2**20

Location = tuple[str | int, ...]
"""Keys and list indexes from the top of the file to a value."""

ModelT = TypeVar("ModelT", bound=BaseModel)
Check = Callable[[ModelT], Iterable[tuple[Location, Words]]]


@dataclass(frozen=True)
class Problem:
    """One error; `line` counts from 1, `key` is dotted (`heads.0.box`) or empty."""

    line: int
    key: str
    what: Words

    def said(self, language: Language) -> str:
        """`key: what`."""
        return f"{self.key}: {self.what.in_language(language)}".removeprefix(": ")


class ConfigError(ValueError):
    """An unusable configuration file; `problems` lists all errors, in the file's order. Its text is English,
    one line a problem."""

    def __init__(self, path: Path, problems: Iterable[Problem]) -> None:
        self.path = path
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(self.lines("en")))

    def lines(self, language: Language) -> list[str]:
        """`file:line: key: what` of each problem."""
        return [f"{self.path}:{problem.line}: {problem.said(language)}" for problem in self.problems]

    def first(self, most: int, shown_as: str = "") -> Words:
        """The first `most` problems in each language, a line each; the file is called `shown_as` if given."""
        texts = ("\n".join(self.lines(language)[:most]) for language in LANGUAGES)
        return plain(*(text.replace(str(self.path), shown_as or str(self.path)) for text in texts))

    @property
    def in_both(self) -> str:
        """For a terminal: each problem in Vietnamese, the English below it."""
        said = zip(self.lines("vi"), self.problems, strict=True)
        return "\n".join(f"{line}\n    {problem.what.en}" for line, problem in said)


def whole_file(path: Path, vi: str, en: str, line: int = 1) -> ConfigError:
    """The error of a file that is unusable as a whole."""
    return ConfigError(path, [Problem(line, "", plain(vi, en))])


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
        raise whole_file(path, "là đường ống hoặc thiết bị, không phải tệp", "a pipe or a device, not a file")
    if path.is_file() and path.stat().st_size > _LARGEST:
        most = _LARGEST // 2**20
        vi, en = (
            f"lớn hơn {most} MiB: không phải tệp cấu hình",
            f"larger than {most} MiB: no file of settings",
        )
        raise whole_file(path, vi, en)
    return path.read_bytes()


def _text(path: Path, content: bytes | None) -> str:
    data = _bytes(path) if content is None else content
    if (mark := next((mark for mark in _OTHER_TEXTS if data.startswith(mark)), None)) is not None:
        form = _OTHER_TEXTS[mark]
        raise whole_file(path, f"là văn bản {form}: hãy lưu dạng UTF-8", f"is {form} text: save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        vi = f"không phải văn bản UTF-8 (byte {error.start}): hãy lưu dạng UTF-8"
        en = f"is not UTF-8 text (byte {error.start}): save it as UTF-8"
        raise whole_file(path, vi, en, line) from error


def _parse(path: Path, content: bytes | None) -> tuple[yaml.Node, Any]:
    try:
        text = _text(path, content)
        loader = _Loader(text)
        root = loader.get_single_node()
        if root is None:
            raise whole_file(path, "tệp trống", "the file is empty")
        if _expanded(root, {}) > _MOST_VALUES:
            vi = f"các bí danh nở ra hơn {_MOST_VALUES} giá trị: hãy viết đủ phần cần dùng"
            en = f"its aliases make more than {_MOST_VALUES:,} values of it: write out what is needed"
            raise whole_file(path, vi, en)
        if repeated := list(_repeated(root, ())):
            raise ConfigError(path, repeated)
        return root, loader.construct_document(root)
    except OSError as error:
        vi, en = f"không đọc được: {error.strerror}", f"can't be read: {error.strerror}"
        raise whole_file(path, vi, en) from error
    except yaml.MarkedYAMLError as error:
        last = len(text.splitlines())  # a missing end is reported on the line after it
        line = max(1, min(error.problem_mark.line + 1, last)) if error.problem_mark else 1
        raise _not_yaml(path, error.problem or error.context, line) from error
    except (yaml.YAMLError, ValueError, RecursionError, AttributeError) as error:  # `!!timestamp x`: the last
        if isinstance(error, ConfigError):
            raise
        raise _not_yaml(path, " ".join(str(error).split())) from error


def _not_yaml(path: Path, why: str | None, line: int = 1) -> ConfigError:
    return whole_file(path, f"sai cú pháp YAML: {why}", f"YAML: {why}", line)


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
                what = plain(
                    f"lặp lại ở đây; lần đầu ở dòng {lines[name]}",
                    f"stands here again; first on line {lines[name]}",
                )
                yield Problem(line, _dotted((*where, name)), what)
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
    items = error.errors(include_url=False, include_input=False)
    for item in items:
        where: Location = item["loc"]
        if item["type"] == "too_short" and any(_within(other["loc"], where) for other in items):
            continue  # an item's own error is reported: that item was not counted
        yield Problem(_line(root, where), _dotted(where), refusal(item, model))


def _dotted(where: Location) -> str:
    return ".".join(map(str, where))
