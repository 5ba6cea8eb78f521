"""What went wrong, in a sentence, whatever its class."""

import errno
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from configs.loading import ConfigError, Problem
from configs.wording import plain
from edge.video.frame import VideoError
from edge.video.ring import RingMiss
from ngatu.sentences import sentence


def raised(code: str) -> Exception:
    try:
        exec(code, {"av": av, "cv2": cv2, "np": np, "errno": errno})
    except Exception as problem:
        return problem
    raise AssertionError("nothing went wrong")


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (VideoError("a.mp4: not a video [cam1]"), "a.mp4: not a video [cam1]"),
        (RingMiss("3 s is not in the ring"), "3 s is not in the ring"),
        (
            ConfigError(Path("a.yaml"), [Problem(3, "id", plain("còn thiếu", "is missing"))]),
            "a.yaml:3: id: còn thiếu\n    is missing",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device", "/x/[a].jsonl"),
            "/x/[a].jsonl: No space left on device",
        ),
        (PermissionError(errno.EACCES, "Permission denied"), "Permission denied"),
        (raised("open('/missing/x')"), "/missing/x: No such file or directory"),
        (raised("av.open('/missing/x.mp4')"), "/missing/x.mp4: No such file or directory"),
    ],
)
def test_what_a_person_can_mend_is_said_plainly(problem: Exception, words: str) -> None:
    assert sentence(problem) == words


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("b'\\xff'.decode()", "UnicodeDecodeError"),
        ("cv2.resize(np.zeros((1, 9, 3)), None, fx=0.1, fy=0.1)", "error"),
        ("{}['key']", "KeyError"),
        ("assert False", "AssertionError"),
    ],
)
def test_what_nobody_expected_is_one_line_with_its_place(code: str, kind: str) -> None:
    words = sentence(raised(code))
    assert words.startswith(f"unexpected: {kind}: ")
    assert "please report it" in words
    assert "\n" not in words
