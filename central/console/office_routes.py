"""Pages to look at: overview for leaders, recorded offences, nodes, quarantine."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.alarms import service as alarms
from central.cases.statistics import overview
from central.console.pages import language, render
from central.fleet import service as fleet
from central.ingest import quarantine
from central.offences import service as offences
from central.web.people import CurrentUser, Now, SessionDep, require
from central.web.values import Before
from central.words.dictionary import translator, word_or

router = APIRouter()

PAGE = 50
PERIOD = timedelta(days=30)

_STATE_CSS = {
    "recorded": "bar-good",
    "confirmed": "bar-good",
    "rejected": "bar-quiet",
    "refused": "bar-quiet",
    "expired": "bar-bad",
    "owner_mismatch": "bar-warn",
}
_AGE_CSS = ("bar-good", "bar-good", "bar-warn", "bar-bad", "bar-bad")


@dataclass(frozen=True)
class Row:
    """One bar of a chart."""

    label: str
    value: int
    css: str = ""


@router.get("/")
def front_page(request: Request, session: SessionDep, user: CurrentUser, now: Now) -> Response:
    """How many, where, how old the backlog is."""
    lang = language(request)
    t = translator(lang)
    figures = overview(session, now, now - PERIOD)
    states = [Row(t(f"state.{s}"), count, _STATE_CSS.get(s, "")) for s, count in figures.by_state.items()]
    ages = [
        Row(t(f"age.{index}"), count, css)
        for index, (count, css) in enumerate(zip(figures.backlog_by_age, _AGE_CSS, strict=True))
    ]
    return render(
        request,
        "overview.html",
        user,
        figures=figures,
        total=sum(figures.by_state.values()),
        states=states,
        rules=[Row(word_or(lang, f"rule.{r}", r), count) for r, count in figures.by_rule.items()],
        sites=[Row(site, count) for site, count in figures.by_site.items()],
        ages=ages,
        nodes=fleet.list_nodes(session),
        alarms=alarms.list_open(session, 20),
    )


@router.get("/offences")
def offence_list(
    request: Request,
    session: SessionDep,
    user: Annotated[User, Depends(require(Permission.VIEW_OFFENCES))],
    before: Before = None,
) -> Response:
    """Recorded offences, newest first."""
    found = offences.list_offences(session, before, PAGE + 1)
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return render(request, "offences.html", user, offences=found[:PAGE], more=more)


@router.get("/nodes")
def node_list(
    request: Request,
    session: SessionDep,
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
        cameras={node.id: fleet.list_cameras(session, node.id) for node in nodes},
        funnels=funnels,
        alarms=alarms.list_open(session),
        silent={n.id for n in nodes if n.last_seen_at is None or now - n.last_seen_at > fleet.SILENT_AFTER},
    )


@router.get("/quarantine")
def quarantine_list(
    request: Request,
    session: SessionDep,
    user: Annotated[User, Depends(require(Permission.MANAGE_NODES))],
    before: Before = None,
) -> Response:
    """Messages that were refused, and why."""
    found = quarantine.list_latest(session, before, PAGE + 1)
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return render(request, "quarantine.html", user, entries=found[:PAGE], more=more)
