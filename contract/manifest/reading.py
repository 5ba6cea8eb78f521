"""Reads signed manifests of every version: the bytes unchanged, with the model of their own version."""

from pydantic import ValidationError

from contract.faults import faulty, newer, unknown_keys, version_of
from contract.manifest import upgrade, v1, v2

AnyManifest = v1.ViolationManifest | v2.ViolationManifest

READERS: dict[int, type[v1.ViolationManifest] | type[v2.ViolationManifest]] = {
    1: v1.ViolationManifest,
    2: v2.ViolationManifest,
}
NEWEST = max(READERS)
VERSION_OF = {model: version for version, model in READERS.items()}
"""The version of each manifest model."""


def parse(signed: bytes) -> AnyManifest:
    """The manifest in the model of its own version.

    Raises:
        UnreadableError: not JSON, not a manifest, or one that breaks its version's rules.
        UnsupportedError: a newer version, or keys that only a newer minor version can know.
    """
    try:
        return READERS[NEWEST].model_validate_json(signed)  # most are of this version; the schema key decides
    except ValidationError as problem:
        not_newest = problem
    version = version_of("manifest", signed)
    if version not in READERS:
        raise newer(version, tuple(READERS))
    if version == NEWEST:
        raise unknown_keys(not_newest) or faulty(not_newest)
    try:
        return READERS[version].model_validate_json(signed)
    except ValidationError as problem:
        # Older versions are closed: they will never get new keys.
        raise faulty(problem) from None


def newest(manifest: AnyManifest) -> v2.ViolationManifest:
    """A manifest of any version converted to the newest."""
    return upgrade.from_v1(manifest) if isinstance(manifest, v1.ViolationManifest) else manifest


def read(signed: bytes) -> v2.ViolationManifest:
    """The manifest in the newest version's model; raises as `parse` does."""
    return newest(parse(signed))
