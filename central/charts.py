"""Charts as SVG, the same on pages and in documents: no script, no style element.

Colours are attributes of the shapes, which documents use; the console's style sheet overrides them by class
for its themes.
"""

from collections.abc import Sequence
from textwrap import wrap

from markupsafe import Markup, escape
from pydantic import BaseModel, ConfigDict

_WIDTH, _ROW, _LEFT, _BAR = 600, 30, 240, 280
_LONGEST_LABEL = 32
_LETTER = 8.5
"""Largest width of a digit, in the font size of the values."""
_COLUMN, _HEIGHT = 25, 150
_NARROW, _NARROW_ROW = 340, 42
"""On a telephone's screen, where a bar is under its label."""
_LEAST_COLUMN = 22
"""Below this width a column has no room for its own label; then every third one has a label."""
TONES = {"": "#1f5fa8", "good": "#2e7d4f", "warn": "#c98a00", "bad": "#b3261e", "quiet": "#6b7680"}


class Bar(BaseModel):
    """One bar. `told` is its value as displayed, `before` the value it is compared with.

    A value of None has no bar and only its text. `href` is the list behind it. `tone` is one of `TONES`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    value: float | None
    told: str
    before: float | None = None
    href: str = ""
    tone: str = ""


def bar_chart(rows: Sequence[Bar], label: str, *, narrow: bool = False) -> Markup:
    """Horizontal bars, one per row; a thin grey bar beneath is the comparison value."""
    top = _top(rows)
    longest = max((len(bar.told) for bar in rows), default=0)
    row, wide, left = (_NARROW_ROW, _NARROW, 0) if narrow else (_ROW, _WIDTH, _LEFT)
    room = wide - left - 12 - longest * _LETTER  # a long value beside the bar must fit
    space = room if narrow else min(_BAR, room)
    inner = Markup("").join(
        _row(bar, number * row, top, space, narrow=narrow) for number, bar in enumerate(rows)
    )
    return _svg("bars narrow" if narrow else "bars", wide, len(rows) * row + 4, label, inner)


def column_chart(columns: Sequence[Bar], label: str, *, narrow: bool = False) -> Markup:
    """Upright columns with short labels: the hours of a day, the days of a week.

    The value is above each column where there is room, otherwise only above the highest.
    """
    top = _top(columns)
    wide = _NARROW // max(len(columns), 1) if narrow else _COLUMN
    room = max((len(bar.told) for bar in columns), default=0) * 7 <= wide
    every = 1 if wide >= _LEAST_COLUMN else 3
    highest = max(range(len(columns)), key=lambda number: columns[number].value or 0, default=0)
    inner = Markup("").join(
        _column(
            bar,
            number * wide,
            wide,
            top,
            label=number % every == 0,
            told=bool(bar.value) and (room or number == highest),
        )
        for number, bar in enumerate(columns)
    )
    css = "bars columns narrow" if narrow else "bars columns"
    return _svg(css, len(columns) * wide, _HEIGHT + 20, label, inner)


def _top(rows: Sequence[Bar]) -> float:
    return max((value for bar in rows for value in (bar.value, bar.before) if value), default=1)


def _row(bar: Bar, y: int, top: float, space: float, *, narrow: bool) -> Markup:
    left, under = (0, y + 16) if narrow else (_LEFT, y)
    width = _length(bar.value, top, space)
    shapes = [
        *_label(bar, y, narrow=narrow),
        _rect(bar, left, under + 4, width, 16),
        _text("bar-value", left + 8 + width, under + 18, "start", bar.told, "#444"),
    ]
    if bar.before is not None:
        grey = Markup('<rect class="bar-before" x="{}" y="{}" width="{}" height="5" fill="#aab2b9"></rect>')
        shapes.append(grey.format(left, under + 21, _length(bar.before, top, space)))
    return _linked(bar, shapes)


def _label(bar: Bar, y: int, *, narrow: bool) -> list[Markup]:
    """Before the bar, in at most two lines; or above it in one."""
    if narrow:
        (line,) = wrap(bar.label, _LONGEST_LABEL + 14, max_lines=1, placeholder=" …") or [""]
        return [_text("bar-label", 0, y + 15, "start", line, "#111")]
    lines = wrap(bar.label, _LONGEST_LABEL, max_lines=2, placeholder=" …")
    first = y + 20 if len(lines) == 1 else y + 13
    return [
        _text("bar-label", _LEFT - 10, first + number * 14, "end", line, "#111")
        for number, line in enumerate(lines)
    ]


def _column(bar: Bar, x: int, wide: int, top: float, *, label: bool, told: bool) -> Markup:
    height = _length(bar.value, top, _HEIGHT - 20)
    middle, gap = x + wide / 2, 3 if wide >= _LEAST_COLUMN else 1
    shapes = [_rect(bar, x + gap, _HEIGHT - height, wide - 2 * gap, height)]
    if label:
        shapes.append(_text("bar-label", middle, _HEIGHT + 15, "middle", bar.label, "#111"))
    if told:
        shapes.append(_text("bar-value", middle, _HEIGHT - height - 5, "middle", bar.told, "#444", 11))
    return _linked(bar, shapes)


def _length(value: float | None, top: float, longest: float) -> float:
    return round(max(value / top * longest, 1), 1) if value else 0


def _linked(bar: Bar, shapes: Sequence[Markup]) -> Markup:
    title = Markup("<title>{}: {}</title>").format(bar.label, bar.told)
    inner = title + Markup("").join(shapes)
    return (
        Markup('<a href="{}">{}</a>').format(bar.href, inner)
        if bar.href
        else Markup("<g>{}</g>").format(inner)
    )


def _rect(bar: Bar, x: float, y: float, width: float, height: float) -> Markup:
    shape = Markup('<rect class="bar {}" x="{}" y="{}" width="{}" height="{}" rx="2" fill="{}"></rect>')
    return shape.format(f"bar-{bar.tone}" if bar.tone else "", x, y, width, height, TONES[bar.tone])


def _text(css: str, x: float, y: float, anchor: str, words: str, colour: str, size: int = 13) -> Markup:
    shape = Markup('<text class="{}" x="{}" y="{}" text-anchor="{}" font-size="{}" fill="{}">{}</text>')
    return shape.format(css, x, y, anchor, size, colour, words)


def _svg(css: str, width: float, height: float, label: str, inner: Markup) -> Markup:
    """Without a namespace of its own, as it is embedded in HTML."""
    head = '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    return Markup(head).format(css, width, height, escape(label), inner)  # noqa: S704 (a constant; what is filled in is escaped)


class Chart(BaseModel):
    """A chart with its title; `upright` has columns, else rows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    rows: tuple[Bar, ...]
    upright: bool = False

    @property
    def svg(self) -> Markup:
        """The drawing."""
        return (column_chart if self.upright else bar_chart)(self.rows, self.title)

    @property
    def on_page(self) -> Markup:
        """The drawing for a page, with a second one for telephones; the style sheet shows one of them."""
        draw = column_chart if self.upright else bar_chart
        return self.svg + draw(self.rows, self.title, narrow=True)
