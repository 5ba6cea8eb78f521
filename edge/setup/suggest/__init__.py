"""Suggestions for setting up a camera, from what one recorded minute of it shows.

`watch` looks at the recording once (the slow part), `suggest` reasons about what was seen.
"""

from edge.setup.suggest.everything import suggest
from edge.setup.suggest.watch import watch

__all__ = ["suggest", "watch"]
