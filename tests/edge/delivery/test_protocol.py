"""The protocol alone: a network that loses and breaks as hypothesis pleases, and a centre made of a set."""

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.receipts import MissingPart, Receipt
from contract.topics import CHUNK_BYTES
from edge.delivery.protocol import AWAITED, MOST_PATIENCE, OPEN, PATIENCE, WINDOW, Delivery, Parcel, Part

FILES = {"a" * 64: 3 * CHUNK_BYTES + 1, "b" * 64: 10}


def receipt(event_id: str, state: Any, *missing: MissingPart) -> Receipt:
    return Receipt(
        node="n",
        event_id=event_id,
        manifest_sha256="0" * 64,
        state=state,
        missing=missing,
        at=datetime.now(UTC),
    )


def online(*parcels: Parcel) -> Delivery:
    delivery = Delivery()
    delivery.connected(0)
    for parcel in parcels:
        delivery.offer(parcel)
    return delivery


def opened(*parcels: Parcel) -> Delivery:
    """Online, and the broker has taken the manifest of each."""
    delivery = online(*parcels)
    for _ in parcels:
        manifest = delivery.next(0)
        assert manifest is not None
        assert manifest.is_manifest
        delivery.acknowledged(manifest, 0)
    return delivery


def hand_over(delivery: Delivery, now: float = 0) -> list[Part]:
    """Sends all there is, each message acknowledged at once."""
    sent = []
    while part := delivery.next(now):
        sent.append(part)
        delivery.acknowledged(part, now)
    return sent


def test_the_manifest_goes_first_and_pieces_cover_each_file() -> None:
    sent = hand_over(online(Parcel("e", FILES)))
    assert sent[0].is_manifest
    assert [(part.sha256, part.offset, part.length) for part in sent[1:]] == [
        ("a" * 64, 0, CHUNK_BYTES),
        ("a" * 64, CHUNK_BYTES, CHUNK_BYTES),
        ("a" * 64, 2 * CHUNK_BYTES, CHUNK_BYTES),
        ("a" * 64, 3 * CHUNK_BYTES, 1),
        ("b" * 64, 0, 10),
    ]


def test_no_piece_goes_before_the_broker_took_the_manifest() -> None:
    delivery = online(Parcel("e", FILES))
    manifest = delivery.next(0)
    assert manifest is not None
    assert delivery.next(0) is None
    delivery.acknowledged(manifest, 0)
    assert [part.is_manifest for part in hand_over(delivery)] == [False] * 5


def test_the_window_bounds_what_is_in_flight() -> None:
    delivery = opened(Parcel("e", FILES))
    flying = [delivery.next(0) for _ in range(WINDOW + 2)]
    assert [part is None for part in flying] == [False] * WINDOW + [True] * 2
    assert flying[0] is not None
    delivery.acknowledged(flying[0], 0)
    assert delivery.next(0) is not None
    assert delivery.next(0) is None


def test_the_last_acknowledgement_says_handed_over_once() -> None:
    delivery = opened(Parcel("e", {"b" * 64: 10, "c" * 64: 10}))
    parts = [delivery.next(0), delivery.next(0)]
    assert [delivery.acknowledged(part, 0) for part in parts if part] == [False, True]
    assert [delivery.acknowledged(part, 0) for part in parts if part] == [False, False]
    (question,) = hand_over(delivery, PATIENCE)
    assert question.is_manifest


def test_open_packages_take_turns() -> None:
    sent = hand_over(online(Parcel("x", FILES), Parcel("y", FILES)))
    assert [part.event_id for part in sent[:6]] == ["x", "y"] * 3


