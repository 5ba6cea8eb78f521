"""Rules on clips with exact truth: violations found and missed, near misses accused, false reports, by rule.

    python -m models.evaluation.events [CLIP_FOLDER...] [--cache FOLDER] [--rate 5] [--dropped 0.5] [--list]

Without a folder all rendered clips are taken. Vehicles are found once and kept in FOLDER; tracker and rules
then take seconds a clip. Lamps are given as they truly were; findings are what the rules say, before the
second look. A `violation` of the truth that no picture proves is owed by nobody and counts as beyond proof.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from edge.detect.matching import overlaps
from edge.rules.inputs import Finding
from models.evaluation.tracking.followers import Follower, Ours
from models.evaluation.tracking.looks import Look, at_rate, dropped, looks_of
from models.evaluation.tracking.score import IN_TIME, judged
from models.evaluation.tracking.truth import Clip, TrueEvent, load
from sample_videos.truth import CLIPS

UNDER = 0.25
"""Least intersection over union of a finding's box with the true box of its vehicle."""

SEED = 1
"""Random seed of the dropped looks."""

ENDING = 2.0
"""Seconds before a clip's end in which an act begins that may be decided only after it: counted apart too."""


@dataclass(frozen=True)
class Answer:
    """One event with the finding matched to it, or either alone: an event without a finding, or a finding
    without an event."""

    clip: Clip
    event: TrueEvent | None
    finding: Finding | None

    @property
    def rule(self) -> str:
        """The rule of the true event; for a false report the rule that made it."""
        told = self.event or self.finding
        assert told is not None
        return told.rule

    @property
    def truth(self) -> str:
        """`violation`, `near_miss`, `open` or `nothing`."""
        return "nothing" if self.event is None else self.event.verdict

    @property
    def said(self) -> str:
        """`violation`, `borderline`, `undecidable` or `nothing`."""
        return "nothing" if self.finding is None else self.finding.decision

    @property
    def ends_the_clip(self) -> bool:
        """Whether the true event lies in the clip's last seconds."""
        return self.event is not None and self.event.t > max(self.clip.boxes) / self.clip.fps - ENDING

    def __str__(self) -> str:
        of, one = self.event, self.finding
        event = "" if of is None else f"vehicle {of.vehicle} {of.code} {of.t:.2f} s"
        finding = "" if one is None else f"track {one.track} {one.t:.2f} s"
        doubts = () if one is None else (doubt.code for doubt in one.doubts)
        return " ".join((self.clip.name, self.rule, self.truth, "->", self.said, event, finding, *doubts))


def answers(clip: Clip, looks: Sequence[Look], follower: Follower) -> list[Answer]:
    """The rules' findings in a clip, matched with the truth."""
    findings = [one for _, _, found in judged(clip, looks, follower) for one in found]
    return _matched(clip, findings)


def _matched(clip: Clip, findings: Sequence[Finding]) -> list[Answer]:
    """Matches each finding with the event it overlaps most, each event with one finding; violations choose
    first."""
    pairs = [
        (one.decision != "violation", -share, i, j)
        for i, one in enumerate(findings)
        for j, event in enumerate(clip.events)
        if (share := _of(clip, one, event)) >= UNDER
    ]
    event_of: dict[int, int] = {}
    finding_of: dict[int, int] = {}
    for _, _, i, j in sorted(pairs):
        if i not in event_of and j not in finding_of:
            event_of[i], finding_of[j] = j, i
    told = [
        Answer(clip, event, findings[finding_of[j]] if j in finding_of else None)
        for j, event in enumerate(clip.events)
    ]
    return told + [Answer(clip, None, one) for i, one in enumerate(findings) if i not in event_of]


def _of(clip: Clip, one: Finding, event: TrueEvent) -> float:
    """Overlap of the finding's box with the vehicle of an event of its rule and time; 0 for others."""
    start, end = min(event.during[0], event.t) - IN_TIME, max(event.during[1], event.t) + IN_TIME
    if event.rule not in (one.rule, *one.also) or not start <= one.t <= end:
        return 0.0
    if one.rule == event.rule == "wrong_way" and one.lane != event.line:
        return 0.0  # a vehicle that drives against one lane also drives in the next
    boxes = [row.box for row in clip.boxes.get(one.point.frame, ()) if row.vehicle == event.vehicle]
    return float(overlaps(boxes, [one.point.whole])[0, 0]) if boxes else 0.0


