"""A node that only delivers: as a block of a test, or as a process of its own that a test can kill.

python -m tests.edge.delivery.node OUTBOX PORT CA PASSWORD_FILE CENTRE_KEY
"""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from configs.node import BrokerConfig
from contract.reports import CameraInfo, HealthReport
from contract.signing import PublicKey
from contract.topics import NodeTopics
from edge.delivery.client import DeliveryClient, Pace
from edge.delivery.health import health_report
from edge.delivery.outbox import Outbox
from edge.delivery.sender import Sender
from edge.delivery.senders import Senders
from edge.delivery.session import NodeIdentity
from tests.edge import factories

NODE = "node-1"
CAMERA = CameraInfo(id="cam-1", site="nga-tu-so", site_name="Ngã Tư Sở", calibration="cal-1")
QUICK = Pace(first_retry=0.1, most_retry=0.5, health=0.5)


def make_client(outbox: Outbox, config: BrokerConfig, centre_key: PublicKey) -> tuple[DeliveryClient, Sender]:
    """A client that delivers the outbox."""
    sender = Sender(outbox, NodeTopics(NODE), centre_key, time.monotonic)
    identity = NodeIdentity(NODE, datetime.now(UTC), "ngatu test", (CAMERA,))

    def health(session: str) -> HealthReport:
        return health_report(NODE, session, datetime.now(UTC), (), outbox.summary(), Path("/"), sender.alarms)

    client = DeliveryClient(config, identity, Senders([sender]), health, QUICK)
    return client, sender


@contextmanager
def delivering(
    outbox: Outbox, config: BrokerConfig, centre_key: PublicKey
) -> Iterator[tuple[DeliveryClient, Sender]]:
    """The delivery thread runs inside the block."""
    client, sender = make_client(outbox, config, centre_key)
    stop = threading.Event()
    thread = threading.Thread(target=client.run, args=(stop,))
    thread.start()
    try:
        yield client, sender
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def open_outbox(folder: Path) -> Outbox:
    """The outbox of the test's node."""
    return Outbox(folder, factories.KEY.public, 10**9)


def add(outbox: Outbox, *numbers: int, clip_bytes: int = 300_000) -> list[str]:
    """Puts packages of these numbers into the outbox; their event ids."""
    events = [factories.event_id(factories.facts(number)) for number in numbers]
    for number, event in zip(numbers, events, strict=True):
        assert outbox.add(event, lambda link, n=number: factories.package(n, link, clip_bytes))  # type: ignore[misc]
    return events


def main() -> None:
    """Delivers until killed."""
    folder, port, ca, password, key = sys.argv[1:]
    config = BrokerConfig(host="127.0.0.1", port=int(port), ca=Path(ca), password_file=Path(password))
    make_client(open_outbox(Path(folder)), config, PublicKey.from_text(key))[0].run(threading.Event())


if __name__ == "__main__":
    main()
