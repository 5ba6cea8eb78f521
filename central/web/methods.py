"""The methods a path supports: for the `Allow` of 405 and OPTIONS."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Match

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def allowed_methods(request: Request) -> list[str]:
    """The methods that any route of the application supports for the request's path, including OPTIONS."""
    taken = [method for method in _METHODS if takes(request.app, request.url.path, method)]
    return [*taken, *(["HEAD"] if "GET" in taken else []), "OPTIONS"]


def takes(app: Starlette, path: str, method: str) -> bool:
    """Whether the application has a route for the method and path."""
    scope = {"type": "http", "path": path, "method": method, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in app.routes)
