"""Merges two cameras' readings into one plate: if they disagree, neither is sure."""

from collections.abc import Sequence

from contract.manifest import PlateEvidence
from contract.reasons import Doubt
from edge.joined.asking import Answer, said
from edge.plate.reading import NOT_SURE, SURE

TOLD = 0.5
"""Least confidence of a differing reading of the overview for it to count against the plate camera's."""


def best(answers: Sequence[Answer]) -> Answer | None:
    """The answer to use: of those that found the vehicle, one that read its plate, then the most certain."""
    found = [answer for answer in answers if answer.plate is not None and answer.match is not None]
    return max(found, key=_worth, default=None)


def _worth(answer: Answer) -> tuple[bool, float]:
    match, plate = answer.match, answer.plate
    return plate is not None and plate.text is not None, match.probability if match is not None else 0.0


def merged(
    own: PlateEvidence, other: PlateEvidence, answer: Answer
) -> tuple[PlateEvidence, tuple[Doubt, ...]]:
    """The plate of the two readings, `other` being the plate camera's, and remarks for the reviewer.

    If the two contradict each other one of them is of another vehicle, or misread: then neither is sure.
    """
    camera, match = answer.camera, answer.match
    if other.text is None:
        return own, (said("unread", camera),)
    percent = round(100 * match.probability, 1) if match is not None else 0.0
    taken = other.model_copy(update={"camera": camera})
    told = said("matched", camera, percent=percent)
    if own.text is None or own.text == other.text or own.confidence < TOLD:
        return taken, (told,)
    differs = said("differs", camera, own=own.text, other=other.text)
    kept = own if own.agreed and own.confidence >= SURE else taken
    return kept.model_copy(update={"confidence": min(kept.confidence, NOT_SURE)}), (told, differs)
