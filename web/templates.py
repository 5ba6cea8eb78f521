"""How the interfaces make pages from their templates: everything escaped, nothing undefined let pass."""

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HTMX = {
    "allowEval": False,
    "includeIndicatorStyles": False,
    "historyEnabled": False,
    "defaultSettleDelay": 0,
    "selfRequestsOnly": True,
    "responseHandling": [
        {"code": "5..", "swap": False, "error": True},
        {"code": ".*", "swap": True},
    ],
}
"""How htmx behaves on every page: no code made of text, no other site, nothing kept of what was seen."""


def templates(folder: Path, asset: Callable[..., str]) -> Environment:
    """The templates in a folder; `asset` gives the address of a script or style sheet, `htmx`
    is its settings."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"asset": asset, "htmx": HTMX}
    return environment
