"""Step 3: the offences to prove here. The table is built from the rules' descriptors, so new rules appear in
it."""

from dataclasses import dataclass
from math import cos, hypot, radians
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from configs.rules import RULES
from configs.rules.descriptor import RuleDescriptor
from configs.scene import Lane, Scene, StopLine
from configs.wording import Words
from edge.rules.geometry import along
from edge.setup.drafts import Draft, scene_of
from edge.setup.pages import place_of, step_page

router = APIRouter()

SAME_WAY = cos(radians(75))
"""Cosine of the largest angle between a lane and the way into the junction: along the view, lanes spread."""


@dataclass(frozen=True)
class Row:
    """One offence: whether it is on, what it still needs, and in which of the lanes it can be proved."""

    rule: RuleDescriptor
    is_on: bool
    missing: tuple[Words, ...]
    lanes: tuple[bool, ...]


@router.get("/cameras/{name}/rules")
def rules(request: Request, name: str) -> Response:
    """The page of the step."""
    place = place_of(request, name)
    draft = place.draft()
    scene = scene_of(draft)
    return step_page(request, place, "rules", rows=rows(draft, scene) if scene else [], scene=scene)


@router.post("/cameras/{name}/rules")
def switch(request: Request, name: str, on: Annotated[list[str] | None, Form()] = None) -> Response:
    """Turns on the ticked rules and the others off; a rule that stays on keeps its settings."""
    place = place_of(request, name)
    draft = place.draft()
    known = draft.get("rules", {})
    others = {key: value for key, value in known.items() if key not in RULES}
    wanted = {rule: known.get(rule, {}) for rule in RULES if rule in (on or ())}
    place.save(draft | {"rules": others | wanted})
    return RedirectResponse(f"/cameras/{name}/try", 303)


def rows(draft: Draft, scene: Scene) -> list[Row]:
    """A row for each rule. Before the first choice all provable rules are ticked."""
    chosen = draft.get("rules")
    made = []
    for rule in RULES.values():
        missing = tuple(need.missing for need in rule.needs if not need.met(scene))
        is_on = not missing if chosen is None else rule.name in chosen
        made.append(Row(rule, is_on, missing, _lanes(rule, scene)))
    return made


def _lanes(rule: RuleDescriptor, scene: Scene) -> tuple[bool, ...]:
    """For each lane whether it alone meets the rule's needs."""
    alone = (_with_one(lane, scene) for lane in scene.lanes)
    return tuple(all(need.met(one) for need in rule.needs) for one in alone)


def _with_one(lane: Lane, scene: Scene) -> Scene:
    """The scene with this lane alone, and the stop lines that its traffic may cross."""
    lines = tuple(line for line in scene.stop_lines if _leads_over(lane, line))
    return scene.model_copy(update={"lanes": (lane,), "stop_lines": lines})


def _leads_over(lane: Lane, line: StopLine) -> bool:
    """Whether the lane's traffic goes in the stop line's direction, not against it or past it."""
    if lane.direction is None:
        return True
    return along((0.0, 0.0), lane.direction, line.direction) >= SAME_WAY * hypot(*lane.direction)
