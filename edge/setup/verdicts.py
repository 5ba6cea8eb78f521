"""Judges a stream: its properties compared with docs/install-camera.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import cv2

from configs.wording import LANGUAGES, Language
from edge.setup.places import Place
from edge.setup.probe import StreamFacts, Tried, apart
from edge.setup.wording import shown, translator

Level = Literal["good", "warn", "bad"]

DETECT_RATE, RULES_REST_RATE, RECORD_RATE = 10.0, 6.0, 12.0
"""Pictures a second: enough to track vehicles; below, rules rest; enough for stills and clip."""

GOOD_KEYFRAMES, LONG_KEYFRAMES = 2.2, 4.5
"""Seconds from keyframe to keyframe: good; beyond the second, clips begin late and memory runs short."""

DETECT_WIDTH, DETECT_TOO_WIDE, RECORD_WIDTH = 1000, 2000, 1900
"""Widths in pixels."""

MEGABITS_HELD = 8.5
"""Data rate of the record stream beyond which a minute does not fit into the node's memory for a camera."""

CLOCK_GOOD, CLOCK_BELIEVED = 1.0, 5.0
"""Seconds the camera's clock may be off; beyond the second value it is not believed."""

_SECRECY: dict[str, Level] = {"open": "good", "open_outside": "bad", "proved": "good", "unproved": "warn"}

_KEPT = "verdicts.json"

SAME_VIEW = 0.02
"""Parts of the picture by which two views may differ and still be the same."""


@dataclass(frozen=True)
class Verdict:
    """One property of a stream; `code` has its words under `verdict.` with `values`."""

    stream: Literal["detect", "record", "both"]
    level: Level
    code: str
    values: dict[str, Any]


def verdicts(tried: Tried) -> Iterator[Verdict]:
    """All verdicts, stream by stream."""
    yield from _of_stream("detect", tried.detect)
    yield from _detect_only(tried.detect)
    if tried.secrecy is not None:
        level = _SECRECY[tried.secrecy.kind]
        yield Verdict("detect", level, f"secrecy_{tried.secrecy.kind}", {"why": tried.secrecy.why})
    if tried.record_error is not None:
        why = tried.record_error.values.get("why", tried.record_error)
        yield Verdict("record", "bad", "no_record", {"why": why})
    if tried.record is not None:
        yield from _of_stream("record", tried.record)
        yield from _record_only(tried.record)
        yield _views(tried.detect, tried.record)
    elif tried.record_error is None:
        yield Verdict("record", "warn", "one_stream", {})


def _of_stream(which: Literal["detect", "record"], facts: StreamFacts) -> Iterator[Verdict]:
    codec = {"h264": "H.264", "hevc": "H.265"}.get(facts.codec, facts.codec)
    if facts.codec == "h264":
        yield Verdict(which, "good", "codec", {"codec": codec})
    else:
        yield Verdict(which, "warn" if which == "record" else "good", "codec_browser", {"codec": codec})
    values = {"seconds": facts.keyframes}
    if not facts.keyframes_sure or facts.keyframes > LONG_KEYFRAMES:
        yield Verdict(which, "bad", "keyframes_bad", values)
    else:
        yield Verdict(which, "good" if facts.keyframes <= GOOD_KEYFRAMES else "warn", "keyframes", values)


def _detect_only(facts: StreamFacts) -> Iterator[Verdict]:
    width, height = facts.size
    values = {"width": width, "height": height}
    if width < DETECT_WIDTH:
        yield Verdict("detect", "warn", "detect_small", values)
    elif width > DETECT_TOO_WIDE:
        yield Verdict("detect", "warn", "detect_large", values)
    else:
        yield Verdict("detect", "good", "size", values)
    level: Level = "good" if facts.rate >= DETECT_RATE else "warn" if facts.rate >= RULES_REST_RATE else "bad"
    yield Verdict("detect", level, "rate" if level == "good" else "rate_low", {"rate": facts.rate})
    yield _clock(facts.offset)


def _clock(offset: float | None) -> Verdict:
    if offset is None:
        return Verdict("detect", "warn", "no_clock", {})
    away = abs(offset)
    level: Level = "good" if away <= CLOCK_GOOD else "warn" if away <= CLOCK_BELIEVED else "bad"
    return Verdict("detect", level, "clock" if level == "good" else "clock_off", {"offset": away})


def _record_only(facts: StreamFacts) -> Iterator[Verdict]:
    width, height = facts.size
    level: Level = "good" if width >= RECORD_WIDTH else "warn"
    code = "size" if level == "good" else "record_small"
    yield Verdict("record", level, code, {"width": width, "height": height})
    level = "good" if facts.rate >= RECORD_RATE else "warn"
    yield Verdict("record", level, "rate" if level == "good" else "record_rate_low", {"rate": facts.rate})
    level = "good" if facts.megabits <= MEGABITS_HELD else "warn"
    yield Verdict("record", level, "bits" if level == "good" else "bits_high", {"megabits": facts.megabits})


def _views(detect: StreamFacts, record: StreamFacts) -> Verdict:
    away = apart(detect.picture, record.picture)
    if away is None:
        return Verdict("both", "warn", "views_unsure", {})
    if away > SAME_VIEW:
        return Verdict("both", "bad", "views_differ", {"percent": 100 * away})
    return Verdict("both", "good", "same_view", {})


def keep(place: Place, tried: Tried) -> None:
    """Stores the results of trying the streams, with a picture of each."""
    for which, facts in (("detect", tried.detect), ("record", tried.record)):
        if facts is not None:
            place.path(f"{which}.jpg").write_bytes(cv2.imencode(".jpg", facts.picture)[1].tobytes())
    found = [
        {"stream": one.stream, "level": one.level, "code": one.code, "values": _worded(one.values)}
        for one in verdicts(tried)
    ]
    place.keep(_KEPT, found)


def forget(place: Place) -> None:
    """Discards the results of an earlier try."""
    for name in (_KEPT, "detect.jpg", "record.jpg"):
        place.path(name).unlink(missing_ok=True)


def kept(place: Place, lang: Language) -> list[dict[str, str]]:
    """The results of the newest try, in words; empty before the first."""
    t = translator(lang)
    return [
        {
            "stream": one["stream"],
            "level": one["level"],
            "words": t(f"verdict.{one['code']}", **{key: v[lang] for key, v in one["values"].items()}),
        }
        for one in place.kept(_KEPT) or ()
    ]


def _worded(values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A value in each language; the reason why a stream fails is stored in both."""
    return {key: {lang: shown(value, lang) for lang in LANGUAGES} for key, value in values.items()}
