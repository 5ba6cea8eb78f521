"""Data of a case prepared for the templates: pictures with times, overlay data, plate, lamp timeline."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from central.cases.deadlines import Urgency, urgency
from central.cases.models import Case
from central.console.timeline import Timeline, lamp_timeline
from central.devices.service import CertificateState, certificate_state
from central.exemptions import service as exemptions
from central.exemptions.models import Exemption
from central.review.decisions import plate_candidates
from central.viewing import service as viewing
from contract.manifest import EvidenceFile, PlateCharacter, ViolationManifest
from contract.plates import Plate, interpretations
from contract.types import FileRole
from contract.vehicles import VehicleKind

STILL_ROLES = ("before", "over", "continuing")


@dataclass(frozen=True)
class Picture:
    """A file of the case as shown on a page; `seconds` counts from the violation. `is_copy`: the address is
    of its viewing copy.
    """

    role: str
    url: str
    name: str
    captured_at: datetime
    seconds: float
    sha256: str
    bytes: int
    is_copy: bool = False


@dataclass(frozen=True)
class PlateView:
    """The plate as displayed: the two lines of the metal, uncertain characters, alternative readings."""

    upper: str
    lower: str
    printed: str
    province: str | None
    rows: tuple[tuple[PlateCharacter, ...], ...]
    reads: tuple[tuple[str, int], ...]
    candidates: tuple[Plate, ...]


@dataclass(frozen=True)
class Deadline:
    """A deadline of the case and how near it is."""

    due: datetime
    urgency: Urgency
    days_left: int


@dataclass(frozen=True)
class SecondView:
    """The same vehicle on another camera of the node; `percent` is how likely it is the same, `mark` the part
    of its whole picture, in pixels (x1, y1, x2, y2), that shows its plate, or itself where none was read."""

    camera: str
    percent: float
    context: Picture | None
    clip: Picture | None
    mark: tuple[int, int, int, int] | None


@dataclass(frozen=True)
class CaseView:
    """Data of the evidence and facts panels."""

    case: Case
    manifest: ViolationManifest
    stills: tuple[Picture, ...]
    plate_picture: Picture | None
    context: Picture | None
    clip: Picture | None
    second: SecondView | None
    overlay: str
    timeline: Timeline | None
    plate: PlateView
    notice: Deadline
    limitation: Deadline
    exemptions: tuple[Exemption, ...]


def case_view(session: Session, case: Case, manifest: ViolationManifest, now: datetime) -> CaseView:
    """Prepares one case for its page."""
    pictures = {file.role: _picture(case, manifest, file) for file in manifest.own_files}
    plate = manifest.shown("plate")
    stills = tuple(pictures[role] for role in STILL_ROLES if role in pictures)
    clip = _playable(session, pictures.get("clip"))
    return CaseView(
        case=case,
        manifest=manifest,
        stills=stills,
        plate_picture=_picture(case, manifest, plate) if plate is not None else None,
        context=pictures.get("context"),
        clip=clip,
        second=_second_view(case, manifest),
        overlay=_overlay(manifest, clip),
        timeline=lamp_timeline(
            manifest.signal, manifest.occurred_at, [(still.role, still.captured_at) for still in stills]
        ),
        plate=plate_view(case, manifest),
        notice=deadline(case.occurred_at, case.notice_due_at, now),
        limitation=deadline(case.occurred_at, case.limitation_at, now),
        exemptions=tuple(exemptions.covering(session, case.site, case.occurred_at)),
    )


def _second_view(case: Case, manifest: ViolationManifest) -> SecondView | None:
    for view in manifest.companions:
        files = {file.role: file for file in manifest.of_camera(view.camera)}
        if files:
            pictures = {role: _picture(case, manifest, file) for role, file in files.items()}
            context, clip = pictures.get("context"), pictures.get("clip")
            return SecondView(view.camera, view.score * 100, context, clip, _marked(files))
    return None


def _marked(files: Mapping[FileRole, EvidenceFile]) -> tuple[int, int, int, int] | None:
    """The part of a camera's whole picture from which its picture of the plate was cut; None if the two are
    from different frames.
    """
    plate, whole = files.get("plate"), files.get("context")
    if plate is None or whole is None or plate.captured_at != whole.captured_at:
        return None
    return plate.crop


def certificate_of(session: Session, case: Case) -> CertificateState:
    """Whether the camera's inspection certificate covered the moment of the case."""
    return certificate_state(session, case.node, case.camera, case.occurred_at)


