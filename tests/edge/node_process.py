"""The road's node as a process of its own that a test can kill: all of it real but for the networks.

python -m tests.edge.node_process NODE_YAML [CAMERA=VIDEO ...]

With a video it ends once all is delivered.
"""

import signal
import sys
from pathlib import Path

from configs.node_check import load_cameras, load_node
from edge.evidence.keys import load_centre_key, load_or_make_node_key
from edge.node import Node
from tests.edge import road


def main() -> None:
    """Runs until told to stop."""
    config = load_node(Path(sys.argv[1]))
    play = {name: Path(video) for name, video in (pair.split("=") for pair in sys.argv[2:])}
    node = Node(
        config,
        list(load_cameras(config)),
        road.eyes(),
        load_or_make_node_key(config.data),
        load_centre_key(config.centre_key),
        play,
    )
    signal.signal(signal.SIGTERM, lambda *_: node.stop())
    node.run(until_delivered=bool(play))


if __name__ == "__main__":
    main()
