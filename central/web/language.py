"""Which language a request wants: the choice in its cookie, else what its `Accept-Language` asks for."""

from starlette.requests import Request

from central.words.languages import LANGUAGES, Language, wanted_language

COOKIE = "lang"


def chosen_language(request: Request) -> Language | None:
    """The language somebody chose in this browser; None when nobody did."""
    return next((known for known in LANGUAGES if known == request.cookies.get(COOKIE)), None)


def language(request: Request) -> Language:
    """The language of the answer."""
    return chosen_language(request) or wanted_language(request.headers.get("accept-language", ""))
