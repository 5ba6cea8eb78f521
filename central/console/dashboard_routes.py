"""The leaders' dashboard: how far cases have progressed, backlog and its age, by site, time and person; each
bar links to the cases behind it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session

from central.accounts import service as accounts
from central.accounts.models import User
from central.accounts.permissions import Permission
from central.cases.dashboard import AgeClass, Dashboard, dashboard
from central.charts import Bar, Chart
from central.console.case_bars import AGE_TONES, STATE_TONES, case_bar
from central.console.pages import language, render
from central.console.site_map import Spot, site_map
from central.fleet import service as fleet
from central.proceedings.clones import Places
from central.web.people import Now, ReadSessionDep, require
from central.web.services import services
from central.words.dictionary import translator, word_or
from central.words.forms import local_date
from central.words.languages import Language
from contract.local_time import local_day

router = APIRouter(prefix="/dashboard")

MOST_BARS = 12
_FUNNEL_LISTS = {"received": {}, "recorded": {"state": "recorded"}}

Leader = Annotated[User, Depends(require(Permission.VIEW_REPORTS))]


@router.get("")
def dashboard_page(request: Request, session: ReadSessionDep, user: Leader, now: Now) -> Response:
    """The whole on one page."""
    lang, figures = language(request), dashboard(session, now)
    states = _camera_states(session, now)
    places = services(request).places
    drawing = _Drawing(figures, lang)
    every = [state for found in states.values() for state in found]
    return render(
        request,
        "dashboard.html",
        user,
        figures=figures,
        now=now,
        today=local_day(now),
        charts=drawing.charts(),
        map=drawing.map(places, states),
        placeless=sorted(figures.site_names.get(s, s) for s in figures.by_site.keys() - places.keys()),
        names=accounts.names_by_id(session),
        backlog=sum(each.cases for each in figures.backlog),
        not_working=sum(state != "online" for state in every),
        has_places=bool(places),
    )


def _camera_states(session: Session, now: Now) -> Mapping[str, list[str]]:
    """The states of the cameras at each site."""
    found = defaultdict[str, list[str]](list)
    for camera, state in fleet.camera_states(session, now):
        found[camera.site].append(state)
    return found


class _Drawing:
    """The figures as charts in one language."""

    def __init__(self, figures: Dashboard, lang: Language) -> None:
        self._figures, self._lang, self._t = figures, lang, translator(lang)

    def charts(self) -> list[Chart]:
        """The charts of the page, in its order."""
        figures = self._figures
        return [
            self._chart("funnel", (self._step(*each) for each in figures.funnel.items())),
            self._chart("age", map(self._age, figures.backlog, AGE_TONES)),
            self._chart("by_state", (self._state(*each) for each in figures.by_state.items())),
            self._chart("by_rule", (self._rule(*each) for each in figures.by_rule.items())),
            self._chart("by_site", (self._site(*each) for each in figures.by_site.items())),
            self._hours(figures.by_hour),
        ]

    def map(self, places: Places, states: Mapping[str, list[str]]) -> object:
        """The sites with known coordinates."""
        names, cases = self._figures.site_names, self._figures.by_site
        spots = [
            Spot(
                name=names.get(site, site),
                place=place,
                cases=cases.get(site, 0),
                tone=_tone(states.get(site, [])),
                told=self._told(cases.get(site, 0), states.get(site, [])),
                href=self._list(site=site),
            )
            for site, place in places.items()
        ]
        label = self._t("dashboard.map")
        return site_map(spots, label) + site_map(spots, label, narrow=True)

    def _told(self, cases: int, states: list[str]) -> str:
        working = self._t("dashboard.working", n=states.count("online"), of=len(states))
        return f"{self._t('cases.found', n=cases)} · {self._t('dashboard.cameras')}: {working}"

    def _chart(self, name: str, rows: Iterable[Bar]) -> Chart:
        return Chart(title=self._t(f"dashboard.{name}"), rows=tuple(rows)[:MOST_BARS])

    def _hours(self, by_hour: Mapping[int, int]) -> Chart:
        """A column for each hour; none at all if there is no case."""
        columns = (self._bar(f"{hour:02d}", cases) for hour, cases in by_hour.items())
        rows = tuple(columns) if any(by_hour.values()) else ()
        return Chart(title=self._t("dashboard.by_hour"), rows=rows, upright=True)

    def _step(self, step: str, cases: int) -> Bar:
        href = self._list(**_FUNNEL_LISTS[step]) if step in _FUNNEL_LISTS else ""
        return self._bar(self._t(f"dashboard.steps.{step}"), cases, href)

    def _age(self, age: AgeClass, tone: str) -> Bar:
        days = {name: local_date(day, self._lang) for name, day in _days(age) if day is not None}
        href = f"/cases?{urlencode({'state': 'open', **{k: str(d) for k, d in _days(age) if d}})}"
        which = "older" if age.first is None else "between"
        return self._bar(self._t(f"dashboard.ages.{which}", **days), age.cases, href, tone)

    def _state(self, state: str, cases: int) -> Bar:
        tone = STATE_TONES.get(state, "")
        return self._bar(self._t(f"state.{state}"), cases, self._list(state=state), tone)

    def _rule(self, rule: str, cases: int) -> Bar:
        return self._bar(word_or(self._lang, f"rule.{rule}", rule), cases, self._list(rule=rule))

    def _site(self, site: str, cases: int) -> Bar:
        return self._bar(self._figures.site_names[site], cases, self._list(site=site))

    def _bar(self, label: str, cases: int, href: str = "", tone: str = "") -> Bar:
        return case_bar(label, cases, self._lang, href, tone)

    def _list(self, **narrowed: str) -> str:
        """The list of the counted cases."""
        return f"/cases?{urlencode({**narrowed, 'first': str(self._figures.first)})}"


def _days(age: AgeClass) -> tuple[tuple[str, date | None], ...]:
    return ("first", age.first), ("last", age.last)


def _tone(states: list[str]) -> str:
    """The overall state of a site's cameras; unknown for a site without cameras."""
    if not states:
        return "quiet"
    if all(state == "online" for state in states):
        return "good"
    return "warn" if any(state in ("online", "degraded") for state in states) else "bad"
