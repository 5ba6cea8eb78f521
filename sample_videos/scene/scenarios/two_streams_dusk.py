"""A one-way street at dusk with a main and a sub stream: riders against it, standing at the kerb."""

from ..scenario import Scenario
from .one_way import one_way


def make(seed: int) -> Scenario:
    """15 s of dusk; the detect stream is 640×360, the record stream 1280×720."""
    return one_way("two_streams_dusk", __doc__ or "", seed, seed + 400, "dusk", 15.0, two_streams=True)
