"""The chain of a node's packages: each names the hash of the previous one, so that none can be left out.
Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

ChainState = Literal["linked", "gap", "broken"]
OUTSIDE = "none"
"""The chain of a test: it stands outside, so that it can be sent beside a running node and deleted."""


@dataclass(frozen=True)
class Link:
    """A package within the chain: its place under its key, its hash, and the hash it gives for the previous
    one.
    """

    event_id: str
    key_id: str
    sequence: int
    previous: str | None
    sha256: str
    state: str
    chain: str


def chain_state(link: Link, by_place: Mapping[tuple[str, int], Link]) -> ChainState:
    """Relation of a package to the previous one: the same hash, not here (yet), or contradicted."""
    if link.sequence == 1:
        return "linked" if link.previous is None else "broken"
    before = by_place.get((link.key_id, link.sequence - 1))
    if before is None:
        return "gap"
    return "linked" if before.sha256 == link.previous else "broken"


def chain_states(links: Iterable[Link], by_place: Mapping[tuple[str, int], Link]) -> dict[str, ChainState]:
    """The states of these packages and of their successors, by event id, where they changed."""
    concerned = {link.event_id: link for link in links}
    after = (by_place.get((link.key_id, link.sequence + 1)) for link in list(concerned.values()))
    concerned |= {link.event_id: link for link in after if link is not None}
    states = {event_id: chain_state(link, by_place) for event_id, link in concerned.items()}
    return {event_id: state for event_id, state in states.items() if state != concerned[event_id].chain}
