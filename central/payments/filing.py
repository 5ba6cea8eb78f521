"""The configured bank."""

from central.payments.http import HttpGateway
from central.payments.port import Gateway
from central.settings import PaymentSettings


def gateway_of(settings: PaymentSettings) -> Gateway | None:
    """The bank's gateway, None if money is entered by hand. Raises SettingsError."""
    return HttpGateway(settings.url, settings.token()) if settings.url is not None else None
