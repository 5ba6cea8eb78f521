"""The audit log: who did and saw what, searchable by case, person and day. Reading it is audited too."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.accounts.service import names_by_username, normal_name
from central.audit import service as audit
from central.audit.models import AuditEntry
from central.audit.purposes import purpose_word
from central.cases.plates import shortened, with_short_plate
from central.console.pages import language, render
from central.console.reasons import reason_words
from central.values import LARGEST_ID, Day, Text
from central.web.people import Now, SessionDep, require
from central.web.values import Before
from central.words.dictionary import translator, word_or
from central.words.languages import Language
from contract.local_time import bounds_of_days, local_day

router = APIRouter(prefix="/audit")

PAGE = 50

CaseNumber = Annotated[int, Field(ge=1, le=LARGEST_ID)]


@router.get("")
def audit_page(
    request: Request,
    session: SessionDep,
    user: Annotated[User, Depends(require(Permission.VIEW_AUDIT))],
    now: Now,
    case: Annotated[CaseNumber | Literal[""], Query()] = "",
    person: Annotated[Text, Query(max_length=64)] = "",
    day: Annotated[Day | Literal[""], Query()] = "",
    before: Before = None,
) -> Response:
    """Entries, newest first."""
    name = normal_name(person)
    first, until = bounds_of_days(day or None, day or None)
    sought = audit.Sought(f"case:{case}" if case else None, name or None, first, until)
    found = audit.list_entries(session, before, sought, PAGE + 1)
    asked = {"person": name, "day": str(day)}
    detail = {key: value for key, value in asked.items() if value}
    audit.record(session, user.actor, "audit.read", sought.subject or "audit", detail)
    people = names_by_username(session)
    lang = language(request)
    return render(
        request,
        "audit.html",
        user,
        entries=found[:PAGE],
        more=found[PAGE - 1].seq if len(found) > PAGE else None,
        case=case,
        person=person,
        day_asked=day,
        today=local_day(now),
        people=people,
        actor_of=lambda entry: thing_word(entry.actor, people, lang),
        subject_of=lambda entry: thing_word(entry.subject, people, lang),
        case_of=_case_number,
        action_of=lambda entry: act_word(entry.action, lang),
        detail_of=lambda entry: _detail(with_short_plate(entry.detail), lang, session),
        sees_cases=user.may(Permission.VIEW_CASES),
    )


def thing_word(name: str, people: Mapping[str, str], lang: Language) -> str:
    """`user:lan`, `node:nut-1`, `case:17`, `system` in readable form."""
    kind, _, rest = name.partition(":")
    if kind == "user" and rest in people:
        return people[rest]
    if kind == "plate":
        rest = shortened(rest)
    return f"{word_or(lang, f'subject.{kind}', kind)} {rest}".strip()


_STEPS = {"case": "action", "proceeding": "step"}
"""Actions that are steps use the texts of those steps."""


def act_word(action: str, lang: Language) -> str:
    """An action of the log as text: `case.accept`, `user.create`."""
    kind, _, rest = action.partition(".")
    step = word_or(lang, f"{_STEPS[kind]}.{rest}", action) if kind in _STEPS else action
    return word_or(lang, f"act.{action}", step)


def _case_number(entry: AuditEntry) -> str:
    kind, _, rest = entry.subject.partition(":")
    return rest if kind == "case" and rest.isdecimal() else ""


def _detail(detail: Mapping[str, Any], lang: Language, session: Session) -> str:
    """The entry's further details, in one line."""
    t = translator(lang)
    told = {
        word_or(lang, f"audit_field.{name}", name): value_word(name, value, lang, session)
        for name, value in detail.items()
        if value not in ("", None, [])
    }
    return "; ".join(t("audit.field", name=name, value=value) for name, value in told.items())


_CODES = {
    "from": ("role", "state"),
    "to": ("role", "state"),
    "role": ("role",),
    "state": ("state",),
    "rule": ("rule",),
    "kind": ("case_kind", "paper"),
    "via": ("incoming.by",),
}
"""Where the texts of a field's codes are in the dictionary, besides `audit_value`."""


def value_word(name: str, value: object, lang: Language, session: Session | None = None) -> str:
    """A field of an entry, with codes as text."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name == "purpose":
        return purpose_word(str(value), lang)
    if name == "case" and str(value).startswith("case:"):
        return str(value).removeprefix("case:")
    if name == "reason":
        words = reason_words(str(value), lang, session)
        known = (word_or(lang, f"{at}.{value}", "") for at in ("skip", "refusal"))
        return words if words != value else next(filter(None, known), words)
    if isinstance(value, bool):
        return translator(lang)("answer.yes" if value else "answer.no")
    known = (word_or(lang, f"{at}.{value}", "") for at in (*_CODES.get(name, ()), f"audit_value.{name}"))
    return next(filter(None, known), str(value))
