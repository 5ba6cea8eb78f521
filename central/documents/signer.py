"""Who signs papers, for those who only ask: what signs loads libraries that take half a second
(`central.documents.signing`)."""

from typing import Protocol


class PaperSigningError(Exception):
    """A paper could not be signed; the message says why."""


class PaperSigner(Protocol):
    """Signs papers in the unit's name."""

    def sign(self, pdf: bytes, reason: str, place: str) -> bytes:
        """The paper with an added signature. Raises PaperSigningError."""
        ...

    @property
    def name(self) -> str:
        """Who signs, as the certificate names them."""
        ...
