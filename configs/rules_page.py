"""Writes the page of the rules (docs/rules.md) from their descriptors: python -m configs.rules_page
docs/rules.md"""

import sys
from pathlib import Path

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from configs.rules import RANKED, RULES
from configs.rules.descriptor import RuleDescriptor
from configs.rules.parameters import Passage
from configs.wording import with_forms

_HEAD = """# The rules

Generated from the rule descriptors (`python -m configs.rules_page docs/rules.md`). A rule is on when its key
is under `rules` in the camera file; `NAME: {}` takes the defaults. Distances are in heights or widths of the
vehicle's box, so that one setting fits near and far vehicles. How to add one: [add a rule](add-a-rule.md).
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(_section(rule) for rule in RULES.values()), _shared()])


def _section(rule: RuleDescriptor) -> str:
    lines = [f"## `{rule.name}` — {rule.label.vi} ({rule.label.en})", ""]
    needs = [need.missing.en.removeprefix("needs ") for need in rule.needs]
    lines += [
        f"Version {rule.version}. Needs {'; '.join([*needs, f'{rule.looks:g} analysed frames a second'])}.",
        "",
    ]
    lines += _table(("parameter", "default", "meaning"), _parameters(rule.parameters))
    lines += _table(("broken (`basis`)", "meaning"), [(f"`{code}`", w.en) for code, w in rule.bases.items()])
    told: list[tuple[str, ...]] = [
        (f"`{code}`", with_forms(words.en, {})) for code, words in rule.reasons.items()
    ]
    lines += _table(("code", "words"), told)
    return "\n".join(lines)


def _shared() -> str:
    lines = [
        "## Shared",
        "",
        "`passage` is not a rule: it sets how the crossing of a stop line is recognised.",
        "",
    ]
    lines += _table(("parameter", "default", "meaning"), _parameters(Passage))
    ranked = ", ".join(f"`{name}`" for name in RANKED)
    lines += [
        f"`precedence` ({ranked}): an act that breaks several of these is reported under the first.",
        "",
    ]
    return "\n".join(lines).rstrip() + "\n"


def _parameters(model: type[BaseModel]) -> list[tuple[str, ...]]:
    return [
        (
            f"`{name}`",
            "" if field.default is PydanticUndefined else f"{field.default}",
            field.description or "",
        )
        for name, field in model.model_fields.items()
    ]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    lines = [head, tuple("---" for _ in head), *rows]
    return [*(f"| {' | '.join(line)} |" for line in lines), ""]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
