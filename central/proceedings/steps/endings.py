"""Effects of the end of a case on other tracks: alerts, the public status, the notice."""

from central.proceedings.rows import Effect, sources
from central.proceedings.tracks import Track

SOLVED = (
    Effect(Track.ALERT, "to_lift", sources("raised"), events=("solved",)),
    Effect(Track.PUBLICATION, "to_update", sources("published")),
)
"""Effects of any end of the case: alerts are lifted at once, the public status is updated."""

TAKEN_DOWN = Effect(Track.PUBLICATION, "to_take_down", sources("published", "to_update", "updated"))
"""A case that ended without being carried out is no longer published as an unsettled violation."""

UNDONE = (
    Effect(Track.ALERT, "to_lift", sources("raised"), events=("solved",)),
    TAKEN_DOWN,
    Effect(Track.NOTICE, "withdrawn", sources("drawn", "signed", "sent")),
)
"""Effects of the end of a case that should never have been sent."""
