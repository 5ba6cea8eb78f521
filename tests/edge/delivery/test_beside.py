"""A test is sent beside the running node: neither disturbs the other, at a real broker."""

from pathlib import Path

import pytest

from configs.node import BrokerConfig, NodeConfig
from edge.delivery.beside import Errand
from edge.delivery.outbox import Outbox
from tests.edge import factories
from tests.edge.delivery.centre import Centre
from tests.edge.delivery.node import NODE, add, delivering
from tests.edge.delivery.test_delivery import (  # noqa: F401 (fixtures)
    centre,
    config,
    eventually,
    outbox,
)

pytestmark = pytest.mark.broker


def test_both_are_delivered_and_neither_takes_the_other_s_receipts(
    centre: Centre,  # noqa: F811
    outbox: Outbox,  # noqa: F811
    config: BrokerConfig,  # noqa: F811
    tmp_path: Path,
) -> None:
    node = NodeConfig(
        id=NODE,
        data=tmp_path,
        broker=config,
        centre_key=tmp_path / "key",
        cameras=(tmp_path / "camera.yaml",),
    )
    test = factories.package(7, test=True)
    errand = Errand(test, node, centre.key.public, tmp_path / "test", factories.KEY.public)
    with delivering(outbox, config, centre.key.public) as (client, sender):
        eventually(lambda: client.state.connected)
        centre.wait(lambda c: len(c.statuses) == 1)
        events = add(outbox, 1, 2)
        errand.deliver(lambda: errand.receipt is None or errand.receipt.state != "stored")
        centre.wait(lambda c: {*events, "test-7"} <= c.stored.keys())
        eventually(lambda: sender.counts["receipts_stored"] == 2)
        assert client.state.connected
        assert sender.counts["receipts_ignored"] == 0
        assert len(centre.statuses) == 1
    assert errand.sent
    assert not errand.refused
    errand.close()
