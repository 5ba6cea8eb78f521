"""Picture sources are named neutrally, always the same."""

from pathlib import Path, PurePath

from models.evaluation.sources import picture_name, source_folder, source_name


def test_a_name_tells_nothing_and_stays() -> None:
    assert source_name("someones-account") == source_name("someones-account") == "set_87883d"
    assert source_name("another") != source_name("someones-account")


def test_a_picture_is_named_by_source_and_stem() -> None:
    assert picture_name(PurePath("images/someones-account/a 1.jpg")) == "set_87883d_a_1"


def test_a_folder_is_found_by_the_neutral_name(tmp_path: Path) -> None:
    for name in ("another", "someones-account"):
        (tmp_path / name).mkdir()
    assert source_folder(tmp_path, "set_87883d") == tmp_path / "someones-account"
