"""A one-way street in grey rain: riders against it, standing at the kerb, a legal contraflow lane."""

from ..scenario import Scenario
from .one_way import one_way


def make(seed: int) -> Scenario:
    """18 s of rain light."""
    return one_way("one_way_rain", __doc__ or "", seed, seed + 300, "rain", 18.0)
