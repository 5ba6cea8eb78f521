"""One question to a rule: this vehicle, this place, these lamps, now."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from edge.rules.inputs import SignalHistory, Track
from edge.rules.parameters import Rules
from edge.rules.passage import Passage, passages
from edge.rules.scene import Scene


@dataclass(frozen=True)
class Situation:
    """What is judged. `now` is the stream time of the newest frame; `track_ended` that it won't be seen
    again."""

    track: Track
    scene: Scene
    signals: Mapping[str, SignalHistory]
    now: float
    rules: Rules
    track_ended: bool = False

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Crossings of governed stop lines, worked out once for all rules that ask (`edge.rules.passage`)."""
        return passages(self.track.points, self.scene, self.now, self.rules.passage)
