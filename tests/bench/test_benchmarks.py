"""Every benchmark that the command knows can be asked for."""

from importlib import import_module

import pytest

from ngatu.cli import BENCHMARKS


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_has_a_main(name: str) -> None:
    assert callable(import_module(f"bench.{name}").main)
