"""The manifest of a violation: one frozen module per version of its schema, and a reader of them all.

`v1` and `v2` define the manifest of that version; they never change once released. All code uses the model of
the newest version, which this package exports under its own name; `read` converts the signed bytes of any
version to it. The signed bytes are the only original: nothing is ever serialised again from a model to be
compared or sent.
"""

from contract.manifest.reading import NEWEST, VERSION_OF, AnyManifest, newest, parse, read
from contract.manifest.v1 import (
    Clock,
    LampPhase,
    PlateAlternative,
    PlateCharacter,
    RawRead,
    SignalEvidence,
)
from contract.manifest.v2 import (
    TEST_ID,
    ClipFrame,
    CompanionView,
    EvidenceFile,
    LookCost,
    PlateEvidence,
    Question,
    RiderHead,
    RiderLook,
    Riders,
    Rule,
    SceneLine,
    SecondLook,
    TrajectoryPoint,
    VehicleSeen,
    ViolationFacts,
    ViolationManifest,
)

__all__ = [
    "NEWEST",
    "TEST_ID",
    "VERSION_OF",
    "AnyManifest",
    "ClipFrame",
    "Clock",
    "CompanionView",
    "EvidenceFile",
    "LampPhase",
    "LookCost",
    "PlateAlternative",
    "PlateCharacter",
    "PlateEvidence",
    "Question",
    "RawRead",
    "RiderHead",
    "RiderLook",
    "Riders",
    "Rule",
    "SceneLine",
    "SecondLook",
    "SignalEvidence",
    "TrajectoryPoint",
    "VehicleSeen",
    "ViolationFacts",
    "ViolationManifest",
    "newest",
    "parse",
    "read",
]
