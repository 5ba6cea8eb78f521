"""Types of values in an address: ids of objects and pages; all others are in `central.values`."""

from typing import Annotated

from fastapi import Path, Query

from central.values import LARGEST_ID

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
"""The id of an object in the path."""

Before = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]
"""Start of an older page: the id of the last item on the previous page."""
