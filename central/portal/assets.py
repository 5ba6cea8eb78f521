"""Style, script and picture files of the portal; see `web.assets`."""

from pathlib import Path

from web.assets import SHARED, Assets

_FILES = Assets([SHARED, Path(__file__).parent / "static"], {})

ROUTE = _FILES.route
address = _FILES.address
