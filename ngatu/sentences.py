"""Errors of a command, as text for the person at the terminal."""

import traceback
from pathlib import Path

from configs.loading import ConfigError

OURS = ("configs", "contract", "edge", "central", "models", "ngatu", "sample_videos", "bench")


def sentence(problem: Exception) -> str:
    """One sentence; each error of a configuration file in Vietnamese and English.

    Our own errors say what to do; the system's name the file; any other is a bug of ours, reported with the
    place it came from.
    """
    if isinstance(problem, ConfigError):
        return problem.in_both
    if type(problem).__module__.split(".")[0] in OURS:
        return str(problem)
    if isinstance(problem, OSError):
        named = [str(name) for name in (problem.filename, problem.filename2) if name is not None]
        return f"{' → '.join(named)}{': ' if named else ''}{problem.strerror or problem}"
    place = traceback.extract_tb(problem.__traceback__)[-1]
    words = (str(problem).strip() or "no more is known").splitlines()[0]
    return (
        f"unexpected: {type(problem).__name__}: {words} ({Path(place.filename).name}, line {place.lineno}); "
        "please report it with the command that was given"
    )
