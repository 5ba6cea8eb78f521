"""Tells the centre's receipts from everything else that may arrive on the receipt topic."""

from pydantic import ValidationError

from contract.messages import Receipt
from contract.signing import PublicKey, SignatureError, verify

_LIMIT = 256 * 1024


class ReceiptError(ValueError):
    """Not a receipt of the centre for this node; the message says why."""


def read_receipt(payload: bytes, centre: PublicKey, node: str) -> Receipt:
    """The receipt, if the centre signed it for this node.

    Raises:
        ReceiptError: forged, malformed, too long, or meant for another node.
    """
    if len(payload) > _LIMIT:
        raise ReceiptError(f"{len(payload)} bytes is no receipt")
    try:
        receipt = Receipt.model_validate_json(verify(payload.decode("ascii"), centre))
    except (SignatureError, UnicodeDecodeError) as problem:
        raise ReceiptError(f"not signed by the centre: {problem}") from problem
    except ValidationError as problem:
        raise ReceiptError("signed by the centre but not a receipt of this version") from problem
    if receipt.node != node:
        raise ReceiptError(f"for another node: {receipt.node}")
    return receipt
