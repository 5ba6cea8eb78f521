"""Rendering of the portal: Vietnamese unless the browser or the visitor asks for English."""

from functools import partial
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from central.citizens.entry import Guest
from central.portal.assets import address
from central.registry.wording import colour_words
from central.web.language import language
from central.words import forms
from central.words.citations import citation
from central.words.dictionary import translator, word_or
from central.words.languages import Language
from web.templates import templates

FOLDER = Path(__file__).parent
_ENVIRONMENT = templates(FOLDER / "templates", address)


def render(
    request: Request, template: str, guest: Guest | None = None, status: int = 200, **values: Any
) -> HTMLResponse:
    """A page in the visitor's language."""
    office = request.app.state.settings.office
    values |= {"guest": guest, "office": office}
    words = _words(language(request))
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(words | values), status_code=status)


def _words(lang: Language) -> dict[str, Any]:
    return {
        "lang": lang,
        "t": translator(lang),
        "when": partial(forms.local_time, language=lang),
        "day": partial(forms.local_date, language=lang),
        "money": partial(forms.money, language=lang),
        "signed": partial(forms.signed_seconds, language=lang),
        "word_or": partial(word_or, lang),
        "cited": partial(citation, language=lang),
        "colour_words": partial(colour_words, language=lang),
    }
