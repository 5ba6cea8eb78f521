"""Style, script and picture files of the console; see `web.assets`."""

from pathlib import Path

from web.assets import SHARED, Asset, Assets

_OWN = Path(__file__).parent / "static"
_FILES = Assets([SHARED, _OWN], {"htmx.min.js": ("js_lib_htmx", "static/htmx/htmx.min.js")})

ASSETS: dict[str, Asset] = _FILES.files
VERSION = _FILES.version
ROUTE = _FILES.route
address = _FILES.address
