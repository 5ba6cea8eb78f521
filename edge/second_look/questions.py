"""The questions of the second look, each separate: `yes` supports the finding, `no` and `unsure` speak
against it.

A question that does not apply (no lamp, an act longer than the analysed window) is `not_asked`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from contract.manifest import Question
from contract.reasons import Doubt, Value
from edge.detect.appearance import unlike
from edge.pipeline import Incident
from edge.plate.vote import PlateResult
from edge.rules.geometry import overlap
from edge.rules.inputs import Finding
from edge.second_look.following import NEAR_SECONDS, PATIENCE, Path, Step, left_by
from edge.second_look.looking import Look
from edge.second_look.places import BLANK, FOREIGN, part_that_stays
from edge.second_look.wheels import Wheels
from edge.second_look.window import window

SURE = 0.35
"""Confidence from which a detected vehicle is certain."""

UNLIKE = 0.6
"""Difference of appearance (`edge.detect.appearance`) from which it does not look like the same vehicle."""

AGREES = 0.3
"""Overlap of the tracked vehicle with the live track from which both are on the same vehicle."""

PARTED_SECONDS = 0.25
"""Seconds both must be apart before it counts: boxes of one vehicle may differ for one look."""

RIVAL = 0.85
"""Part of the vehicle's own score from which another could as well be the tracked one."""

LAMP_SECONDS = 0.4
"""Seconds around the act in which the lamp is read again."""

GAP_SECONDS = 0.6
"""Seconds without a picture after which events in between are unobserved."""

FROZEN_SECONDS = 1.0
"""Seconds of the identical picture after which it is frozen."""

STILL = 2
"""Grey levels by which small pictures may differ and still be identical."""

PLATE_SURE = 0.85
PLATE_DIFFERS = 3
"""Number of differing characters from which two sure readings are two plates."""


@dataclass(frozen=True)
class Answer:
    """A question's answer and the resulting doubts."""

    question: Question
    doubts: tuple[Doubt, ...] = ()


def yes(code: str, **values: str | float | bool) -> Answer:
    """Supports the finding."""
    return Answer(Question(code=f"second_look.{code}", answer="yes", values=values))


def not_asked(code: str) -> Answer:
    """Does not apply to this finding."""
    return Answer(Question(code=f"second_look.{code}", answer="not_asked"))


def against(
    code: str, doubt: str, *, weight: Literal["note", "doubt", "disproof"] = "doubt", **values: Value
) -> Answer:
    """Speaks against the finding: `unsure` with a note or doubt, `no` with a disproof."""
    told = {name: value for name, value in values.items() if not isinstance(value, tuple)}
    answer: Literal["no", "unsure"] = "no" if weight == "disproof" else "unsure"
    said = Doubt(code=f"second_look.{doubt}", values=values, weight=weight, source="second_look")
    return Answer(Question(code=f"second_look.{code}", answer=answer, values=told), (said,))


def ms(seconds: float) -> int:
    """In whole milliseconds."""
    return round(seconds * 1000)


def vehicle_there(looks: Sequence[Look], path: Path | None, finding: Finding) -> Answer:
    """Is there a vehicle at the live track's position at the decisive moment? A false detection has none."""
    if path is None:
        asked = [look for look in looks if abs(look.t - finding.t) <= NEAR_SECONDS]
        return against("vehicle_there", "no_vehicle", weight="disproof", looks=len(asked))
    best = max(step.seen.confidence for step in path.near(finding.t, 2 * NEAR_SECONDS))
    if best < SURE:
        return against("vehicle_there", "faint", confidence=round(best, 2))
    return yes("vehicle_there", confidence=round(best, 2))


