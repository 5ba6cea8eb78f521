"""The networks a node runs, each an ONNX file with a card beside it. See `models/README.md`."""

from pathlib import Path

from models.card import ModelCard, ModelCardError, load_card, packaged_card

__all__ = ["ModelCard", "ModelCardError", "load", "load_path"]


def load(name: str) -> tuple[ModelCard, Path]:
    """The card and the verified network file of a packaged model, e.g. `load("vehicles")`.

    Raises:
        ModelCardError: no such model, or the file's SHA-256 is not the card's: nothing may run with it.
    """
    path = packaged_card(name)
    card = load_card(path)
    return card, card.verify(path.parent)


def load_path(name: str) -> Path:
    """Only the verified network file of `load`."""
    return load(name)[1]
