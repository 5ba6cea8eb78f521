"""Camera files whose lines can't work are refused where they stand; the rest stays right."""

from math import cos, dist, pi, sin
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from configs.camera import CameraConfig
from configs.camera_check import camera_problems, load_camera
from configs.loading import ConfigError
from configs.shapes import PixelPoint

JUNCTION = (Path(__file__).parents[2] / "configs" / "cameras" / "junction.yaml").read_text(encoding="utf-8")
RULES = "rules:\n" + JUNCTION.partition("\nrules:\n")[2]
LINE = "line: [[225, 347.3], [999.2, 347.3]]"
COMMIT = "commit: [[280, 269.9], [947.2, 269.9]]"
WAY = "direction: [0, -1]\n    head"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (LINE, "line: [[0.176, 0.482], [0.781, 0.482]]", "stop_lines.0.line: parts of the picture (0 to 1)"),
        ("[1148, 22, 1201, 137]", "[0.89, 0.03, 0.94, 0.19]", "heads.0.box: parts of the picture"),
        (
            "[[0, 347.3], [175.5, 347.3], [0, 549.1]]",
            "[[0, 0.48], [0.14, 0.48], [0, 0.76]]",
            "lanes.2.polygon: parts of the picture",
        ),
        (WAY, "direction: [1, 0]\n    head", "stop_lines.0.direction: [1.0, 0.0] runs along the stop line"),
        (WAY, "direction: [-9, -1]\n    head", "stop_lines.0.direction: [-9.0, -1.0] runs along"),
        (LINE, "line: [[225, 347.3], [600, 300], [225, 347.3]]", "stop_lines.0.direction:"),
        (COMMIT, "commit: [[180, 420], [1040, 420]]", "stop_lines.0.commit: lies before the stop line"),
        (COMMIT, "commit: [[225, 347.3], [999.2, 347.3]]", "stop_lines.0.commit: lies before the stop line"),
        (COMMIT, "commit: [[225, 343], [999.2, 343]]", "stop_lines.0.commit: lies on the stop line"),
        (COMMIT, "commit: [[1050, 269], [1250, 269]]", "stop_lines.0.commit: lies beside the way"),
        (
            "[[1153.9, 256.3], [1087.2, 198.8]]",
            "[[869.6, 154.5], [374.8, 154.5]]",
            "stop_lines.0.exits.1.line: is the line of the exit straight too",
        ),
        (
            "[[597.9, 720], [615.2, 347.3]]",
            "[[225, 500], [999, 510]]",
            "solid_lines.0.line: lies across the way",
        ),
        (
            "[[597.9, 720], [615.2, 347.3]]",
            LINE[6:],
            "solid_lines.0.line: lies across the way over stop line S1",
        ),
        (WAY, "direction: [0, 1]\n    head", "stop_lines.0.commit: lies before the stop line"),
        (COMMIT, "commit: [[280, 269.9], [947.2, 420]]", "stop_lines.0.commit: meets the stop line"),
        (COMMIT, "commit: [[600, 300], [610, 100]]", "stop_lines.0.commit: runs along"),
        ("[[374.8, 154.5], [869.6, 154.5]]", "[[374.8, 654.5], [869.6, 654.5]]", "exits.0.line: who goes"),
        (LINE, "line: [[225, 715], [999.2, 712]]", "stop_lines.0.line: lies at the edge of the picture"),
        ("[1148, 22, 1201, 137]", "[1148, 22, 1151, 137]", "heads.0.box: a lamp of 3×115 pixels"),
        ("[1148, 22, 1201, 137]", "[1100, 22, 1201, 60]", "fit layout: vertical: write horizontal"),
        (
            "[1148, 22, 1201, 137]",
            "[1148, 22, 1201, 137]\n    layout: horizontal",
            "fit layout: horizontal: write vertical",
        ),
        ("[1148, 22, 1201, 137]", "[0, 0, 1280, 720]", "heads.0.box: a lamp of 1280×720 pixels takes more"),
        (
            "[[0, 347.3], [175.5, 347.3], [0, 549.1]]",
            "[[0, 347], [175, 347], [90, 347.5]]",
            "lanes.2.polygon: the polygon is flat",
        ),
        (RULES, "rules: {}\n", "rules: no rule is on"),
        (RULES, "", "rules: no rule is on"),
        (RULES, "detect: {roi: [0, 400, 1280, 720]}\n" + RULES, "stop_lines.0.line: lies outside detect.roi"),
    ],
)
def test_what_can_t_work_is_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in JUNCTION
    file = tmp_path / "camera.yaml"
    file.write_text(JUNCTION.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_camera(file)
    assert complaint in str(caught.value)
    assert all(problem.line > 1 for problem in caught.value.problems) or not new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (LINE, "line: [[999.2, 347.3], [225, 347.3]]"),
        (LINE, "line: [[225, 347.3], [500, 340], [999.2, 347.3]]"),
        (WAY, "direction: [3, -1]\n    head"),
        ("[[0, 347.3], [175.5, 347.3], [0, 549.1]]", "[[0, 347.3], [175.5, 347.3], [0, 549.1], [0, 347.3]]"),
        (COMMIT, "commit: [[280, 340], [1100, 300]]"),
        (RULES, "detect: {roi: [0, 300, 1280, 720]}\n" + RULES),
    ],
)
def test_what_works_is_taken(tmp_path: Path, old: str, new: str) -> None:
    assert old in JUNCTION
    file = tmp_path / "camera.yaml"
    file.write_text(JUNCTION.replace(old, new, 1), encoding="utf-8")
    assert load_camera(file).id == "junction"


