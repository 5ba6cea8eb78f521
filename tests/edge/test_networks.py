"""A network's threads sleep while they have nothing to do."""

import numpy as np
import pytest

from edge.networks import open_network
from models import load_path

WORK = {"crops": np.zeros((8, 3, 64, 192), np.float32)}


@pytest.mark.parametrize("threads", [1, 2])
def test_idle_threads_sleep(threads: int) -> None:
    options = open_network(load_path("plate_reader"), threads).get_session_options()
    assert options.intra_op_num_threads == threads
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"


def test_the_answer_does_not_depend_on_the_threads() -> None:
    one, two = (open_network(load_path("plate_reader"), threads).run(None, WORK) for threads in (1, 2))
    for a, b in zip(one, two, strict=True):
        assert a == pytest.approx(b, abs=1e-4)


def test_memory_that_is_not_kept_changes_no_answer() -> None:
    kept, given_back = (open_network(load_path("plate_reader"), keeps=keeps) for keeps in (True, False))
    assert not given_back.get_session_options().enable_cpu_mem_arena
    assert np.array_equal(kept.run(None, WORK)[0], given_back.run(None, WORK)[0])
