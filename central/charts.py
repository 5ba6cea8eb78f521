"""Charts as SVG, drawn here so that a page and a paper show the same picture: no script, no style element.

Colours stand as attributes of the shapes, which papers use; the console's style sheet overrides them by class
for its themes.
"""

from collections.abc import Sequence
from textwrap import wrap

from markupsafe import Markup, escape
from pydantic import BaseModel, ConfigDict

_WIDTH, _ROW, _LEFT, _BAR = 600, 30, 240, 280
_LONGEST_LABEL = 32
_LETTER = 8.5
"""How wide a digit may be, at most, in the size that values are written in."""
_COLUMN, _HEIGHT = 25, 150
TONES = {"": "#1f5fa8", "good": "#2e7d4f", "warn": "#c98a00", "bad": "#b3261e", "quiet": "#6b7680"}


class Bar(BaseModel):
    """One bar. `told` is its value as people write it, `before` the value it is compared with. A value of
    None has no bar and only its word. `href` is the list behind it. `tone` is one of `TONES`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    value: float | None
    told: str
    before: float | None = None
    href: str = ""
    tone: str = ""


def bar_chart(rows: Sequence[Bar], label: str) -> Markup:
    """Horizontal bars, one a row; a thin grey bar beneath is the value it is compared with."""
    top = _top(rows)
    longest = max((len(bar.told) for bar in rows), default=0)
    space = min(_BAR, _WIDTH - _LEFT - 12 - longest * _LETTER)  # a long value beside the bar stays inside
    inner = Markup("").join(_row(bar, number * _ROW, top, space) for number, bar in enumerate(rows))
    return _svg("bars", _WIDTH, len(rows) * _ROW + 4, label, inner)


def column_chart(columns: Sequence[Bar], label: str) -> Markup:
    """Upright columns with short labels: the hours of a day, the days of a week."""
    top = _top(columns)
    inner = Markup("").join(_column(bar, number * _COLUMN, top) for number, bar in enumerate(columns))
    return _svg("bars columns", len(columns) * _COLUMN, _HEIGHT + 20, label, inner)


def _top(rows: Sequence[Bar]) -> float:
    return max((value for bar in rows for value in (bar.value, bar.before) if value), default=1)


def _row(bar: Bar, y: int, top: float, space: float) -> Markup:
    lines = wrap(bar.label, _LONGEST_LABEL, max_lines=2, placeholder=" …")
    first = y + 20 if len(lines) == 1 else y + 13
    width = _length(bar.value, top, space)
    shapes = [
        *(
            _text("bar-label", _LEFT - 10, first + number * 14, "end", line, "#111")
            for number, line in enumerate(lines)
        ),
        _rect(bar, _LEFT, y + 4, width, 16),
        _text("bar-value", _LEFT + 8 + width, y + 18, "start", bar.told, "#444"),
    ]
    if bar.before is not None:
        grey = Markup('<rect class="bar-before" x="{}" y="{}" width="{}" height="5" fill="#aab2b9"></rect>')
        shapes.append(grey.format(_LEFT, y + 21, _length(bar.before, top, space)))
    return _linked(bar, shapes)


def _column(bar: Bar, x: int, top: float) -> Markup:
    height = _length(bar.value, top, _HEIGHT - 20)
    shapes = [
        _rect(bar, x + 3, _HEIGHT - height, _COLUMN - 6, height),
        _text("bar-label", x + _COLUMN / 2, _HEIGHT + 15, "middle", bar.label, "#111"),
    ]
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


def _text(css: str, x: float, y: float, anchor: str, words: str, colour: str) -> Markup:
    shape = Markup('<text class="{}" x="{}" y="{}" text-anchor="{}" font-size="13" fill="{}">{}</text>')
    return shape.format(css, x, y, anchor, colour, words)


def _svg(css: str, width: float, height: float, label: str, inner: Markup) -> Markup:
    """Without a name space of its own: it stands within HTML."""
    head = '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    return Markup(head).format(css, width, height, escape(label), inner)


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
