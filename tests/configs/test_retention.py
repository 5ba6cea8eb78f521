"""The file of retention rules: what ships is a proposal, and contradictions are refused with their line."""

from pathlib import Path

import pytest

from configs.loading import ConfigError
from configs.retention import PROPOSAL, load_retention


def test_what_ships_is_a_proposal_that_deletes_nothing() -> None:
    rules = load_retention()
    assert not rules.approved
    assert {rule.of for rule in rules.rules} == {"rejected", "no_offence", "closed"}
    assert {rule.covers for rule in rules.rules} == {"media", "personal_data", "papers"}
    assert rules.audit_log is not None


def test_personal_data_of_closed_cases_may_go_with_their_papers(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    rule = "{code: closed_data, covers: personal_data, of: closed, days: 3653, legal_basis: x, "
    text = PROPOSAL.read_text().replace("\naudit_log:", f"\n- {rule}confidence: unsure}}\naudit_log:")
    file.write_text(text)
    assert load_retention(file).rules[-1].code == "closed_data"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("code: rejected_data", "code: rejected_media", "repeats"),
        ("of: no_offence", "of: rejected", "repeats"),
        ("code: no_offence_media\n  covers: media\n  of: no_offence\n  days: 455",
         "code: no_offence_media\n  covers: media\n  of: no_offence\n  days: 456", "longer"),
        ("covers: media\n  of: closed", "covers: personal_data\n  of: closed", "archive"),
        ("of: closed\n  days: 3653", "of: rejected\n  days: 3653", "only closed"),
        ("of: closed\n  days: 3653", "of: closed\n  days: 1000", "1096 days or more"),
        ("of: closed\n  days: 1096", "of: closed\n  days: 4000", "pictures"),
        ("audit_log:\n  days: 1096", "audit_log:\n  days: 365", "730"),
        ("days: 90", "days: 7", "30"),
    ],
)  # fmt: skip
def test_contradictions_are_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(PROPOSAL.read_text().replace(old, new, 1))
    with pytest.raises(ConfigError, match=rf"rules.yaml:\d+: .*{problem}"):
        load_retention(file)
