"""Rendering: one Jinja environment, and what all templates use (words, times, numbers, who is signed in)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.console import i18n
from central.console.reasons import reason_words
from central.media.store import MediaStore
from central.registry.vault import OwnerVault
from contract.plates import interpretations
from contract.vehicles import VehicleKind

FOLDER = Path(__file__).parent
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class ConsoleServices:
    """What the console needs beside the database and the settings."""

    media: MediaStore
    vault: OwnerVault


@dataclass(frozen=True)
class NavigationItem:
    """A page in the top bar."""

    href: str
    label: str
    permission: Permission


NAVIGATION = (
    NavigationItem("/", "nav.overview", Permission.VIEW_NODES),
    NavigationItem("/review", "nav.review", Permission.REVIEW_CASES),
    NavigationItem("/confirm", "nav.confirm", Permission.CONFIRM_CASES),
    NavigationItem("/cases", "nav.cases", Permission.VIEW_CASES),
    NavigationItem("/offences", "nav.offences", Permission.VIEW_OFFENCES),
    NavigationItem("/nodes", "nav.nodes", Permission.VIEW_NODES),
    NavigationItem("/quarantine", "nav.quarantine", Permission.MANAGE_NODES),
)


def services(request: Request) -> ConsoleServices:
    """The console's services of the running application."""
    found = request.app.state.console
    assert isinstance(found, ConsoleServices)
    return found


def language(request: Request) -> str:
    """The language of this browser."""
    return i18n.language_of(request.cookies.get(i18n.COOKIE))


def render(
    request: Request, template: str, user: User | None = None, status: int = 200, **values: Any
) -> HTMLResponse:
    """A page or fragment in the browser's language."""
    words = _words(language(request))
    navigation = [item for item in NAVIGATION if user is not None and user.may(item.permission)]
    values |= {"user": user, "navigation": navigation, "here": request.url.path, "theme": _theme(request)}
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(words | values), status_code=status)


def _theme(request: Request) -> str:
    chosen = request.cookies.get("theme")
    return chosen if chosen in ("light", "dark") else "auto"


def _printed(plate: str | None, colour: str | None, kind: str) -> str:
    """A stored plate as it stands on the metal; the bare characters when they are no issued plate."""
    found = interpretations(plate or "", colour=colour, vehicle=VehicleKind(kind))  # type: ignore[arg-type]
    return found[0].printed if found else plate or ""


def _words(lang: str) -> dict[str, Any]:
    def when(moment: datetime, seconds: bool = False) -> str:
        return i18n.local_time(moment, lang, seconds=seconds)

    def n(value: float, digits: int = 0) -> str:
        return i18n.number(value, lang, digits)

    def signed(value: float) -> str:
        return i18n.signed_seconds(value, lang)

    words: dict[str, str | Callable[..., str]] = {
        "lang": lang,
        "t": i18n.translator(lang),
        "when": when,
        "n": n,
        "signed": signed,
        "printed": _printed,
        "flag_word": lambda flag: i18n.word_or(lang, f"flag.{flag}", flag),
        "reason_word": lambda code: reason_words(code, lang),
        "colour_word": lambda colour: i18n.word_or(lang, f"colour.{colour}", colour),
    }
    return words
