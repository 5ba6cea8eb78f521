"""The node that is killed: `python -m bench.endurance.node NODE_YAML`.

All of it is real but for the networks: the vehicles of the sample clip are known, so that what is found does
not depend on how busy the machine is, and no plate is read.
"""

import signal
import sys
from pathlib import Path

from configs.node_check import load_cameras, load_node
from edge.evidence.keys import load_centre_key, load_or_make_node_key
from edge.node import Node
from tests.edge import road
from tests.edge.test_node import KnownClip


def main() -> None:
    """Runs until stopped."""
    config = load_node(Path(sys.argv[1]))
    node = Node(
        config,
        list(load_cameras(config)),
        road.eyes(KnownClip()),
        load_or_make_node_key(config.data),
        load_centre_key(config.centre_key),
        {},
    )
    signal.signal(signal.SIGTERM, lambda *_: node.stop())
    node.run()


if __name__ == "__main__":
    main()
