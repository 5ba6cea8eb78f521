"""Turns at looking, taken by threads."""

import threading
from itertools import count

from edge.turns import Turns
from tests.edge import road


def cameras(number: int) -> list[str]:
    return [f"camera-{name}" for name in range(number)]


def turns_of(names: list[str], cores: int, cost: float) -> Turns:
    """Turns that each cost so much processor time, as its clock tells."""
    ticks = count()
    turns = Turns(cores, processor=lambda: next(ticks) * cost)
    for name in names:
        turns.join(road.CONFIG.model_copy(update={"id": name}))
    return turns


def test_no_more_looks_at_once_than_cores_and_every_camera_gets_its_own() -> None:
    names = cameras(5)
    turns = turns_of(names, cores=2, cost=0.0)
    lock, now, most, done = threading.Lock(), [0], [0], dict.fromkeys(names, 0)

    def look(name: str) -> None:
        for _ in range(20):
            with turns.turn(name):
                with lock:
                    now[0] += 1
                    most[0] = max(most[0], now[0])
                threading.Event().wait(0.001)
                with lock:
                    now[0] -= 1
                    done[name] += 1

    threads = [threading.Thread(target=look, args=(name,), daemon=True) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert done == dict.fromkeys(names, 20)
    assert most[0] <= 2


def test_a_look_that_fails_gives_its_turn_back() -> None:
    turns = turns_of(["a"], cores=1, cost=0.0)
    for _ in range(3):
        try:
            with turns.turn("a"):
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    done = threading.Event()

    def look() -> None:
        with turns.turn("a"):
            done.set()

    threading.Thread(target=look, daemon=True).start()
    assert done.wait(30)
