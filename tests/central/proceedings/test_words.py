"""Everything the tables of steps name has words in both languages."""

from datetime import date, datetime

import pytest

from central.cases.models import Case
from central.proceedings.engine import STEPS
from central.proceedings.models import ProceedingStep
from central.proceedings.papers.first import rule_words
from central.proceedings.people import PROGRAMME, citizen
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


def test_papers_say_in_words_what_a_camera_found() -> None:
    """The result handed over with a military vehicle's case has no offence to name the act."""
    assert rule_words(Case(rule="red_light")) == "Vượt đèn đỏ"


@pytest.mark.parametrize(
    ("actor", "actor_id", "by_citizen"),
    [(citizen(7).name, None, True), (PROGRAMME.name, None, False), ("party 7", 7, False)],
)
def test_a_citizen_in_the_history_is_no_number(actor: str, actor_id: int | None, by_citizen: bool) -> None:
    step = ProceedingStep(
        proceeding_id=1,
        action="admit",
        day=date(2026, 10, 5),
        at=datetime(2026, 10, 5),
        actor=actor,
        actor_id=actor_id,
    )
    assert step.by_citizen is by_citizen
