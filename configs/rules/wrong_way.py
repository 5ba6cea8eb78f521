"""Đi ngược chiều của đường một chiều: driving against a one-way road."""

from configs.rules.parameters import Against


class WrongWay(Against):
    """Đi ngược chiều của đường một chiều."""
