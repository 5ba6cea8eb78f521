"""Separates the centre's receipts from everything else that may arrive on the receipt topic."""

from contract import receipts
from contract.faults import MessageError
from contract.signing import PublicKey, SignatureError, verify

_LIMIT = 256 * 1024


class ReceiptError(ValueError):
    """Not a receipt of the centre for this node; the message says why."""


def read_receipt(payload: bytes, centre: PublicKey, node: str) -> receipts.Receipt:
    """The receipt, if the centre signed it for this node.

    Raises:
        ReceiptError: forged, malformed, too long, or meant for another node.
    """
    if len(payload) > _LIMIT:
        raise ReceiptError(f"{len(payload)} bytes is no receipt")
    try:
        receipt = receipts.read_receipt(verify(payload.decode("ascii"), centre))
    except (SignatureError, UnicodeDecodeError) as problem:
        raise ReceiptError(f"not signed by the centre: {problem}") from problem
    except MessageError as problem:
        raise ReceiptError(
            f"signed by the centre, but no receipt this programme reads: {problem}"
        ) from problem
    if receipt.node != node:
        raise ReceiptError(f"for another node: {receipt.node}")
    return receipt