def deadline(start: datetime, due: datetime, now: datetime) -> Deadline:
    """A deadline with its colour and the whole days left (negative once it has passed)."""
    return Deadline(due, urgency(start, due, now), (due - now).days)


def plate_view(case: Case, manifest: ViolationManifest) -> PlateView:
    """The plate with all its readings."""
    plate = _issued_plate(case)
    printed = plate.printed if plate else (case.plate or "")
    upper, _, lower = printed.partition(" ")
    reads = Counter(read.text for read in manifest.plate.raw_reads)
    return PlateView(
        upper=upper,
        lower=lower,
        printed=printed,
        province=plate.province(case.occurred_at.date()) if plate else None,
        rows=_rows(manifest, upper, lower),
        reads=tuple(reads.most_common(5)),
        candidates=tuple(plate_candidates(manifest)),
    )


def _rows(manifest: ViolationManifest, upper: str, lower: str) -> tuple[tuple[PlateCharacter, ...], ...]:
    """The characters as read, in the lines of the plate."""
    characters = manifest.plate.characters
    if manifest.plate.lines != 2 or not lower:
        return (characters,) if characters else ()
    first = sum(character.isalnum() for character in upper)
    return characters[:first], characters[first:]


def _issued_plate(case: Case) -> Plate | None:
    kind = VehicleKind(case.vehicle_kind)
    found = interpretations(case.plate or "", colour=case.plate_colour, vehicle=kind)  # type: ignore[arg-type]
    return found[0] if found else None


def _picture(case: Case, manifest: ViolationManifest, file: EvidenceFile) -> Picture:
    return Picture(
        role=file.role,
        url=f"/cases/{case.id}/files/{file.name}",
        name=file.name,
        captured_at=file.captured_at,
        seconds=(file.captured_at - manifest.occurred_at).total_seconds(),
        sha256=file.sha256,
        bytes=file.bytes,
    )


def _playable(session: Session, clip: Picture | None) -> Picture | None:
    """The clip's viewing copy if there is one."""
    if clip is None or not viewing.copies_of(session, [clip.sha256]):
        return clip
    return replace(clip, url=clip.url.replace("/files/", "/viewing/"), is_copy=True)


def _overlay(manifest: ViolationManifest, clip: Picture | None) -> str:
    """Data for the canvas: times in milliseconds from the violation, coordinates as fractions 0..1 of the
    picture.
    """
    at = manifest.occurred_at
    phases = manifest.signal.phases if manifest.signal else ()
    return json.dumps(
        {
            "clipStart": round(clip.seconds * 1000) if clip else 0,
            "trajectory": [{"t": p.t_ms, "ground": p.ground, "box": p.box} for p in manifest.trajectory],
            "scene": [{"id": line.id, "kind": line.kind, "points": line.points} for line in manifest.scene],
            "riders": [
                {"t": look.t_ms, "heads": [{"state": head.state, "box": head.box} for head in look.heads]}
                for look in (manifest.riders.looks if manifest.riders else ())
            ],
            "phases": [
                {
                    "colour": phase.colour,
                    "from": round((phase.start - at).total_seconds() * 1000),
                    "to": round((phase.end - at).total_seconds() * 1000),
                }
                for phase in phases
            ],
        },
        separators=(",", ":"),
    )
