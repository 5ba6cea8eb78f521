"""A worker that only shares, as a process that a test may kill: `python -m … DATABASE PLATFORM`."""

import sys
import threading
from datetime import UTC, datetime

from central.connections.http import Peer
from central.db import make_engine
from central.jobs.runner import Runner
from central.worker_connections import sharing_handler


def main(database: str, platform: str) -> None:
    """Works until it is killed."""
    engine = make_engine(database)

    def now() -> datetime:
        return datetime.now(UTC)

    handler = sharing_handler(engine, Peer(platform, "t0ken", limit_seconds=5), "ngatu/BN", now)
    Runner(engine, [handler], now).run(threading.Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
