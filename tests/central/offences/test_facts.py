"""From the evidence to the facts that decide the act."""

from typing import Any

import pytest

from central.offences.charging import facts_of
from configs.law_tables import Scene, shipped
from contract.manifest import ViolationManifest
from contract.reasons import Reason
from tests.central.evidence import OCCURRED, evidence


def manifest(rule: str, basis: str | None = None, **changes: Any) -> ViolationManifest:
    """A manifest of the newest version about this rule."""
    base = evidence().manifest
    changed: dict[str, Any] = {"rule": base.rule.model_copy(update={"name": rule, "basis": basis})}
    return base.model_copy(update=changed | changes)


def said(name: str, value: str) -> Any:
    """A reason of the finding with one value."""
    return (Reason(code="rule.found", values={name: value}),)


@pytest.mark.parametrize(
    ("sent", "vehicle", "article"),
    [
        (manifest("illegal_turn", "P.123a", movement="left"), "car", "6.4.k"),
        (manifest("illegal_turn", "P.124a", movement="u_turn"), "motorbike", "7.2.k"),
        (manifest("illegal_turn", "arrow", movement="straight"), "car", "6.1.a"),
        (manifest("illegal_turn"), "car", "6.1.a"),
        (manifest("no_stopping", "crosswalk"), "car", "6.2.đ"),
        (manifest("no_stopping", "yellow_box"), "motorbike", "7.1.a"),
        (manifest("solid_line", "lane_changed"), "car", "6.2.a"),
        (manifest("solid_line", "opposing_half"), "car", "6.5.b"),
        (manifest("solid_line"), "car", "6.1.a"),
        (manifest("no_helmet", reasons=said("who", "driver")), "motorbike", "7.2.h"),
        (manifest("no_helmet", reasons=said("who", "passenger")), "motorbike", "7.2.i"),
        (manifest("passengers", reasons=said("passengers", "2")), "motorbike", "7.2.g"),
        (manifest("passengers", reasons=said("passengers", "3")), "motorbike", "7.3.b"),
        (manifest("red_light"), "car", "6.9.b"),
    ],
)
def test_the_act_that_the_evidence_proves(sent: ViolationManifest, vehicle: Any, article: str) -> None:
    scene = Scene(facts_of(sent))
    first = shipped().options(sent.rule.name, vehicle, OCCURRED, scene)[0]
    assert (first.proven, first.offence.article) == (True, article)
