"""Charts: lengths in proportion, words that stay words, the list behind a bar."""

import re
import xml.etree.ElementTree as ET

import pytest

from central.charts import Bar, Chart, bar_chart, column_chart


def widths(svg: str, css: str = "bar") -> list[float]:
    """Widths of the shapes of a class, from the top."""
    shapes = ET.fromstring(svg).iter("rect")
    return [float(shape.attrib["width"]) for shape in shapes if shape.attrib["class"].split()[0] == css]


def test_bars_are_as_long_as_their_values() -> None:
    rows = [Bar(label=str(value), value=value, told=str(value), before=40) for value in (40, 20, 0)]
    svg = bar_chart(rows, "x")
    assert widths(svg) == [280, 140, 0]
    assert widths(svg, "bar-before") == [280] * 3


def test_what_is_small_still_shows() -> None:
    assert (
        widths(bar_chart([Bar(label="a", value=1, told="1"), Bar(label="b", value=9999, told="9999")], "x"))[
            0
        ]
        == 1
    )


def test_a_hidden_value_has_its_word_and_no_bar() -> None:
    svg = bar_chart([Bar(label="Lê Lợi", value=None, told="*")], "x")
    assert widths(svg) == [0]
    assert ">*</text>" in svg


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("Vượt đèn đỏ", ["Vượt đèn đỏ"]),
        ("Ngã tư Hùng Vương – Lê Lợi, Bắc Giang", ["Ngã tư Hùng Vương – Lê Lợi, Bắc", "Giang"]),
        ("x" * 40, ["x" * 32, "x" * 8]),
        ("nút giao " * 12, ["nút giao nút giao nút giao nút", "giao nút giao nút giao nút …"]),
    ],
)
def test_a_long_name_takes_two_lines_before_it_is_cut(label: str, lines: list[str]) -> None:
    texts = ET.fromstring(bar_chart([Bar(label=label, value=1, told="1")], "x")).iter("text")
    shown = [text for text in texts if text.attrib["class"] == "bar-label"]
    assert [text.text for text in shown] == lines
    assert all(0 < float(text.attrib["y"]) <= 30 for text in shown)


@pytest.mark.parametrize("draw", [bar_chart, column_chart])
def test_markup_in_words_stays_text(draw: object) -> None:
    bar = Bar(label='<script>"', value=1, told="<b>", href='/cases?site="><script>')
    svg = draw([bar], '"><x')  # type: ignore[operator]
    assert "<script" not in svg
    assert ET.fromstring(svg).attrib["aria-label"] == '"><x'
    assert next(ET.fromstring(svg).iter("a")).attrib["href"] == bar.href


def test_no_rows_are_an_empty_picture() -> None:
    assert widths(Chart(title="x", rows=()).svg) == []


@pytest.mark.parametrize("told", ["7", "25.575.000.000", "1.151.910.000.000 đồng"])
def test_a_value_beside_its_bar_ends_inside_the_drawing(told: str) -> None:
    drawn = str(bar_chart([Bar(label="x", value=5, told=told), Bar(label="y", value=1, told="1")], "l"))
    begins = max(float(x) for x in re.findall(r'class="bar-value" x="([\d.]+)"', drawn))
    assert begins + 7.8 * len(told) <= 600


@pytest.mark.parametrize("told", ["7", "25.575.000.000", "1.151.910.000.000 đồng"])
def test_on_a_telephone_a_bar_stands_under_its_name_and_its_value_inside(told: str) -> None:
    rows = [Bar(label="Ngã tư Hùng Vương – Lê Lợi", value=5, told=told, before=4)] * 2
    svg = ET.fromstring(bar_chart(rows, "l", narrow=True))
    assert svg.attrib["viewBox"].startswith("0 0 340 ")
    names = [text for text in svg.iter("text") if text.attrib["class"] == "bar-label"]
    bars = [rect for rect in svg.iter("rect") if rect.attrib["class"].startswith("bar ")]
    values = [text for text in svg.iter("text") if text.attrib["class"] == "bar-value"]
    assert all(float(n.attrib["y"]) < float(b.attrib["y"]) for n, b in zip(names, bars, strict=True))
    assert float(names[1].attrib["y"]) - 13 > float(bars[0].attrib["y"]) + 16
    assert all(float(value.attrib["x"]) + 7.8 * len(told) <= 340 for value in values)


@pytest.mark.parametrize(
    ("told", "values"), [(["3", "12", "0"], ["3", "12"]), (["3", "1.112", "0"], ["1.112"])]
)
def test_the_height_of_a_column_is_told_in_figures(told: list[str], values: list[str]) -> None:
    rows = [
        Bar(label=f"{n:02d}", value=float(words.replace(".", "")), told=words) for n, words in enumerate(told)
    ]
    shown = list(ET.fromstring(column_chart(rows, "l")).iter("text"))
    assert [text.text for text in shown if text.attrib["class"] == "bar-value"] == values


def test_a_day_s_hours_fit_a_telephone_with_every_third_named() -> None:
    hours = [Bar(label=f"{hour:02d}", value=hour, told=str(hour)) for hour in range(24)]
    svg = ET.fromstring(column_chart(hours, "l", narrow=True))
    names = [text.text for text in svg.iter("text") if text.attrib["class"] == "bar-label"]
    assert names == ["00", "03", "06", "09", "12", "15", "18", "21"]
    assert float(svg.attrib["viewBox"].split()[2]) <= 340


def test_a_page_has_both_drawings_and_a_paper_one() -> None:
    chart = Chart(title="x", rows=(Bar(label="a", value=1, told="1"),))
    assert (chart.on_page.count("<svg"), chart.svg.count("<svg")) == (2, 1)
