"""The language of a request: the choice in its cookie, otherwise its `Accept-Language`."""

from starlette.requests import Request

from central.words.languages import LANGUAGES, Language, wanted_language

COOKIE = "lang"


def chosen_language(request: Request) -> Language | None:
    """The language chosen in this browser; None if none was chosen."""
    return next((known for known in LANGUAGES if known == request.cookies.get(COOKIE)), None)


def language(request: Request) -> Language:
    """The language of the response."""
    return chosen_language(request) or wanted_language(request.headers.get("accept-language", ""))
