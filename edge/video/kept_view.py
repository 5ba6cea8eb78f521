"""A camera's reference view, stored in the node's folder, so that a camera moved while the node was off is
noticed at the next start.

One file for each camera. It belongs to the drawing: when a line is redrawn the view is learnt again.
"""

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import structlog

from edge.video.view import Light, Patch, View

log = structlog.get_logger(__name__)


class KeptView:
    """The view in the file at `path`; `drawn` is the fingerprint of the drawing over it."""

    def __init__(self, path: Path, drawn: str) -> None:
        self._path = path
        self._drawn = drawn

    def read(self) -> View | None:
        """The stored view; None if there is none for the present drawing, or it can't be read."""
        try:
            with np.load(io.BytesIO(self._path.read_bytes()), allow_pickle=False) as kept:
                if str(kept["drawn"]) != self._drawn:
                    return None
                places, edges = kept["places"].tolist(), kept["edges"]
                patches = [Patch(x, y, edge) for (x, y), edge in zip(places, edges, strict=True)]
                return View(tuple(patches), Light(*kept["light"].tolist()))
        except FileNotFoundError:
            return None
        except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as problem:
            log.warning("the view can't be read; it is learnt anew", file=str(self._path), why=str(problem))
            return None

    def write(self, view: View) -> None:
        """Stores the view. A failing disk is only logged: the camera works without."""
        content = io.BytesIO()
        np.savez(
            content,
            drawn=np.array(self._drawn),
            places=np.array([(patch.x, patch.y) for patch in view.patches]),
            edges=np.stack([patch.edges for patch in view.patches]),
            light=np.array([view.light.brightness, view.light.detail]),
        )
        fresh = self._path.with_suffix(".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(content.getvalue())
            os.replace(fresh, self._path)
        except OSError as problem:
            log.warning("the view can't be kept", file=str(self._path), why=str(problem))
