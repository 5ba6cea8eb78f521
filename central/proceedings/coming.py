"""Which open cases can still get a paper, told from the step tables: those whose track can still come to a
step that makes it. Papers that no step makes (letters, case files) can come at any time.
"""

from sqlalchemy import ColumnElement, or_, true
from sqlmodel import col, select

from central.proceedings.conditions import NOT_DECIDED
from central.proceedings.engine import STEPS
from central.proceedings.law_impact import undecided
from central.proceedings.models import Proceeding, TrackState
from central.proceedings.rows import Step
from central.proceedings.tracks import DECISION_TRACKS, START, Track


def may_get(kind: str) -> ColumnElement[bool]:
    """The cases that can still get a paper of a kind, for a query over proceedings."""
    ways = [_may_come(step) for step in STEPS.values() if step.form == kind]
    return or_(*ways) if ways else true()


def _may_come(step: Step) -> ColumnElement[bool]:
    if step.track in DECISION_TRACKS:  # of each decision: there is one, or one can come
        return _at(Track.DECISION, states_before(Track.DECISION, frozenset({"signed"})))
    reached = _at(step.track, states_before(step.track, step.sources))
    return reached & undecided() if NOT_DECIDED in step.needs else reached


def states_before(track: Track, wanted: frozenset[str]) -> frozenset[str]:
    """The states of a track from which steps, its own and effects of others, lead to one of those wanted."""
    moves = [(step.sources, step.target) for step in STEPS.values() if step.track is track]
    effects = [effect for step in STEPS.values() for effect in step.effects if effect.track is track]
    known = {START[track]}.union(*((*sources, target) for sources, target in moves))
    moves += [(effect.sources or frozenset(known), effect.target) for effect in effects]
    found = wanted
    while more := frozenset().union(*(sources for sources, target in moves if target in found)) - found:
        found |= more
    return found


def _at(track: Track, states: frozenset[str]) -> ColumnElement[bool]:
    """Cases whose track is at one of these states; one without a row is at its start."""
    of_track = (TrackState.track == track, col(TrackState.proceeding_id).is_not(None))
    rows = select(TrackState.proceeding_id).where(*of_track)
    if START[track] in states:
        return col(Proceeding.id).not_in(rows.where(col(TrackState.state).not_in(states)))
    return col(Proceeding.id).in_(rows.where(col(TrackState.state).in_(states)))
