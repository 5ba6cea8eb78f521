"""Read-only pages: overview for leaders, recorded offences, nodes, quarantine."""

from datetime import timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.alarms import service as alarms
from central.cases.statistics import Overview, overview
from central.charts import Chart
from central.console.case_bars import AGE_TONES, STATE_TONES, case_bar
from central.console.pages import language, render
from central.fleet import service as fleet
from central.ingest import quarantine
from central.offences import service as offences
from central.web.people import CurrentUser, Now, ReadSessionDep, require
from central.web.values import Before
from central.words.dictionary import has_word, translator, word_or
from central.words.languages import Language

router = APIRouter()

PAGE = 50
PERIOD = timedelta(days=30)


@router.get("/")
def front_page(request: Request, session: ReadSessionDep, user: CurrentUser, now: Now) -> Response:
    """How many, where, how old the backlog is."""
    figures = overview(session, now, now - PERIOD)
    return render(
        request,
        "overview.html",
        user,
        figures=figures,
        total=sum(figures.by_state.values()),
        charts=_charts(figures, language(request)),
        sees_cases=user.may(Permission.VIEW_CASES),
        sees_nodes=user.may(Permission.VIEW_NODES),
        nodes=[fleet.standing_of(node, now) for node in fleet.list_nodes(session)],
        alarms=alarms.list_open(session, 20) if user.may(Permission.VIEW_NODES) else [],
    )


def _charts(figures: Overview, lang: Language) -> dict[str, Chart]:
    """The charts of the front page by subject."""
    t = translator(lang)
    ages = enumerate(zip(figures.backlog_by_age, AGE_TONES, strict=True))
    rows = {
        "by_state": [
            case_bar(t(f"state.{state}"), count, lang, tone=STATE_TONES.get(state, ""))
            for state, count in figures.by_state.items()
        ],
        "by_age": [case_bar(t(f"age.{step}"), count, lang, tone=tone) for step, (count, tone) in ages],
        "by_rule": [
            case_bar(word_or(lang, f"rule.{rule}", rule), count, lang)
            for rule, count in figures.by_rule.items()
        ],
        "by_site": [case_bar(site, count, lang) for site, count in figures.by_site.items()],
    }
    return {name: Chart(title=t(f"overview.{name}"), rows=tuple(bars)) for name, bars in rows.items()}


@router.get("/offences")
def offence_list(
    request: Request,
    session: ReadSessionDep,
    user: Annotated[User, Depends(require(Permission.VIEW_OFFENCES))],
    before: Before = None,
) -> Response:
    """Recorded offences, newest first."""
    found = offences.list_offences(session, before, PAGE + 1)
    more = found[PAGE - 1].id if len(found) > PAGE else None
    in_office = user.may(Permission.VIEW_PROCEEDINGS)
    return render(request, "offences.html", user, offences=found[:PAGE], more=more, in_office=in_office)


@router.get("/nodes")
def node_list(
    request: Request,
    session: ReadSessionDep,
    user: Annotated[User, Depends(require(Permission.VIEW_NODES))],
    now: Now,
) -> Response:
    """Nodes and their cameras: last seen, armed, what they see, what is wrong."""
    nodes = fleet.list_nodes(session)
    funnels = {}
    for node in nodes:
        latest = fleet.health_history(session, node.id, 1)
        for camera in latest[0].report["cameras"] if latest else []:
            funnels[(node.id, camera["id"])] = camera["funnel"]
    return render(
        request,
        "nodes.html",
        user,
        nodes=nodes,
        cameras=fleet.cameras_by_node(session),
        funnels=funnels,
        alarms=alarms.list_open(session),
        open_alarms=sum(alarms.count_open(session).values()),
        standings={node.id: fleet.standing_of(node, now) for node in nodes},
        camera_state=fleet.camera_state,
        funnel_word=partial(funnel_word, lang=language(request)),
    )


def funnel_word(name: str, lang: Language) -> str:
    """The text of a camera's counter: `frames`, `red_light_violation`; unknown ones of newer nodes as they
    are.
    """
    rule, _, decision = name.rpartition("_")
    if has_word(lang, f"rule.{rule}") and has_word(lang, f"finding.{decision}"):
        t = translator(lang)
        return f"{t(f'rule.{rule}')}, {t(f'finding.{decision}')}"
    return word_or(lang, f"funnel.{name}", name)


@router.get("/quarantine")
def quarantine_list(
    request: Request,
    session: ReadSessionDep,
    user: Annotated[User, Depends(require(Permission.MANAGE_NODES))],
    before: Before = None,
) -> Response:
    """Messages that were refused, and why."""
    found = quarantine.list_latest(session, before, PAGE + 1)
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return render(request, "quarantine.html", user, entries=found[:PAGE], more=more)
