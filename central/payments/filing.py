"""The configured other side."""

from central.payments.http import HttpGateway
from central.payments.port import Gateway
from central.settings import PaymentSettings, read_secret


def gateway_of(settings: PaymentSettings) -> Gateway | None:
    """The other side, None where money is entered by hand. Raises SettingsError."""
    if settings.url is None or settings.token_file is None:
        return None
    return HttpGateway(settings.url, read_secret(settings.token_file).get_secret_value())
