"""Writes the card of a newly made network."""

import hashlib
from pathlib import Path
from typing import Any

import yaml

from models.card import ModelCard


def write_card(network: Path, **facts: Any) -> ModelCard:
    """Write the card of the ONNX file `network` beside it.

    Args:
        network: the file, whose name, size and digest go into the card.
        facts: the other keys of `ModelCard`.
    """
    content = network.read_bytes()
    card = ModelCard(
        name=network.stem,
        file=network.name,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        **facts,
    )
    text = yaml.safe_dump(card.model_dump(), sort_keys=False, allow_unicode=True, width=110)
    network.with_suffix(".yaml").write_text(text, encoding="utf-8")
    return card
