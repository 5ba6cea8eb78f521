"""Typesetting that does not start."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from central.documents import process


@contextmanager
def typesetting_away() -> Iterator[None]:
    """No process for papers starts, and one that an earlier test started is not asked."""
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(process, "_servers", type(process._servers)())
        broken.setattr(sys, "executable", "/nowhere/python")
        yield
