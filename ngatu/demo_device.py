"""The demo's camera in the register: an enforcement device with papers, a sign on site and an appointed
user.
"""

from pathlib import Path

import cv2
import numpy as np
import yaml

SINCE = "2026-01-01"


def device_entry(folder: Path) -> Path:
    """Writes the device's file and the picture of its sign into `folder`; returns the file."""
    photo = np.full((240, 400, 3), 255, np.uint8)
    cv2.putText(photo, "CAMERA GIAM SAT", (30, 130), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (160, 60, 20), 3)
    cv2.imwrite(str(folder / "sign.png"), photo)
    entry = {
        "name": "Camera giám sát giao thông (dùng thử)",
        "serial": "DEMO-0001",
        "unit": "Phòng Cảnh sát giao thông",
        "sign_photo": {"file": "sign.png", "taken": SINCE},
        "papers": [
            {"kind": kind, "number": f"{kind.upper()}-DEMO", "issuer": "Bản dùng thử", "valid_from": SINCE}
            for kind in ("approval", "certificate", "site_decision")
        ],
        "users": [
            {"username": "officer", "decision": "01/QĐ-DEMO", "training": "CC-DEMO", "valid_from": SINCE}
        ],
    }
    file = folder / "device.yaml"
    file.write_text(yaml.safe_dump(entry, allow_unicode=True), encoding="utf-8")
    return file
