"""Dừng xe quá vạch dừng: standing past the stop line on red."""

from configs.model import Configured


class StopLineParameters(Configured):
    """Dừng xe quá vạch dừng: standing past the line on red without entering the junction."""
