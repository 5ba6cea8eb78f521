"""Converts manifests between versions: upwards for processing, downwards for a centre that is not
upgraded."""

from contract.manifest import v1, v2
from contract.reasons import LEGACY_TEXT, Doubt, Reason, legacy
from contract.types import Message

_FLAGS_OF_RULES = {
    "few_frames_before": "passage.few_frames_before",
    "continuation_not_seen": "passage.continuation_not_seen",
    "movement_unknown": "passage.movement_unknown",
    "free_on_red_lane": "stop_line.free_on_red",
    "lane_not_certain": "illegal_turn.lane_not_certain",
    "kind_not_sure": "wrong_lane.kind_not_sure",
    "exempt": "scene.exempt",
}
"""Flags of version 1 that are doubts in version 2."""

_FLAGS_OF_EVIDENCE = ("clip_short", "clip_missing", "still_missing")
_FLAGS_OF_PLATES = ("grammar", "ambiguous", "colour", "chosen", "composed", "reader_failed")
_ALSO = "also:"

_DIFFERENT = frozenset(
    {"schema_", "rule", "reason", "flags", "vehicle", "plate", "trajectory", "scene", "files"}
)
"""Keys of version 1 that differ in version 2."""


def from_v1(old: v1.ViolationManifest) -> v2.ViolationManifest:
    """Version 1 as version 2: prose stays prose (`legacy.text`), flags become doubts or codes."""
    also = tuple(flag.removeprefix(_ALSO) for flag in old.flags if flag.startswith(_ALSO))
    values = {name: value for name, value in dict(old).items() if name not in _DIFFERENT}
    return v2.ViolationManifest(
        **values,
        rule=v2.Rule(name=old.rule.name, version=old.rule.version, also=also),
        reasons=(legacy(old.reason),),
        doubts=tuple(doubt(flag) for flag in old.flags if not _is_code(flag)),
        flags=tuple(f"evidence.{flag}" for flag in old.flags if flag in _FLAGS_OF_EVIDENCE),
        vehicle=v2.VehicleSeen(**dict(old.vehicle)),
        plate=v2.PlateEvidence(**(dict(old.plate) | {"flags": _plate_flags(old.plate.flags)})),
        trajectory=tuple(v2.TrajectoryPoint(**dict(point)) for point in old.trajectory),
        scene=tuple(v2.SceneLine(**dict(line)) for line in old.scene),
        files=tuple(v2.EvidenceFile(**dict(file)) for file in old.files),
    )


def to_v1(new: v2.ViolationManifest, reason: str) -> v1.ViolationManifest:
    """Version 2 for a centre that reads version 1 only; content that version 1 can't express is left out,
    `reason` is in words.

    Raises:
        ValidationError: a rule that version 1 does not know.
    """
    same = v1.ViolationManifest.model_fields.keys() - _DIFFERENT
    values = {name: getattr(new, name) for name in same}
    codes = {code: flag for flag, code in _FLAGS_OF_RULES.items()}
    flags = [codes[doubt.code] for doubt in new.doubts if doubt.code in codes]
    flags += [flag.removeprefix("evidence.") for flag in new.flags]
    flags += [f"{_ALSO}{rule}" for rule in new.rule.also]
    plate = {name: getattr(new.plate, name) for name in v1.PlateEvidence.model_fields}
    return v1.ViolationManifest.model_validate(
        {
            **values,
            "rule": {"name": new.rule.name, "version": new.rule.version},
            "reason": reason,
            "flags": tuple(flags),
            "vehicle": _common(v1.VehicleSeen, new.vehicle),
            "plate": plate | {"flags": tuple(flag.removeprefix("plate.") for flag in new.plate.flags)},
            "trajectory": tuple(_common(v1.TrajectoryPoint, point) for point in new.trajectory),
            "scene": tuple(_common(v1.SceneLine, line) for line in new.scene if line.kind != "exit"),
            "files": tuple(_common(v1.EvidenceFile, file) for file in new.files),
        }
    )


def _is_code(flag: str) -> bool:
    """True for a flag of version 1 that is not a doubt in version 2."""
    return flag.startswith(_ALSO) or flag in _FLAGS_OF_EVIDENCE


def doubt(flag: str) -> Doubt:
    """A rule's flag of version 1 as a doubt of version 2."""
    known = _FLAGS_OF_RULES.get(flag)
    reason = (
        Reason(code=known)
        if known
        else Reason(code=LEGACY_TEXT, values={"vi": flag[:1000], "en": flag[:1000]})
    )
    return Doubt(**dict(reason), weight="doubt", source="rule")


def _plate_flags(flags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"plate.{flag}" if flag in _FLAGS_OF_PLATES else "plate.other" for flag in flags)


def _common(model: type[Message], newer: Message) -> dict[str, object]:
    """The keys of `newer` that the older model has too."""
    return {name: getattr(newer, name) for name in model.model_fields}
