"""Addresses that a request names in its headers or form: taken apart without trusting them."""

from urllib.parse import SplitResult, urlsplit


def split(address: str) -> SplitResult:
    """The parts of an address; of one that is none (a bracket without its fellow), nothing."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def path_of(address: str) -> str:
    """Its path with its query; the host taken off."""
    parts = split(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
