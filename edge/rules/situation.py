"""The input of a judge: one vehicle, its scene, the lamps, and the present time."""

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
    again. `epoch` is UTC at stream time 0, only for things that apply at certain hours. `riders` are the
    people on the vehicle, if analysed."""

    track: Track
    scene: Scene
    signals: Mapping[str, SignalHistory]
    now: float
    rules: RuleSet
    epoch: datetime | None = None
    track_ended: bool = False
    riders: Riders | None = None

    def utc(self, t: float) -> datetime:
        """The time of day at stream time `t`, for things that apply at certain hours."""
        assert self.epoch is not None, "the rulebook refuses such a scene without an epoch"
        return self.epoch + timedelta(seconds=t)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Crossings of governed stop lines, computed once for all rules (`edge.rules.passage`)."""
        return passages(self.track.points, self.scene, self.now, self.rules.passage)
