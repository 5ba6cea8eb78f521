"""Values that forms are tried with fit the models of their papers."""

import pytest

from central.documents.forms import KINDS
from central.documents.values import MODELS, Person, Reply
from central.documents.variants import parts_of, variants


@pytest.mark.parametrize("kind", KINDS)
def test_every_variant_is_a_paper_of_its_kind(kind: str) -> None:
    made = variants(kind)
    assert [type(paper) for paper in made] == [MODELS[kind]] * 4
    assert {getattr(paper, "kind", kind) for paper in made} == {kind}


def test_optional_fields_are_absent_present_and_turned() -> None:
    first, sparse, full, turned = variants("reply")
    assert isinstance(first, Reply)
    assert isinstance(sparse, Reply)
    assert isinstance(full, Reply)
    assert isinstance(turned, Reply)
    assert (sparse.act, sparse.reason, sparse.to.address) == (None, None, None)
    assert full.to.representative == "chữ mẫu"
    assert (first.accepted, turned.accepted) == (False, True)


def test_parts_have_paths_as_templates_write_them() -> None:
    paths = {path: type(part) for part, path in parts_of(variants("decision")[0])}
    assert paths["paper.violator"] is Person
    assert "paper.acts[].act" in paths
