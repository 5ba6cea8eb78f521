"""What ends of a case set going in other tracks: alerts, the public status, the notice."""

from central.proceedings.rows import Effect, sources
from central.proceedings.tracks import Track

SOLVED = (
    Effect(Track.ALERT, "to_lift", sources("raised"), events=("solved",)),
    Effect(Track.PUBLICATION, "to_update", sources("published")),
)
"""What an end of the case sets going: alerts are lifted at once, the public status is brought up to date."""

TAKEN_DOWN = Effect(Track.PUBLICATION, "to_take_down", sources("published", "to_update", "updated"))
"""A case that ended without being carried out is no longer published as a violation to be settled."""

UNDONE = (
    Effect(Track.ALERT, "to_lift", sources("raised"), events=("solved",)),
    TAKEN_DOWN,
    Effect(Track.NOTICE, "withdrawn", sources("drawn", "signed", "sent")),
)
"""What the end of a case that should never have been sets going."""
