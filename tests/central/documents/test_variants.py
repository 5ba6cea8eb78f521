"""Values that forms are tried with fit the models of their papers."""

import pytest

from central.documents.forms import KINDS
from central.documents.values import MODELS, Person, Reply, Transfer
from central.documents.variants import parts_of, variants


@pytest.mark.parametrize("kind", KINDS)
def test_every_variant_is_a_paper_of_its_kind(kind: str) -> None:
    made = variants(kind)
    assert [type(paper) for paper in made] == [MODELS[kind]] * 7
    assert {getattr(paper, "kind", kind) for paper in made} == {kind}


def test_optional_fields_are_absent_present_and_turned() -> None:
    first, sparse, full, turned, *_ = variants("reply")
    assert isinstance(first, Reply)
    assert isinstance(sparse, Reply)
    assert isinstance(full, Reply)
    assert isinstance(turned, Reply)
    assert (sparse.act, sparse.reason, sparse.to.address) == (None, None, None)
    assert full.to.representative == "chữ mẫu"
    assert (first.accepted, turned.accepted) == (False, True)


def test_texts_are_of_one_letter_two_words_and_very_long() -> None:
    _, _, _, _, letter, words, long = variants("transfer")
    for paper in (letter, words, long):
        assert isinstance(paper, Transfer)
    told = [(p.signature.name, p.cases[0][0].plate, p.recipients[0]) for p in (letter, words, long)]  # type: ignore[attr-defined]
    assert told[0] == ("Đ", "9", "N")
    assert told[1] == ("Đại tá", "98A-518.63", "Như trên")
    assert {len(text) > 70 for text in told[2]} == {True}


def test_parts_have_paths_as_templates_write_them() -> None:
    paths = {path: type(part) for part, path in parts_of(variants("decision")[0])}
    assert paths["paper.violator"] is Person
    assert "paper.acts[].act" in paths
