"""Packages made by each released version, of the sample clip: they stay readable for ever.

`scripts/golden.sh VERSION` makes those of the version that is checked out, when it is released.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
CHAINS = sorted(
    chain
    for version in FOLDER.iterdir()
    if version.is_dir()
    for chain in version.iterdir()
    if chain.is_dir() and chain.name != "test"
)
"""A folder for each chain of packages: the packages in it follow each other."""
PACKAGES = [package for chain in CHAINS for package in sorted(chain.iterdir())]
TESTS = sorted(FOLDER.glob("*/test/*"))
"""Tests that the set-up page sent; they stand outside the chains."""
