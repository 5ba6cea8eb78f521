"""Rendering: one Jinja environment, and the helpers of all templates (texts, times, numbers, who is signed
in).
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from central.accounts import sessions
from central.accounts.models import User
from central.accounts.permissions import Permission
from central.cases.plates import shortened
from central.console.assets import address
from central.console.reasons import reason_words
from central.incidents import watch
from central.web.language import chosen_language
from central.words import forms
from central.words.citations import citation
from central.words.dictionary import translator, word_or
from central.words.languages import LANGUAGES, Language
from configs.rules import RULES
from configs.words import say
from contract.plates import interpretations
from contract.reasons import Reason, reason
from contract.vehicles import VehicleKind
from web.templates import templates

FOLDER = Path(__file__).parent
_ENVIRONMENT = templates(FOLDER / "templates", address)


@dataclass(frozen=True)
class NavigationItem:
    """A page in the top bar; `beside` are pages without their own entry that belong to it."""

    href: str
    label: str
    permission: Permission
    beside: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Whether an address is this page or below it."""
        return any(path == root or path.startswith(f"{root}/") for root in (self.href, *self.beside))


NAVIGATION = (
    NavigationItem("/", "nav.overview", Permission.VIEW_NODES),
    NavigationItem("/dashboard", "nav.dashboard", Permission.VIEW_REPORTS),
    NavigationItem("/review", "nav.review", Permission.REVIEW_CASES),
    NavigationItem("/confirm", "nav.confirm", Permission.CONFIRM_CASES),
    NavigationItem("/desk", "nav.desk", Permission.VIEW_PROCEEDINGS, ("/proceedings",)),
    NavigationItem("/incoming", "nav.incoming", Permission.SEND_PAPERS, ("/outgoing",)),
    NavigationItem("/deadlines", "nav.deadlines", Permission.VIEW_DEADLINES),
    NavigationItem("/treasury", "nav.treasury", Permission.ENTER_PAYMENTS),
    NavigationItem("/watching", "nav.watching", Permission.VIEW_WATCHING),
    NavigationItem("/cases", "nav.cases", Permission.VIEW_CASES),
    NavigationItem("/offences", "nav.offences", Permission.VIEW_OFFENCES),
    NavigationItem("/nodes", "nav.nodes", Permission.VIEW_NODES),
)

MORE = (
    NavigationItem("/alarms", "nav.alarms", Permission.VIEW_NODES),
    NavigationItem("/cameras", "nav.cameras", Permission.VIEW_NODES),
    NavigationItem("/devices", "nav.devices", Permission.VIEW_NODES),
    NavigationItem("/exemptions", "nav.exemptions", Permission.VIEW_CASES),
    NavigationItem("/law", "nav.law", Permission.VIEW_LAW),
    NavigationItem("/forms", "nav.forms", Permission.VIEW_LAW),
    NavigationItem("/withdrawals", "nav.withdrawals", Permission.VIEW_WITHDRAWALS),
    NavigationItem("/watched", "nav.watched", Permission.HANDLE_PROCEEDINGS),
    NavigationItem("/reports", "nav.reports", Permission.VIEW_REPORTS),
    NavigationItem("/report-entries", "nav.report_entries", Permission.ENTER_REPORTS),
    NavigationItem("/connections", "nav.connections", Permission.VIEW_CONNECTIONS),
    NavigationItem("/quarantine", "nav.quarantine", Permission.MANAGE_NODES),
    NavigationItem("/users", "nav.users", Permission.MANAGE_USERS),
    NavigationItem("/audit", "nav.audit", Permission.VIEW_AUDIT),
    NavigationItem("/searches", "nav.searches", Permission.REVIEW_SEARCHES),
    NavigationItem("/incidents", "nav.incidents", Permission.HANDLE_INCIDENTS),
    NavigationItem("/data-requests", "nav.data_requests", Permission.ANSWER_DATA_REQUESTS),
)
"""Pages needed only occasionally, behind one item of the top bar."""

FEW = 6
"""This many pages fit into the top bar, whatever their names."""


def language(request: Request) -> Language:
    """The language of this browser: the chosen one, otherwise Vietnamese."""
    return chosen_language(request) or LANGUAGES[0]


