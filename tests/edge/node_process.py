"""The road's node as a process of its own that a test can kill: all of it real but for the networks.

python -m tests.edge.node_process NODE_YAML [CAMERA=VIDEO ...]

With a video it ends once all is delivered. Under a new configuration a camera is watched for seconds only.
"""

import signal
import sys
from pathlib import Path

from configs.node_check import load_cameras, load_node
from edge.configuration.comparing import Probation
from edge.evidence.keys import load_centre_key, load_or_make_node_key
from edge.node import Node
from tests.edge import road

QUICK = Probation(settle=6.0, least=10.0, full=14.0, every=0.5)


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
        QUICK,
    )
    signal.signal(signal.SIGTERM, lambda *_: node.stop())
    node.run(until_delivered=bool(play))


if __name__ == "__main__":
    main()
