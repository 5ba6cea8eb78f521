"""Addresses that a request names in its headers or form, parsed without trusting them."""

from urllib.parse import SplitResult, urlsplit


def split(address: str) -> SplitResult:
    """The parts of an address; empty for an invalid one (such as an unclosed bracket)."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def path_of(address: str) -> str:
    """Its path with its query, without the host."""
    parts = split(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
