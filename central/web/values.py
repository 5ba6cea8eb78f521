"""Types of what stands in an address: numbers of things and of pages; all others are `central.values`."""

from typing import Annotated

from fastapi import Path, Query

from central.values import LARGEST_ID

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
"""The number of a thing in the path."""

Before = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]
"""Where an older page begins: the number of the last thing on the page before."""
