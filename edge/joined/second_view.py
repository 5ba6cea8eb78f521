"""The plate camera's part of a package: its plate, the whole frame, that camera's own clip."""

from dataclasses import replace

import numpy as np

from edge.evidence.facts import stream_utc
from edge.evidence.gather import frames_by_time, shown_on
from edge.evidence.package import Clip, PackedFile, Still, encode
from edge.joined.asking import Answer


def second_files(answer: Answer) -> tuple[PackedFile, ...]:
    """The files that show the vehicle there; none if it was not found or no picture shows it."""
    found = answer.match.way if answer.match is not None else None
    if found is None or answer.plate is None or answer.film is None:
        return ()
    shown = shown_on(answer.plate, answer.sightings, found.track)
    if shown is None:
        return ()
    sighting, (x1, y1, x2, y2) = shown
    cut = answer.film.clip()
    frame = frames_by_time(cut).get(sighting.t)
    taken = answer.taken[sighting.key]
    plate = Still("plate", np.ascontiguousarray(sighting.image[y1:y2, x1:x2]), taken, crop=(x1, y1, x2, y2))
    stills = [replace(still, frame=frame) for still in (plate, Still("context", sighting.image, taken))]
    began = stream_utc(sighting.t, taken)(cut.start_t)
    return encode(stills, Clip(cut.data, began), answer.camera)