def same_vehicle(looks: Sequence[Look], path: Path, finding: Finding) -> Answer:
    """Is it the same vehicle throughout: never lost during the act, the live track on it, looking alike?"""
    first, last = act_of(finding)
    if not path.covers(first, last):
        lost = path.steps[0].t if path.steps[0].t > first + PATIENCE else path.steps[-1].t
        return against("same_vehicle", "lost", after_ms=ms(lost - finding.t))
    during = [step for step in path.steps if first - 0.1 <= step.t <= last + 0.1]
    # Over all analysed pictures, not only during the act: the plate may be read from any of them.
    parted = _parted(looks, path)
    if parted is not None:
        return against("same_vehicle", "parted", after_ms=ms(parted - finding.t))
    differs = _differs(path, first, last, finding.t)
    if differs >= UNLIKE:
        return against("same_vehicle", "looks_changed", unlike=round(differs, 2))
    return yes("same_vehicle", unlike=round(differs, 2), looks=len(during))


def only_vehicle(path: Path, finding: Finding) -> Answer:
    """Could another vehicle explain the act better: one as likely to be the tracked one, during the act?"""
    first, last = act_of(finding)
    rivals = [step for step in path.steps if first <= step.t <= last and step.rival >= RIVAL]
    if rivals:
        worst = max(rivals, key=lambda step: step.rival)
        return against("only_vehicle", "rival", after_ms=ms(worst.t - finding.t), times=len(rivals))
    return yes("only_vehicle")


def wheels_seen(path: Path, wheels: Sequence[Wheels], finding: Finding) -> Answer:
    """Were the wheels seen before, over and after?"""
    seen = {step.t: wheel.seen for step, wheel in zip(path.steps, wheels, strict=True)}
    told = {moment: _share(path.near(t), seen) for moment, t in _moments(finding).items()}
    hidden = tuple(moment for moment, share in told.items() if share < 0.5)
    values = {moment: round(share, 2) for moment, share in told.items()}
    if hidden:
        return Answer(
            Question(code="second_look.wheels_seen", answer="unsure", values=dict(values)),
            (
                Doubt(
                    code="second_look.wheels_hidden",
                    values={"moments": hidden},
                    weight="note",
                    source="second_look",
                ),
            ),
        )
    return yes("wheels_seen", **values)


def act_again(finding: Finding, seen: Finding | None, lowest: Finding | None, *, whole: bool) -> Answer:
    """Does the rule find the act again on the second look's own path, wherever hidden wheels may be?

    Args:
        seen: what it finds with wheels at the box's lower edge.
        lowest: what it finds with hidden wheels as low as they may be.
        whole: the vehicle was followed through the whole act with its wheels seen.
    """
    if seen is None and lowest is None:
        return against("act_again", "act_not_again", weight="disproof" if whole else "doubt")
    if seen is None or lowest is None:
        return against("act_again", "act_rests_on_wheels")
    if finding.decision == "violation" and "violation" not in (seen.decision, lowest.decision):
        return against("act_again", "act_less_sure", decision=seen.decision)
    return yes("act_again", apart_ms=ms(seen.t - finding.t))


def lamp_red(looks: Sequence[Look], incident: Incident) -> Answer:
    """Does the lamp, read again at full size, show the phase the finding relies on?"""
    finding = incident.finding
    wanted: Literal["red", "amber"] = "red" if finding.elapsed_red is not None else "amber"
    if all(look.lamp is None for look in looks) or (finding.elapsed_red is None and finding.amber is None):
        return not_asked("lamp_red")
    read = [look.lamp for look in looks if abs(look.t - finding.t) <= LAMP_SECONDS]
    told = Counter(colour for colour in read if colour in ("red", "amber", "green", "fault"))
    right, wrong = told[wanted], sum(told.values()) - told[wanted]
    if right == 0 and wrong == 0:
        return against("lamp_red", "lamp_unread", lamp_colour=wanted, looks=len(read))
    if wrong == 0 or right > 4 * wrong:
        return yes("lamp_red", looks=right)
    shown = max((colour for colour in told if colour != wanted), key=lambda colour: (told[colour], colour))
    weight: Literal["doubt", "disproof"] = "disproof" if wrong >= 3 and wrong > 4 * right else "doubt"
    return against("lamp_red", "lamp_other", weight=weight, lamp_colour=shown, looks=wrong, of=right + wrong)