def render(
    request: Request, template: str, user: User | None = None, status: int = 200, **values: Any
) -> HTMLResponse:
    """A page or fragment in the browser's language."""
    lang, session = language(request), getattr(request.state, "session", None)
    words = _words(lang) | {"reason_word": lambda code: reason_words(code, lang, session)}
    if user is not None:
        words |= plates_for(user, whole=user.may(Permission.SEE_PLATES))
    navigation, more = _pages_of(user)
    values |= {
        "user": user,
        "navigation": navigation,
        "more_pages": more,
        "incidents": _incidents(user, session),
        "here": request.url.path,
        "theme": _theme(request),
        "idle_seconds": user and int(sessions.idle_limit(user).total_seconds()),
    }
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(words | values), status_code=status)


def _incidents(user: User | None, session: Session | None) -> watch.Waiting | None:
    """What the menu tells those who handle incidents; nothing on an error page, whose session has ended."""
    if user is None or session is None or not user.may(Permission.HANDLE_INCIDENTS):
        return None
    return watch.waiting(session) if session.in_transaction() else None


def _pages_of(user: User | None) -> tuple[list[NavigationItem], list[NavigationItem]]:
    """The pages in the top bar for a person, and those behind its last item; a short list needs no such
    item.
    """
    bar, more = (
        [item for item in items if user is not None and user.may(item.permission)]
        for items in (NAVIGATION, MORE)
    )
    return (bar + more, []) if len(bar + more) <= FEW else (bar, more)


def _theme(request: Request) -> str:
    chosen = request.cookies.get("theme")
    return chosen if chosen in ("light", "dark") else "auto"


def printed_plate(plate: str | None, colour: str | None, kind: str) -> str:
    """A stored plate as printed on the metal; the plain characters if no such plate is issued."""
    found = interpretations(plate or "", colour=colour, vehicle=VehicleKind(kind))  # type: ignore[arg-type]
    return found[0].printed if found else plate or ""


def plates_for(user: User, *, whole: bool) -> dict[str, Any]:
    """What a page needs to show plates whole, or shortened for who may not see them."""
    show = str if whole else shortened
    return {
        "sees_plates": whole,
        "may_ask_for_plates": user.may(Permission.VIEW_CASES),
        "shown_plate": show,
        "printed": lambda *stored: show(printed_plate(*stored)),
    }


def _still_word(rule: str, role: str, language: Language) -> str:
    """The caption of a still, from the texts of its rule where they exist."""
    known = RULES.get(rule)
    moment = next((words for name, words in known.moments.items() if name == role), None) if known else None
    return moment.in_language(language) if moment else translator(language)(f"still.{role}")


def _words(lang: Language) -> dict[str, Any]:
    return {
        "lang": lang,
        "on_desk": False,
        "t": translator(lang),
        "when": partial(forms.local_time, language=lang),
        "at_clock": forms.local_clock,
        "day": partial(forms.local_date, language=lang),
        "n": lambda value, digits=0: forms.number(value, lang, digits),
        "money": partial(forms.money, language=lang),
        "signed": partial(forms.signed_seconds, language=lang),
        "printed": printed_plate,
        "shown_plate": str,
        "sees_plates": True,
        "flag_word": lambda flag: word_or(lang, f"flag.{flag}", say(reason(flag), lang)),
        "in_words": lambda told: say(told if isinstance(told, Reason) else Reason.model_validate(told), lang),
        "rule_word": lambda name: word_or(lang, f"rule.{name}", name),
        "still_word": partial(_still_word, language=lang),
        "step_word": lambda action: word_or(lang, f"do.{action}", word_or(lang, f"step.{action}", action)),
        "wait_word": lambda action: word_or(lang, f"wait.{action}", word_or(lang, f"step.{action}", action)),
        "revision_word": lambda state: word_or(lang, f"camera.state.{state}", state),
        "particular_word": lambda action, name: word_or(
            lang, f"particular_of.{action}.{name}", translator(lang)(f"particular.{name}")
        ),
        "network_word": lambda name: word_or(lang, f"network.{name}", name),
        "cited": partial(citation, language=lang),
        "colour_word": lambda colour: word_or(lang, f"colour.{colour}", colour),
    }
