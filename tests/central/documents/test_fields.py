"""Fields of papers as templates write them."""

import pytest
from jinja2 import Environment

from central.documents.fields import offered, unknown_names
from central.documents.forms import KINDS

FUNCTIONS = {"qr", "clock"}


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("{{ paper.number }}{{ form.code }}{{ qr(paper.portal.link) }}", []),
        ("{{ paper.nummer }}", [(1, "paper.nummer", "number", True)]),
        ("{{ form.codes }}", [(1, "form.codes", "code", True)]),
        ("\n{% for a in paper.acts %}{{ a.act.word }}{% endfor %}", [(2, "a.act.word", "words", True)]),
        ("{% set p = paper.violator %}{{ p.names }}", [(1, "p.names", "name", True)]),
        ("{{ paper.acts[0].vehicle.plat }}", [(1, "….vehicle.plat", "plate", True)]),
        ("{% if false %}{{ paper.zzz }}{% endif %}", [(1, "paper.zzz", "", True)]),
        ("{% macro m(paper) %}{{ paper.anything }}{% endmacro %}", []),
        ("{% for paper in [1] %}{{ paper.anything }}{% endfor %}", []),
        ('{% from "_base.html" import field %}{% block content %}{{ field(1) }}{% endblock %}', []),
        ("{{ clok(1) }}", [(1, "clok", "clock", False)]),
    ],
)  # fmt: skip
def test_names_that_do_not_exist_are_found(text: str, unknown: list[object]) -> None:
    assert unknown_names(Environment(autoescape=True).parse(text), "decision", FUNCTIONS) == unknown


def test_what_may_be_used_is_listed_with_what_is_obligatory() -> None:
    fields = dict(offered("decision"))
    assert fields["paper.acts[].fine"]
    assert fields["paper.signature.name"]
    assert not fields["paper.confiscation"]
    assert not fields["paper.acts[].vehicle.plate"]  # the vehicle of an act may be missing


def test_every_paper_offers_its_head() -> None:
    assert [kind for kind in KINDS if "paper.office.name" not in dict(offered(kind))] == []
