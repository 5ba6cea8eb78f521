"""The web application: the API for software, the console for people, two addresses for monitoring."""

from starlette.applications import Starlette
from starlette.datastructures import State
from starlette.types import ASGIApp, Receive, Scope, Send

from central.api.app import create_api
from central.clock import Clock, utc_now
from central.console.app import create_console
from central.db import make_engine
from central.settings import CentralSettings
from central.web.head import HeadAsGet
from central.web.health import Health
from central.web.people import LOCK_SECONDS
from central.web.rates import Rates
from central.web.request_log import RequestLog
from central.web.services import Services
from web.safety import SafetyHeaders


class Centre:
    """The application over the database and folder of the settings; any number of processes may run it.

    API and console each answer all of their paths, including those that don't exist: an API error is problem
    details, a console error is a page.
    """

    def __init__(self, settings: CentralSettings, clock: Clock = utc_now) -> None:
        self.state = State()
        self.state.settings = settings
        self.state.clock = clock
        self.state.rates = Rates()
        self.state.engine = make_engine(settings.database_url, LOCK_SECONDS, clock=clock)
        self.state.services = Services.of(settings)
        self.api = create_api(self.state)
        self.console = create_console(self.state)
        self.health = Starlette(routes=Health(settings.database_url).routes)
        self._faces: ASGIApp = RequestLog(
            SafetyHeaders(HeadAsGet(self._face), tls_only=settings.secure_cookies)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request, or the server's lifespan."""
        await (self._faces if scope["type"] == "http" else self.health)(scope, receive, send)

    async def _face(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path in ("/healthz", "/readyz"):
            interface: ASGIApp = self.health
        else:
            interface = self.api if path == "/api" or path.startswith("/api/") else self.console
        await interface(scope, receive, send)


def create_app(settings: CentralSettings, clock: Clock = utc_now) -> Centre:
    """Creates the web application; `clock` is for tests."""
    return Centre(settings, clock)
