"""`docs/add-a-rule.md` tells all there is to do: in a copy of the project, its code and its row of the law
make a rule that is configured, judged, told in words and punished.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/add-a-rule.md").read_text(encoding="utf-8")
USE = """
from datetime import UTC, datetime
from configs.camera import CameraConfig
from configs.camera_check import camera_problems
from configs.law_tables import shipped
from configs.rules import RULES
from configs.words import say
from contract.vehicles import VehicleKind
from tests.edge.rules import tracks

lane = {"id": "B1", "polygon": [[0, 0], [300, 0], [300, 640], [0, 640]], "kinds": ["bus"]}
bare = {"id": "a", "site": {"id": "s", "name": "S"}, "size": [640, 640], "calibration": "c"}
without = CameraConfig.model_validate({**bare, "rules": {"bus_lane": {}}})
assert [problem.en for _, problem in camera_problems(without)] == ["needs a lane with kinds: [bus]"]
camera = CameraConfig.model_validate({**bare, "lanes": [lane], "rules": {"bus_lane": {}}})
assert list(camera_problems(camera)) == []

def found(kind, x):
    vehicle = tracks.track(tracks.straight(x, 2.0), 0.0, 4.0, kind=kind)
    return tracks.replay(vehicle, camera, camera.rules)

(finding,) = found(VehicleKind.CAR, 200)
assert found(VehicleKind.BUS, 200) == found(VehicleKind.CAR, 400) == []
print(finding.rule, RULES["bus_lane"].label.vi, say(finding.reasons[0], "vi"), sep=" | ")
rows = [row for row in shipped().acts_table.findings if row.rule == "bus_lane"]
print(*(act for row in rows for act in row.acts))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The rooms that know of rules, as they are."""
    for room in ("configs", "contract", "edge", "models", "docs", "tests"):
        kept = shutil.ignore_patterns("__pycache__", "*.onnx", "training", "evaluation", "golden", "browser")
        shutil.copytree(ROOT / room, tmp_path / room, ignore=kept)
    return tmp_path


def python(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_four_files_make_a_rule(copy: Path) -> None:
    files = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
    descriptor, judge = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (row,) = re.findall(r"`(\{rule: bus_lane, .*?\})`", PAGE)
    assert files == [
        "configs/rules/bus_lane.py",
        "edge/rules/bus_lane.py",
        "configs/law/acts.yaml",
        "docs/rules.md",
    ]
    (copy / files[0]).write_text(descriptor, encoding="utf-8")
    (copy / files[1]).write_text(judge, encoding="utf-8")
    acts = copy / files[2]
    acts.write_text(acts.read_text(encoding="utf-8").rstrip() + f"\n- {row}\n", encoding="utf-8")
    python(copy, "-m", "configs.rules_page", files[3])
    assert "Driving in a bus lane" in (copy / files[3]).read_text(encoding="utf-8")
    said, act = python(copy, "-c", USE).splitlines()
    assert said == "bus_lane | Đi vào làn xe buýt | Đi trong làn xe buýt B1 1,50 s"
    assert act == "wrong_lane"
