"""Descriptors: what one of them says is enough for every place that asks."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from configs.camera import CameraConfig
from configs.camera_check import camera_problems
from configs.law_tables import shipped
from configs.rules import RANKED, RULES, Rules
from configs.rules.bases import BANS, ZONES
from configs.rules.descriptor import RuleDescriptor
from configs.rules.parameters import Passage
from configs.rules.red_light import RedLight
from configs.rules_page import page
from configs.scene import Ban, ZoneBasis
from configs.words import catalogue

ROOT = Path(__file__).parents[2]
EVERY = list(RULES.values())
BARE = {"id": "a", "site": {"id": "s", "name": "S"}, "size": [640, 480], "calibration": "c"}


def test_rules_are_found_by_themselves_in_their_order() -> None:
    modules = {path.stem for path in (ROOT / "configs/rules").glob("*.py")}
    assert set(RULES) <= modules
    assert [rule.order for rule in EVERY] == sorted({rule.order for rule in EVERY})
    assert RANKED == ("wrong_way", "wrong_lane", "solid_line")


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.name)
def test_what_a_rule_says_has_words_and_no_other_rule_says_it(rule: RuleDescriptor) -> None:
    others = [code for other in EVERY if other is not rule for code in other.reasons]
    assert rule.reasons
    assert not set(rule.reasons) & set(others)
    assert all(code.startswith(f"{rule.name}.") for code in rule.reasons)
    assert rule.reasons.items() <= catalogue().items()
    assert set(rule.moments) == {"before", "over", "continuing"}


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.name)
def test_a_camera_without_what_a_rule_needs_is_told(rule: RuleDescriptor) -> None:
    camera = CameraConfig.model_validate({**BARE, "rules": {rule.name: {}}})
    assert list(camera_problems(camera)) == [(("rules", rule.name), rule.needs[0].missing)]


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.name)
def test_the_law_asks_only_what_the_rule_tells(rule: RuleDescriptor) -> None:
    rows = [row for row in shipped().acts_table.findings if row.rule == rule.name]
    assert rows, f"configs/law/acts.yaml does not say which acts a finding of {rule.name} may be"
    assert {fact for row in rows for fact in row.facts} <= set(rule.law_facts)


@pytest.mark.parametrize("name", ["illegal_turn", "no_stopping"])
def test_every_basis_the_law_knows_can_be_declared(name: str) -> None:
    rows = [row for row in shipped().acts_table.findings if row.rule == name]
    asked = {value for row in rows for value in row.facts.get("basis", ())}
    known = set(RULES[name].bases)
    assert {value for value in asked if not re.fullmatch(r"P\.12[34]|R\.301[a-h]", value)} <= known


def test_every_basis_of_the_scene_has_words() -> None:
    assert set(BANS) == set(Ban.__args__)  # type: ignore[attr-defined]
    assert set(ZONES) == set(ZoneBasis.__args__)  # type: ignore[attr-defined]


def test_parameters_are_asked_for_by_their_model() -> None:
    rules = Rules.model_validate({"red_light": {"grace": 0.5}})
    assert rules.parameters(RedLight) == RedLight(grace=0.5)
    assert Rules().parameters(RedLight) is None
    assert rules.passage == Passage()


def test_a_precedence_names_rules() -> None:
    with pytest.raises(ValidationError, match="no rule is called 'speeding'"):
        Rules.model_validate({"precedence": ["speeding"]})


def test_the_page_of_the_rules_is_current() -> None:
    assert (ROOT / "docs/rules.md").read_text("utf-8") == page(), (
        "run: python -m configs.rules_page docs/rules.md"
    )