def picture_whole(looks: Sequence[Look], times: Sequence[float], finding: Finding) -> Answer:
    """Is the picture live, complete, of one place and without a gap during the act, or its end?"""
    first, last = act_of(finding)
    first = max(first, window(finding)[0])  # for stopping over minutes only the end is analysed
    if not times or times[0] > first + GAP_SECONDS or times[-1] < last - GAP_SECONDS:
        return against("picture_whole", "footage_short")
    gap = max((b - a for a, b in pairwise(times) if b >= first and a <= last), default=0.0)
    if gap > max(GAP_SECONDS, 2.5 * float(np.median(np.diff(times)))):
        return against("picture_whole", "gap", lasted_ms=ms(gap))
    during = [look for look in looks if first <= look.t <= last]
    if any(look.damaged for look in during):
        return against("picture_whole", "damaged", looks=sum(look.damaged for look in during), of=len(during))
    if any(float(look.thumb.std()) < BLANK for look in during):
        return against("picture_whole", "blank")
    frozen = _frozen(looks)
    if frozen >= FROZEN_SECONDS:
        return against("picture_whole", "frozen", lasted_ms=ms(frozen))
    stays = min((part_that_stays(a.thumb, b.thumb) for a, b in pairwise(looks)), default=1.0)
    if stays < FOREIGN:
        return against("picture_whole", "foreign", weight="disproof", alike=round(stays, 2))
    return yes("picture_whole", alike=round(stays, 2))


def same_plate(plate: PlateResult) -> Answer:
    """Does the plate, if it was read for sure in two pictures, have the same text?"""
    sure = [read for read in plate.raw_reads if read.reading.confidence >= PLATE_SURE]
    if len(sure) < 2:
        return not_asked("same_plate")
    pairs = [(a, b) for number, a in enumerate(sure) for b in sure[number + 1 :]]
    worst = max(pairs, key=lambda pair: differing(pair[0].reading.text, pair[1].reading.text))
    texts = worst[0].reading.text, worst[1].reading.text
    if differing(*texts) >= PLATE_DIFFERS:
        return against("same_plate", "plates_differ", plate=texts[0], other_plate=texts[1])
    return yes("same_plate", reads=len(sure))


def differing(a: str, b: str) -> int:
    """Characters to change, add or remove to turn one text into the other (Levenshtein)."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def act_of(finding: Finding) -> tuple[float, float]:
    """First and last moment the finding relies on, as far as analysed."""
    told = list(_moments(finding).values())
    return min(told), max(told)


def _moments(finding: Finding) -> dict[str, float]:
    moments: dict[str, float] = {"over": finding.t}
    return moments | dict(finding.moments.items())


def _share(steps: Sequence[Step], seen: dict[float, bool]) -> float:
    """Share of the steps with visible wheels."""
    return sum(seen[step.t] for step in steps) / len(steps) if steps else 0.0


def _parted(looks: Sequence[Look], path: Path) -> float | None:
    """When the live track left the tracked vehicle, if it did for long enough."""
    left = left_by(looks, path)
    if len(left) >= 2:
        return left[0].t
    since: float | None = None
    for step in path.steps:
        if overlap(step.box, step.look.live) >= AGREES:
            since = None
        elif since is None:
            since = step.t
        elif step.t - since >= PARTED_SECONDS:
            return since
    return None


def _differs(path: Path, first: float, last: float, t: float) -> float:
    """The greatest difference in appearance between the act's beginning, middle and end, each pair at its
    most similar."""
    begin, middle, end = ([step.seen.look for step in path.near(at)] for at in (first, t, last))
    pairs = [(a, b) for a, b in ((begin, middle), (middle, end), (begin, end)) if a and b]
    return max((min(unlike(a, b) for a in one for b in other) for one, other in pairs), default=0.0)


def _frozen(looks: Sequence[Look]) -> float:
    """Longest stretch of identical pictures, in seconds."""
    if not looks:
        return 0.0
    longest, first = 0.0, looks[0]
    for look in looks:
        # A frozen picture still becomes a little clearer from frame to frame as it is encoded.
        if int(np.abs(look.thumb.astype(int) - first.thumb).max()) <= STILL:
            longest = max(longest, look.t - first.t)
        else:
            first = look
    return longest
