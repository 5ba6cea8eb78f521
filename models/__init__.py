"""The networks a node runs, each an ONNX file with a card beside it. See `models/README.md`."""

from pathlib import Path

from models.card import ModelCard, ModelCardError, load_card, packaged_card

__all__ = ["ModelCard", "ModelCardError", "card_path", "load", "load_path"]


def card_path(name: str, folder: Path | None = None) -> Path:
    """The card in `folder` if there is one of that name, else the packaged one."""
    own = folder / f"{name}.yaml" if folder is not None else None
    return own if own is not None and own.exists() else packaged_card(name)


def load(name: str, folder: Path | None = None) -> tuple[ModelCard, Path]:
    """The card and the verified network file of a model, e.g. `load("vehicles")`; see `card_path`.

    Raises:
        ModelCardError: no such model, or the file's SHA-256 is not the card's: nothing may run with it.
    """
    path = card_path(name, folder)
    card = load_card(path)
    return card, card.verify(path.parent)


def load_path(name: str) -> Path:
    """The verified network file of `load`, without the card."""
    return load(name)[1]
