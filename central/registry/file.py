"""A vehicle register in a YAML file: samples for the demo and tests, and for centres without a network
connection.
"""

from pathlib import Path

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict

from central.connections.problems import OutsideError, Problem
from central.registry.port import Enquiry, Registration
from contract.plates import normalise


class FileEntry(Registration):
    """A registration with its period of validity, which is required in a file."""

    since: AwareDatetime


class _RegistryFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    registrations: tuple[FileEntry, ...]


class FileRegistryError(Exception):
    """The register's file can't be used; the message names file and place."""


class FileRegistry:
    """`RegistryLookup` over a file, read once."""

    def __init__(self, entries: tuple[FileEntry, ...]) -> None:
        self.entries = entries
        self._by_plate: dict[str, list[FileEntry]] = {}
        for entry in entries:
            self._by_plate.setdefault(normalise(entry.vehicle.plate), []).append(entry)

    @classmethod
    def load(cls, path: Path) -> "FileRegistry":
        """Reads the file.

        Raises:
            FileRegistryError: unreadable, not UTF-8, not YAML, a day that is none, unknown or missing keys.
        """
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            return cls(_RegistryFile.model_validate(content).registrations)
        except (OSError, yaml.YAMLError, ValueError, RecursionError) as problem:
            raise FileRegistryError(f"{path}: {problem}") from problem

    def find(self, enquiry: Enquiry) -> Registration:
        """See `RegistryLookup.find`. The plate's colour distinguishes registrations with the same
        characters.
        """
        held = [e for e in self._by_plate.get(normalise(enquiry.plate), []) if e.held_at(enquiry.at)]
        same_colour = [e for e in held if e.vehicle.plate_colour == enquiry.plate_colour]
        found = same_colour or held
        if not found:
            raise OutsideError(Problem.NOT_FOUND, "no vehicle had this plate at that time")
        if len(found) > 1:
            raise OutsideError(Problem.MULTIPLE, f"{len(found)} vehicles had this plate at that time")
        return found[0]
