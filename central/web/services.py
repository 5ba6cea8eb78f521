"""What the faces need beside the database and the settings, made once when the application starts."""

from dataclasses import dataclass

from starlette.requests import Request

from central.media.sights import CheckedMedia
from central.vault import Vault


@dataclass(frozen=True)
class Services:
    """The evidence store and the vault of owners' data."""

    media: CheckedMedia
    vault: Vault


def services(request: Request) -> Services:
    """Those of the running application."""
    found = request.app.state.services
    assert isinstance(found, Services)
    return found
