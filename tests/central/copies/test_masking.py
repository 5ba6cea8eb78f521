"""The command that makes the copies, as the worker starts it: one process for the files of a case."""

import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from central.copies.masking import Errand, MaskingFailedError, mask

OWN = {"plate": "30A12345"}


def errand(folder: Path, number: int, content: bytes | None = None) -> Errand:
    """A grey picture, or something else, to be copied."""
    source = folder / f"{number}.jpg"
    if content is None:
        cv2.imwrite(str(source), np.full((96, 128, 3), 90, np.uint8))
    else:
        source.write_bytes(content)
    return Errand(source, folder / f"copy-{number}.jpg", OWN)


def test_what_is_done_is_told_before_another_file_fails(tmp_path: Path) -> None:
    done, broken = errand(tmp_path, 1), errand(tmp_path, 2, b"no picture")
    told = mask([done, broken])
    assert next(told).frames == 1
    assert done.target.is_file()
    with pytest.raises(MaskingFailedError, match="is no picture"):
        next(told)


def test_a_process_that_is_not_done_in_time_is_ended(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(MaskingFailedError, match="not done after 0 s"):
        list(mask([errand(tmp_path, 1)], seconds=0.01))
    assert time.monotonic() - began < 10
