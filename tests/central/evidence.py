"""Evidence as a node would send it: enrolled keys, signed manifests, files in pieces."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from central.ingest.work import Arrived
from contract.canonical import canonical_bytes, sha256_hex
from contract.manifest import EvidenceFile, ViolationManifest
from contract.reports import Enrolment
from contract.signing import SigningKey, sign
from contract.topics import CHUNK_BYTES, NodeTopics

NODE = "nut-1"
OCCURRED = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
NODE_KEY = SigningKey(hashlib.sha256(b"the node's test key").digest())
CENTRE_KEY = SigningKey(hashlib.sha256(b"the centre's test key").digest())


def picture(seed: int, size: int = 1000) -> bytes:
    """Bytes that begin like a JPEG and differ for each seed."""
    return b"\xff\xd8\xff" + hashlib.shake_256(seed.to_bytes(8, "big")).digest(size - 3)


def clip(seed: int, size: int = 3 * CHUNK_BYTES // 2) -> bytes:
    """Bytes that begin like an MP4 and take more than one piece."""
    return b"\x00\x00\x00\x18ftypisom" + hashlib.shake_256(seed.to_bytes(8, "little")).digest(size - 12)


def enrolment(node: str = NODE, key: SigningKey = NODE_KEY) -> Enrolment:
    """The enrolment document of a node."""
    return Enrolment(node=node, public_key=key.public.text, software="ngatu test")


@dataclass(frozen=True)
class Evidence:
    """A package as a node holds it: the signed manifest and the content of its files."""

    manifest: ViolationManifest
    token: str
    contents: tuple[bytes, ...]

    @property
    def manifest_sha256(self) -> str:
        """The hash the centre knows the manifest by."""
        return sha256_hex(canonical_bytes(self.manifest))

    @property
    def manifest_message(self) -> Arrived:
        """The manifest on its topic."""
        return Arrived(NodeTopics(self.manifest.node).manifest, self.token.encode())

    def chunk_messages(self, piece: int = CHUNK_BYTES) -> list[Arrived]:
        """The files in pieces of `piece` bytes."""
        topics = NodeTopics(self.manifest.node)
        return [
            Arrived(topics.chunk(sha256_hex(content), offset), content[offset : offset + piece])
            for content in self.contents
            for offset in range(0, len(content), piece)
        ]

    def messages(self, piece: int = CHUNK_BYTES) -> list[Arrived]:
        """Everything, in the order a node sends it."""
        return [self.manifest_message, *self.chunk_messages(piece)]


def evidence(
    sequence: int = 1,
    previous: str | None = None,
    contents: Sequence[bytes] | None = None,
    key: SigningKey = NODE_KEY,
    **changes: object,
) -> Evidence:
    """A package; `changes` overwrite values of the manifest."""
    contents = (picture(sequence), clip(sequence)) if contents is None else tuple(contents)
    values: dict[str, object] = {
        "event_id": f"{NODE}-{sequence:06d}",
        "node": NODE,
        "camera": "cam-1",
        "site": "hang-bai",
        "site_name": "Hàng Bài – Trần Hưng Đạo",
        "sequence": sequence,
        "previous": previous,
        "rule": {"name": "red_light", "version": 1},
        "decision": "violation",
        "reasons": [
            {
                "code": "red_light.crossed",
                "values": {
                    "line": "S1",
                    "head": "den-1",
                    "elapsed_red_ms": 2400,
                    "uncertainty_ms": 60,
                    "grace_ms": 300,
                },
            }
        ],
        "occurred_at": OCCURRED + timedelta(hours=sequence),
        "clock": {"source": "host", "uncertainty_ms": 20},
        "vehicle": {"kind": "car", "confidence": 0.93, "track": 7, "colour": "white"},
        "plate": {"text": f"29A{sequence:05d}", "confidence": 0.97, "agreed": True, "colour": "white"},
        "trajectory": [{"t_ms": 0, "ground": [0.5, 0.6], "box": [0.4, 0.5, 0.6, 0.7]}],
        "scene": [{"id": "stop", "kind": "stop_line", "points": [[0.1, 0.6], [0.9, 0.6]]}],
        "calibration": "cal-1",
        "config_sha256": "c" * 64,
        "models": {"vehicles": "d" * 64},
        "software": "ngatu test",
        "files": [file_entry(number, content) for number, content in enumerate(contents)],
    }
    manifest = ViolationManifest.model_validate(values | changes)
    return Evidence(manifest, sign(manifest, key), tuple(contents))


def file_entry(number: int, content: bytes) -> EvidenceFile:
    """What a manifest says of a file."""
    is_clip = content[4:8] == b"ftyp"
    return EvidenceFile(
        role="clip" if is_clip else "over",
        name=f"file-{number}.{'mp4' if is_clip else 'jpg'}",
        media_type="video/mp4" if is_clip else "image/jpeg",
        bytes=len(content),
        sha256=sha256_hex(content),
        captured_at=OCCURRED,
    )


def chain(count: int) -> list[Evidence]:
    """Packages 1 to `count`, each naming the one before."""
    packages: list[Evidence] = []
    for sequence in range(1, count + 1):
        previous = packages[-1].manifest_sha256 if packages else None
        packages.append(evidence(sequence, previous))
    return packages