def test_the_backlog_is_taken_from_both_ends_and_only_so_much() -> None:
    delivery = Delivery()
    ends = []
    while end := delivery.room():
        ends.append(end)
        delivery.offer(Parcel(str(len(ends)), FILES))
    assert ends == ["newest", "oldest"] * (OPEN // 2)


def test_a_silent_centre_stops_new_packages() -> None:
    delivery = online()
    while delivery.room():
        delivery.offer(Parcel(str(len(delivery.known)), FILES))
        hand_over(delivery)
    assert len(delivery.known) == AWAITED


def test_a_package_the_centre_ignores_gives_up_its_place_but_is_asked_about_for_ever() -> None:
    delivery = online(*(Parcel(str(number), {"b" * 64: 10}) for number in range(AWAITED)))
    hand_over(delivery)
    assert delivery.room() is None
    now, asked = 0.0, 0
    for _ in range(6):
        now += MOST_PATIENCE
        delivery.answered(receipt("other", "stored"), now)
        asked += len(hand_over(delivery, now))
    assert asked == 6 * AWAITED
    assert delivery.unanswered == AWAITED
    assert delivery.room() is not None


def test_questions_come_ever_more_slowly() -> None:
    delivery = online(Parcel("e", {"b" * 64: 10}))
    hand_over(delivery)
    asked = [now for now in range(4000) if hand_over(delivery, now)]
    gaps = [later - earlier for earlier, later in zip([0, *asked], asked, strict=False)]
    assert gaps[:9] == [15, 30, 60, 120, 240, 480, 600, 600, 600]


def test_an_unasked_incomplete_leads_to_a_question_first() -> None:
    delivery = online(Parcel("e", FILES))
    hand_over(delivery)
    lacking = receipt("e", "incomplete", MissingPart(sha256="a" * 64, offset=CHUNK_BYTES))
    delivery.answered(lacking, 1)
    assert [part.is_manifest for part in hand_over(delivery, 1)] == [True]
    delivery.answered(lacking, 2)
    assert [(part.sha256, part.offset) for part in hand_over(delivery, 2)] == [
        ("a" * 64, CHUNK_BYTES),
        ("a" * 64, 2 * CHUNK_BYTES),
        ("a" * 64, 3 * CHUNK_BYTES),
    ]


def test_an_incomplete_during_the_transfer_is_out_of_date() -> None:
    delivery = online(Parcel("e", FILES))
    first = delivery.next(0)
    delivery.answered(receipt("e", "incomplete", MissingPart(sha256="a" * 64, offset=0)), 0)
    assert first is not None
    delivery.acknowledged(first, 0)
    assert len(hand_over(delivery)) == 5


def test_a_centre_that_never_has_enough_does_not_get_full_speed() -> None:
    delivery = online(Parcel("e", FILES))
    lacking = receipt("e", "incomplete", MissingPart(sha256="b" * 64, offset=0))
    for _ in range(100):
        hand_over(delivery, 1)
        delivery.answered(lacking, 1)
    assert hand_over(delivery, 1 + PATIENCE) == []
    assert [part.sha256 for part in hand_over(delivery, 1 + MOST_PATIENCE)] == ["b" * 64]


@pytest.mark.parametrize("state", ["stored", "rejected"])
def test_a_final_receipt_ends_the_transfer_at_once(state: str) -> None:
    delivery = online(Parcel("e", FILES))
    flying = delivery.next(0)
    delivery.answered(receipt("e", state), 0)
    assert delivery.known == []
    assert delivery.next(0) is None
    assert flying is not None
    assert not delivery.acknowledged(flying, 0)


def test_a_refusal_rests_and_tries_the_same_again() -> None:
    delivery = online(Parcel("e", FILES))
    part = delivery.next(0)
    assert part is not None
    delivery.refused(part, 0)
    assert delivery.next(PATIENCE - 1) is None
    assert delivery.next(PATIENCE) == part


def test_after_a_break_what_was_in_flight_goes_again_and_then_a_question() -> None:
    delivery = opened(Parcel("e", FILES))
    flying = [delivery.next(0) for _ in range(WINDOW)]
    delivery.disconnected()
    assert delivery.next(0) is None
    delivery.connected(1)
    sent = hand_over(delivery, 1)
    assert sent[:WINDOW] == flying
    assert [part.is_manifest for part in sent] == [*[False] * 5, True]


def test_a_parcel_handed_over_before_a_restart_is_only_asked_about() -> None:
    assert [part.is_manifest for part in hand_over(online(Parcel("e", FILES, asked=True)))] == [True]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 8), st.floats(0, 0.4))
def test_everything_arrives_over_any_network(seed: int, parcels: int, badness: float) -> None:
    """A simulated network: messages and receipts are lost, connections break, for a while at random."""
    world = World(random.Random(seed), parcels, badness)
    for step in range(3000):
        world.step(step * 1.0, bad=step < 600)
    assert world.done == set(world.backlog)
    assert world.most_flying <= WINDOW


class World:
    """Node, lossy broker and centre, one step a second."""

    def __init__(self, chance: random.Random, parcels: int, badness: float) -> None:
        self.chance, self.badness = chance, badness
        self.backlog = {f"e{number}": FILES for number in range(parcels)}
        self.delivery = Delivery()
        self.delivery.connected(0)
        self.flying: list[Part] = []
        self.most_flying = 0
        self.manifests: set[str] = set()
        self.has: dict[tuple[str, str], int] = {}
        self.done: set[str] = set()

    def step(self, now: float, bad: bool) -> None:
        badness = self.badness if bad else 0.0
        if self.chance.random() < badness / 4:
            self.delivery.disconnected()
            self.delivery.connected(now)
            self.flying.clear()
        for event in [e for e in self.backlog if e not in self.done and e not in self.delivery.known]:
            if self.delivery.room():
                self.delivery.offer(Parcel(event, self.backlog[event]))
        while part := self.delivery.next(now):
            self.flying.append(part)
            self.most_flying = max(self.most_flying, len(self.flying))
        for part in list(self.flying):
            self.flying.remove(part)
            if self.chance.random() >= badness:
                self.arrive(part, now, badness)
            self.delivery.acknowledged(part, now)

    def arrive(self, part: Part, now: float, badness: float) -> None:
        """The broker acknowledged it; whether the centre got it is another matter."""
        if part.sha256 is None:
            self.manifests.add(part.event_id)
        elif part.offset <= self.has.get((part.event_id, part.sha256), 0):
            self.has[part.event_id, part.sha256] = part.offset + part.length
        missing = [
            MissingPart(sha256=sha256, offset=self.has.get((part.event_id, sha256), 0))
            for sha256, size in FILES.items()
            if self.has.get((part.event_id, sha256), 0) < size
        ]
        speaks = part.event_id in self.manifests and (part.is_manifest or not missing)
        if speaks and self.chance.random() >= badness:
            self.delivery.answered(
                receipt(part.event_id, "incomplete" if missing else "stored", *missing), now
            )
            self.done |= set() if missing else {part.event_id}
