"""What a person who mistypes a configuration file is told."""

from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from configs.loading import ConfigError, load_yaml
from configs.wording import plain


class _Lamp(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str
    box: tuple[int, int, int, int]


class _Camera(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str
    heads: tuple[_Lamp, ...] = ()
    spare: _Lamp | None = None


def _load(tmp_path: Path, text: str | bytes) -> _Camera:
    file = tmp_path / "camera.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_yaml(file, _Camera)


def said(error: ConfigError) -> list[tuple[int, str, str]]:
    """Line, key and English of each problem."""
    return [(problem.line, problem.key, problem.what.en) for problem in error.problems]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("id: a\nheads:\n- 7\n", [(3, "heads.0", "expected keys with values (key: value)")]),
        ("id: a\nheds: []\n", [(2, "heds", "unknown key; did you mean 'heads'?")]),
        ("id: a\nxyzzy: 1\n", [(2, "xyzzy", "unknown key; known keys: id, heads, spare")]),
        (
            "id: a\nheads:\n  - id: main\n    bxo: [1, 2, 3, 4]\n",
            [(3, "heads.0.box", "is missing"), (4, "heads.0.bxo", "unknown key; did you mean 'box'?")],
        ),
        (
            "id: a\nspare: {id: main, box: [1, 2, x, 4]}\nheads: 3\n",
            [
                (
                    2,
                    "spare.box.2",
                    "must be a whole number",
                ),
                (3, "heads", "must be a list"),
            ],
        ),
        ("id: a\nid: b\n", [(2, "id", "stands here again; first on line 1")]),
        (
            "id: a\nheads:\n  - id: m\n    id: n\n    box: [1, 2, 3, 4]\n",
            [(4, "heads.0.id", "stands here again; first on line 3")],
        ),
        ("id: [a\n", [(1, "", "YAML: did not find expected ',' or ']'")]),
        ("id: a\n\tx: 1\n", [(2, "", "YAML: found a tab character that violates indentation")]),
        ("[" * 100_000, [(1, "", "YAML: exceeded maximum nesting depth")]),
        ("", [(1, "", "the file is empty")]),
        (b"id: \xff\xfe", [(1, "", "is not UTF-8 text (byte 4): save it as UTF-8")]),
        ("id: 0123\n", [(1, "id", "must be text: put it in quotes")]),
        ("- 1\n- 2\n", [(1, "", "expected keys with values (key: value)")]),
        (
            "id: !!python/object:os.system x\n",
            [
                (
                    1,
                    "",
                    "YAML: could not determine a constructor for the tag"
                    " 'tag:yaml.org,2002:python/object:os.system'",
                )
            ],
        ),
    ],
)
def test_each_mistake_names_line_and_key(
    tmp_path: Path, text: str | bytes, problems: list[tuple[int, str, str]]
) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, text)
    assert said(caught.value) == problems
    assert str(caught.value).startswith(f"{tmp_path / 'camera.yaml'}:")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml:1: can't be read: No such file or directory"):
        load_yaml(tmp_path / "nowhere.yaml", _Camera)


def test_a_check_names_the_place_of_its_problem(tmp_path: Path) -> None:
    file = tmp_path / "camera.yaml"
    file.write_text("id: a\nheads:\n- id: m\n  box: [1, 2, 3, 4]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"camera\.yaml:4: heads\.0\.box: is odd"):
        load_yaml(file, _Camera, lambda _: [(("heads", 0, "box"), plain("lạ", "is odd"))])


@given(st.one_of(st.text(max_size=60), st.text("id: heads[]{}-\n&*!|>'\"#%@`,?", max_size=40)))
def test_any_text_loads_or_is_refused_in_words(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ConfigError, match=r"any\.yaml:[0-9]+: "):
        load_yaml(file, _Lamp)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("id: xe máy".encode("utf-16"), (1, "", "is UTF-16 text: save it as UTF-8")),
        ("id: xe máy".encode("utf-32"), (1, "", "is UTF-32 text: save it as UTF-8")),
        (
            "id: a\nheads: [] # xe máy".encode("cp1258"),
            (2, "", "is not UTF-8 text (byte 22): save it as UTF-8"),
        ),
        (b"\xef\xbb\xbfid: 7x\nheds: []\n", (2, "heds", "unknown key; did you mean 'heads'?")),
    ],
)
def test_other_encodings_are_named(tmp_path: Path, content: bytes, problem: tuple[int, str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, content)
    assert said(caught.value) == [problem]


@pytest.mark.parametrize("word", ["off", "on", "yes", "no", "Off", "NO"])
def test_a_word_is_a_word_and_only_a_truth_value_where_one_is_wanted(tmp_path: Path, word: str) -> None:
    class Switch(BaseModel):
        id: str
        lit: bool

    file = tmp_path / "switch.yaml"
    file.write_text(f"id: {word}\nlit: {word}\n")
    read = load_yaml(file, Switch)
    assert (read.id, read.lit) == (word, word.lower() in ("on", "yes"))


TAGGED = ("!!timestamp x", "!!int x", "!!binary '@'", "!!python/name:os.system", "!!set x")


@pytest.mark.parametrize("tagged", TAGGED)
def test_tags_are_refused_in_a_sentence(tmp_path: Path, tagged: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(f"name: {tagged}\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        load_yaml(file, _Camera)


@pytest.mark.parametrize("levels", [6, 9, 40])
def test_aliases_of_aliases_are_refused_at_once(tmp_path: Path, levels: int) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    with pytest.raises(ConfigError, match="aliases make more than 100,000 values"):
        _load(tmp_path, "\n".join(lines))


def test_an_alias_inside_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="aliases"):
        _load(tmp_path, "id: a\nheads: &h [*h]\n")


@pytest.mark.parametrize("number", [".nan", ".inf", "-.inf"])
def test_a_number_that_is_none_is_named_once(tmp_path: Path, number: str) -> None:
    class Drawn(BaseModel):
        line: Annotated[tuple[tuple[FiniteFloat, FiniteFloat], ...], Field(min_length=2)]

    path = tmp_path / "camera.yaml"
    path.write_text(f"line: [[{number}, 1], [2, 3]]\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_yaml(path, Drawn)
    assert [problem.key for problem in caught.value.problems] == ["line.0.0"]
