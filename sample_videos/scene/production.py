"""Plays a scenario, renders it, and writes the clip's folder."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from ..truth import Document
from .acts import Act
from .cast import bodies, people_meshes
from .judge import judge
from .looks import look
from .picture.light import LIGHTS
from .picture.optics import Camera
from .picture.textures import Bytes, plate, smaller
from .scenario import Scenario
from .stage import Cast, Stage
from .surroundings import signal_head, street_lamps, surroundings
from .traffic import drive
from .writing import Film, write_events, write_truth

if TYPE_CHECKING:
    from .picture.gl import Renderer

logger = logging.getLogger(__name__)


def play(scenario: Scenario) -> tuple[Stage, list[Act]]:
    """The stage with all its traces, and every act; needs no GL."""
    traces = drive(scenario.street, scenario.programs, scenario.drivers, scenario.seconds + 1.0)
    drivers = {driver.id: driver for driver in scenario.drivers if driver.id in traces}
    cast = Cast(drivers, traces, scenario.walkers, scenario.parked)
    acts = judge(scenario.street, scenario.programs, cast, scenario.frames / float(scenario.fps))
    return Stage(scenario.street, LIGHTS[scenario.light], cast, scenario.programs), acts


def renderer(scenario: Scenario, stage: Stage) -> "Renderer":
    """The renderer for a scenario's street, light and cast. Raises ImportError if moderngl is missing."""
    from .picture.gl import Renderer  # imported here, so that scenarios can be judged without it

    meshes = {
        "static": surroundings(scenario.street, scenario.seed),
        "head": signal_head(),
        **{name: body.mesh for name, body in bodies().items()},
        **people_meshes(),
    }
    looks = [driver.looks for driver in stage.cast.plated]
    plates = [plate(look.plate or "", bodies()[look.body].plate, look.plate_colour) for look in looks]
    return Renderer(meshes, plates, stage.light, street_lamps(scenario.street), scenario.focus, scenario.seed)


def judge_again(scenario: Scenario, folder: Path) -> Document:
    """Writes the events of a rendered clip again, from the visibility in its tables; needs no GL."""
    _, acts = play(scenario)
    return write_events(folder, scenario, acts)


def produce(scenario: Scenario, folder: Path) -> Document:
    """Renders the clip into a folder: camera file, truth and videos; a second camera's files go into its
    subfolder `plate`, without judging acts."""
    stage, acts = play(scenario)
    document = _filmed(scenario, folder, stage, acts)
    if scenario.plate_view is not None:
        _filmed(scenario.beside, folder / "plate", stage, [])
    return document


def _filmed(scenario: Scenario, folder: Path, stage: Stage, acts: list[Act]) -> Document:
    folder.mkdir(parents=True, exist_ok=True)
    draws = renderer(scenario, stage)
    films = _films(scenario, folder)
    seen = []
    for frame in range(scenario.frames):
        t = scenario.starts + frame / float(scenario.fps)
        _shoot(scenario, draws.picture(_largest(scenario), stage.moment(t), frame), films)
        seen.append(look(stage, scenario.camera, draws, t))
        if frame % 50 == 0:
            logger.info("%s: frame %d of %d", scenario.name, frame, scenario.frames)
    for film in films:
        film.close()
    return write_truth(folder, scenario, stage.cast, acts, seen)


def _films(scenario: Scenario, folder: Path) -> list[Film]:
    films = [Film(folder / "detect.mp4", scenario.camera.size, scenario.fps, scenario.crf)]
    if scenario.record is not None:
        films.append(Film(folder / "record.mp4", scenario.record, scenario.fps, scenario.crf + 1))
    return films


def _largest(scenario: Scenario) -> Camera:
    return scenario.camera.at_size(scenario.record or scenario.camera.size)


def _shoot(scenario: Scenario, picture: Bytes, films: list[Film]) -> None:
    """Adds one picture to all videos."""
    films[-1].add(picture)
    if scenario.record is not None:
        films[0].add(smaller(picture, scenario.camera.size))
