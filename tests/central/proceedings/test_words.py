"""Everything the tables of steps name has words in both languages."""

import pytest

from central.proceedings.engine import STEPS
from central.proceedings.tracks import START, Actor, CaseKind, Track
from central.words.dictionary import dictionary
from central.words.languages import LANGUAGES, Language

ENGINE_PROBLEMS = ("not_decided", "wrong_state", "wrong_role", "no_reason", "day_impossible", "not_today")


def named() -> set[str]:
    """Every word the pages and refusals need."""
    words = {f"track.{track}" for track in Track} | {f"actor.{actor}" for actor in Actor}
    words |= {f"case_kind.{kind}" for kind in CaseKind}
    words |= {f"track_state.{track}.{state}" for track, state in START.items()}
    for step in STEPS.values():
        words |= {f"step.{step.action}", f"track_state.{step.track}.{step.target}"}
        words |= {f"track_state.{effect.track}.{effect.target}" for effect in step.effects}
        words |= {f"error.step_refused.{need.code}" for need in step.needs}
        words |= {f"paper.{step.form}"} if step.form else set()
    return words | {f"error.step_refused.{problem}" for problem in ENGINE_PROBLEMS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_has_words(language: Language) -> None:
    assert named() - dictionary(language).keys() == set()
