"""Suggestions as the page gets them, and the recording they are of."""

import os
from pathlib import Path

import numpy as np
import pytest

from contract.reasons import reason
from edge.setup.suggest.model import LampHead, PlatePixels, Scale, StopLine, Suggestions
from edge.setup.suggested import as_json, metre_grid
from tests.edge.setup.page import Page, finished, with_recording

SCALE = Scale(horizon=100.0, height=6.0, focal=900.0, centre=640.0, residual_cm=12.34, samples=40)


def test_everything_is_plain_values_in_both_languages() -> None:
    width = np.zeros((3, 4), np.float32)
    width[2, 1] = 51.6
    found = Suggestions(
        heads=(LampHead((1148.04, 22, 1201, 137), "vertical", (), 30.0, 3.0, 0.9),),
        stop_lines=(StopLine(((225.0, 347.0), (999.0, 347.0)), (0.0, -1.0), 5, True, 0.8),),
        scale=SCALE,
        plates=PlatePixels(32, width, found=7, passed=20, readable_row=400.0),
        warnings=(reason("suggest.no_stop_line"),),
    )
    page = as_json(found, (1280, 720))
    assert page["heads"][0]["box"] == [1148.0, 22.0, 1201.0, 137.0]
    assert page["plates"]["squares"] == [[32, 64, 52]]
    assert page["scale"]["residual_cm"] == 12.3
    assert page["warnings"]["vi"] != page["warnings"]["en"]


def test_the_grid_lies_on_the_road_a_metre_apart() -> None:
    lines = [tuple(map(SCALE.ground, segment)) for segment in metre_grid(SCALE, (1280, 720))]
    along = sorted({round(a[0], 3) for a, b in lines if abs(a[0] - b[0]) < 1e-6})
    across = sorted({round(a[1], 3) for a, b in lines if abs(a[1] - b[1]) < 1e-6})
    for places in (along, across):
        assert np.allclose(np.diff(places), 1.0, atol=1e-3)
    assert all(y <= 720.5 for segment in metre_grid(SCALE, (1280, 720)) for _, y in segment)


@pytest.mark.timeout(600)
def test_a_recording_is_watched_once_and_a_new_one_anew(tmp_path: Path) -> None:
    page = Page(tmp_path)
    client = page.visitor()
    name = with_recording(client)
    assert client.get(f"/cameras/{name}/suggestions.json").status_code == 404
    assert "hx-trigger" in client.post(f"/cameras/{name}/suggestions").text
    finished(client, name, "watch", 300)
    found = client.get(f"/cameras/{name}/suggestions.json").json()
    assert found["heads"]
    assert found["stop_lines"]
    assert "hx-trigger" not in client.post(f"/cameras/{name}/suggestions").text
    recording = page.places.one(name).recording
    os.utime(recording, (recording.stat().st_mtime + 999, recording.stat().st_mtime + 999))
    assert client.get(f"/cameras/{name}/suggestions.json").status_code == 404
