"""VietQR: the code a banking app reads. The bank reports such a payment like any other."""

from functools import cache

import segno
from vietnam_qr_pay import QRPay


def payload(bank_bin: str, account: str, amount: int, purpose: str) -> str:
    """EMVCo text for a transfer of `amount` dong; `purpose` is its message (ASCII, 25 characters)."""
    code = QRPay.init_viet_qr(
        bank_bin=bank_bin, bank_number=account, amount=str(amount), purpose=purpose[:25]
    )
    built: str = code.build()
    return built


@cache
def as_svg(text: str) -> str:
    """The code as an SVG picture that fills its container, dark on white with its quiet zone."""
    code = segno.make(text, error="m")
    drawn: str = code.svg_inline(border=4, light="#fff", dark="#000", omitsize=True)
    return drawn
