"""What a run is told as: words, and a chart that stands alone."""

from dataclasses import replace
from xml.etree import ElementTree

from bench.live.found import Packed, Score
from bench.live.processes import Memory
from bench.live.run import Run, Watched
from bench.live.told import chart, lines, ratio

NODE = Watched(
    began=0.0,
    seconds=10.0,
    processor=12.0,
    looks={"cam-1": 60, "cam-2": 40},
    in_detector=5.0,
    threads={
        "looking cam-1": 4.0,
        "looking cam-2": 2.0,
        "camera a": 1.0,
        "packing": 2.0,
        "second-look": 2.0,
        "process": 11.5,
    },
    memory=Memory(own=500 << 20, resident=600 << 20),
    servers=2.0,
    others=1.0,
    load=3.0,
)
RUN = Run(
    cameras=2,
    node=NODE,
    alone=0.05,
    alone_before=0.04,
    score=Score(found=3, missed=0, doubtful=0, invented=0),
    packages=(Packed("cam-1", "red_light", "violation", 100.0, (94.0, 105.5), 108.0),),
    ultralytics=replace(NODE, looks={"cam-1": 30, "cam-2": 30}),
)


def test_a_look_costs_all_that_is_not_paid_for_a_finding() -> None:
    assert RUN.cost == (12.0 - 2.0 - 2.0) / 100
    assert ratio(RUN) == 0.08 / 0.05


def test_the_words_have_every_figure() -> None:
    told = "\n".join(lines(RUN))
    for part in (
        *(
            "2 cameras, 10 s, load 3.0: 4.0 to 6.0 looks a second each",
            "ratio 1.60, the bar of 1.3 is missed",
        ),
        *("looking 60.0", "of that the detector 50.0", "capture 15.0", "rest 5.0", "3 found, 0 missed"),
        *("lack at most 0.50 s; packed after 8 s", "500 MiB (PSS), 600 MiB (RSS): the bar of 1024 is met"),
        *("node 1.20, camera servers 0.20, others 0.10", "3.0 to 3.0 looks a second each, 200.0 ms a look"),
    ):
        assert part in told
    assert "not installed" in "\n".join(lines(replace(RUN, ultralytics=None)))


def test_a_node_that_looked_at_nothing_is_told_too() -> None:
    idle = replace(RUN, node=replace(NODE, looks={}), packages=(), ultralytics=None)
    assert "0.0 to 0.0 looks a second each" in lines(idle)[0]


def test_the_chart_is_a_picture_of_its_own() -> None:
    drawn = ElementTree.fromstring(chart([RUN, replace(RUN, cameras=1, ultralytics=None)]))
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    words = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"2 cameras", "1 camera", "5.0 looks/s each, ratio 1.60"} <= set(words)
