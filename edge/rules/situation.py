"""The input of a judge: one vehicle, its scene, the lamps, and the present moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from configs.rules import RuleSet
from configs.scene import Scene
from edge.rules.inputs import Riders, SignalHistory, Track
from edge.rules.passage import Passage, passages


@dataclass(frozen=True)
class Situation:
    """What is judged. `now` is the stream time of the newest frame; `track_ended` that it won't be seen
    again. `epoch` is UTC at stream time 0: what holds at certain hours only needs it, nothing else may ask.
    `riders` are who sits on the vehicle, where that was looked at.
    """

    track: Track
    scene: Scene
    signals: Mapping[str, SignalHistory]
    now: float
    rules: RuleSet
    epoch: datetime | None = None
    track_ended: bool = False
    riders: Riders | None = None

    def utc(self, t: float) -> datetime:
        """The time of day at stream time `t`, for what holds at certain hours."""
        assert self.epoch is not None, "the rulebook refuses such a scene without an epoch"
        return self.epoch + timedelta(seconds=t)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Crossings of governed stop lines, worked out once for all rules that ask (`edge.rules.passage`)."""
        return passages(self.track.points, self.scene, self.now, self.rules.passage)