def test_lanes_that_all_run_against_their_stop_line_are_refused(tmp_path: Path) -> None:
    """One alone may be of the other half of the road, where the line was drawn too long."""
    before, lane, rest = JUNCTION.partition("    direction: [0, -1]\n  - id: right")
    one, both = tmp_path / "one.yaml", tmp_path / "both.yaml"
    one.write_text(before + lane.replace("[0, -1]", "[0.1, 1]") + rest, encoding="utf-8")
    assert load_camera(one).lanes[0].direction == (0.1, 1)
    turned = rest.replace("direction: [0, -1]", "direction: [0, 1]", 1)
    both.write_text(before + lane.replace("[0, -1]", "[0.1, 1]") + turned, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"lanes\.0\.direction: runs against(.|\n)*lanes\.1\.direction"):
        load_camera(both)


def test_parts_of_a_hundred_are_told(tmp_path: Path) -> None:
    text = """
id: a
site: {id: s, name: S}
size: [1280, 720]
calibration: c
heads: [{id: h, box: [89, 3, 94, 19]}]
stop_lines: [{id: S1, line: [[18, 48], [78, 48]], direction: [0, -1], head: h}]
rules: {red_light: {}}
"""
    (tmp_path / "camera.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r":7: stop_lines.0.line: every point .* parts of a hundred"):
        load_camera(tmp_path / "camera.yaml")
    (tmp_path / "camera.yaml").write_text(text.replace("[1280, 720]", "[160, 120]"), encoding="utf-8")
    assert load_camera(tmp_path / "camera.yaml").id == "a"


points = st.tuples(st.floats(300, 900), st.floats(250, 450))


@given(points, points, st.floats(0, 2 * pi), st.booleans())
def test_the_order_of_a_stop_line_s_points_makes_no_difference(
    a: PixelPoint, b: PixelPoint, angle: float, ahead: bool
) -> None:
    """And a commit line moved along the direction is past it, one moved against it is not."""
    assume(dist(a, b) >= 5)
    direction = (cos(angle), sin(angle))
    step = 60.0 if ahead else -60.0
    move = (step * direction[0], step * direction[1])
    found = []
    for line in ((a, b), (b, a)):
        config = _camera(line, direction, tuple((x + move[0], y + move[1]) for x, y in line))
        found.append([(where, what.en.split(":")[0]) for where, what in camera_problems(config)])
    assert found[0] == found[1]
    keys = {where[-1] for where, _ in found[0]}
    assert "direction" in keys or (("commit" in keys) != ahead)


def _camera(
    line: tuple[PixelPoint, ...], direction: PixelPoint, commit: tuple[PixelPoint, ...]
) -> CameraConfig:
    return CameraConfig.model_validate(
        {
            "id": "a",
            "site": {"id": "s", "name": "S"},
            "size": [1280, 720],
            "calibration": "c",
            "heads": [{"id": "h", "box": [10, 10, 40, 90]}],
            "stop_lines": [{"id": "S1", "line": line, "direction": direction, "head": "h", "commit": commit}],
            "rules": {"red_light": {}},
        }
    )
