"""Suggestions for setting up a camera, from one recorded minute.

`watch` analyses the recording once (the slow part), `suggest` draws conclusions from the result.
"""

from edge.setup.suggest.everything import suggest
from edge.setup.suggest.watch import watch

__all__ = ["suggest", "watch"]