@dataclass
class Count:
    """Counts of one rule. `late` are the frames by which found violations come after the truth; `ending`
    are violations of a clip's last seconds and how many of them were found."""

    of: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    late: list[float] = field(default_factory=list)
    ending: list[bool] = field(default_factory=list)

    def take(self, answer: Answer) -> None:
        """Counts an event or a false report."""
        self.of[answer.truth, answer.said] += 1
        if answer.truth == "violation" and answer.ends_the_clip:
            self.ending.append(answer.said == "violation")
        if answer.truth == answer.said == "violation" and answer.event and answer.finding:
            self.late.append((answer.finding.t - _moment(answer.event)) * answer.clip.fps)

    def _sum(self, truth: str) -> int:
        return sum(count for (true, _), count in self.of.items() if true == truth)

    def row(self, rule: str) -> str:
        """Its line of the table."""
        of, owed, near = self.of, self._sum("violation"), self._sum("near_miss")
        found, borderline = of["violation", "violation"], of["violation", "borderline"]
        late = sorted(self.late, key=abs)
        cells = (
            *(rule, owed, found, borderline, owed - found - borderline),
            f"{found / owed:.2f}" if owed else "–",
            f"{sum(self.ending)} of {len(self.ending)}",
            *(near, _bold(of["near_miss", "violation"]), of["near_miss", "borderline"]),
            *(_bold(of["nothing", "violation"]), of["nothing", "borderline"]),
            f"{late[len(late) // 2]:+.1f}, {late[-1]:+.1f}" if late else "–",
        )
        return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _moment(event: TrueEvent) -> float:
    """The expected time of the rule's finding: a vehicle standing past the line is counted from its stop."""
    return event.during[0] if event.rule == "stop_line" else event.t


def _bold(count: int) -> str:
    return f"**{count}**" if count else "0"


HEAD = (
    "| rule | violations | found | borderline | missed | recall | found in the last 2 s "
    "| near misses | accused | borderline | false | borderline, of nothing | frames late: median, worst |"
)


def table(told: Iterable[Answer]) -> list[str]:
    """One line a rule, and one of all."""
    counts: dict[str, Count] = defaultdict(Count)
    for answer in told:
        counts[answer.rule].take(answer)
        counts["~all"].take(answer)
    lines = [HEAD, "|---" * HEAD.count(" | ") + "|---|"]
    return lines + [counts[rule].row(rule.strip("~")) for rule in sorted(counts)]


def _looks(clip: Clip, args: argparse.Namespace) -> list[Look]:
    looks = looks_of(clip.video, args.cache)
    if args.rate is not None and args.rate < clip.fps:
        looks = at_rate(looks, clip.fps, args.rate)
    return dropped(looks, args.dropped, SEED) if args.dropped else looks


def main() -> None:
    """Prints a table of all clips together, and with --list each event and report."""
    ask = argparse.ArgumentParser(prog="python -m models.evaluation.events", description=__doc__)
    ask.add_argument("clips", type=Path, nargs="*")
    ask.add_argument("--cache", type=Path)
    ask.add_argument("--rate", type=float, help="looks a second")
    ask.add_argument("--dropped", type=float, default=0.0, help="share of looks lost at random")
    ask.add_argument("--list", action="store_true", help="every event and report, with the codes of doubts")
    args = ask.parse_args()
    say = Console(soft_wrap=True)
    told: list[Answer] = []
    for folder in args.clips or sorted(file.parent for file in CLIPS.glob("*/truth.yaml")):
        clip = load(folder)
        told += answers(clip, _looks(clip, args), Ours(clip.camera.size, clip.fps))
    for line in [*(map(str, told) if args.list else ()), *table(told)]:
        say.print(line, markup=False, highlight=False)


if __name__ == "__main__":
    main()
