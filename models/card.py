"""Model cards: content and origin of a network file, and proof that it is the measured one.

Every `models/NAME.onnx` has a `models/NAME.yaml` beside it. A node refuses to start with a file whose digest
differs from its card: otherwise the card's figures would not apply to the running network.
"""

import hashlib
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError


class ModelCardError(ValueError):
    """The card is missing or wrong, or the network file is not the one the card describes."""


class ModelCard(BaseModel):
    """One model card."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    file: str
    """Name of the network file, in the card's folder."""
    sha256: str
    bytes: int
    task: str
    data: list[str]
    """What it was trained on."""
    licence: str
    recipe: str
    """The command that makes it."""
    seed: int
    metrics: dict[str, Any]
    input: str
    output: str
    classes: list[str]
    """Names of the outputs, in their order."""

    def verify(self, folder: Path) -> Path:
        """Return the network file's path in `folder` once its size and digest are those of the card.

        Raises:
            ModelCardError: the file is missing or differs.
        """
        path = folder / self.file
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ModelCardError(f"model {self.name}: cannot read {path}: {error.strerror}") from error
        digest = hashlib.sha256(content).hexdigest()
        if digest != self.sha256:
            raise ModelCardError(
                f"model {self.name}: {path} is not the file its card describes (sha256 {digest[:12]}… of "
                f"{len(content)} bytes, card says {self.sha256[:12]}… of {self.bytes}); "
                f"reinstall the package or fetch the file again"
            )
        return path


def load_card(path: Path) -> ModelCard:
    """Read a card.

    Raises:
        ModelCardError: the file is missing, is not YAML, or lacks or misspells a key.
    """
    try:
        return ModelCard.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ModelCardError(f"cannot read model card {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError, ValidationError) as error:
        raise ModelCardError(f"model card {path} is wrong: {error}") from error


def packaged_card(name: str) -> Path:
    """Path of the card of a model that ships in the installed package, e.g. `packaged_card("vehicles")`."""
    return Path(str(files("models"))) / f"{name}.yaml"
