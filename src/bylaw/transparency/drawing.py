"""Charts drawn on the server: SVG for shapes, HTML for words, so that they are legible at any width.

A chart needs no script and no inline style, and stands under a strict content security policy; its page carries
``style()`` in its stylesheet. Whoever cannot see it has a title, a sentence, and a table of the same numbers.
Names and labels are escaped.

::

    chart = Chart(key="days", title="Decisions a day", points=days, series=(Series("removed", counts),))
    columns(chart)      # Markup
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

TONES: Final = 7  # colours that the stylesheet has; a chart with more series begins again
WIDTH: Final = 1_000  # of a plot, in its own units; it is stretched to the space there is
HEIGHT: Final = 200
_BAND: Final = 0.76  # of a column's place, the rest is space
_LABELS: Final = 6  # under a plot

_pages = Environment(
    loader=PackageLoader("bylaw.transparency"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Series(NamedTuple):
    """Numbers of one name, one for each point, 0 or more. ``None``: there is none, and a line has a gap."""

    name: str
    values: Sequence[float | None]
    tone: int | None = None  # 0 to ``TONES`` - 1; its place among the series unless said


class Column(NamedTuple):
    """What stands beside the numbers in the table alone, one text for each point."""

    name: str
    texts: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a chart says besides its own names, in the page's language."""

    table: str = "As a table"
    nothing: str = "Nothing to show."


def plain(value: float) -> str:
    """Return a number for people: ``1,204``, ``0.25``, ``2.5``."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is drawn.

    ``key`` is unique on its page and fit for an id. ``says`` is the sentence that a chart would be told in.
    ``number`` writes its values (``plain``, or a duration, or a share). ``top`` is where the scale of lines
    ends, unless that follows from the values: of shares, 1. Then 0 is something to show, too. ``beside`` is for columns and lines.
    """

    key: str
    title: str
    points: Sequence[str]
    series: Sequence[Series]
    says: str = ""
    first: str = ""  # what the points are: the first column's heading in the table
    number: Callable[[float], str] = plain
    words: Words = Words()
    top: float = 0
    beside: Sequence[Column] = ()


class Shape(NamedTuple):
    """A part of a plot: where it is, of which tone, and what is said of it when pointed at."""

    x: float
    y: float
    width: float
    height: float
    tone: int
    said: str


class Line(NamedTuple):
    """One series as runs of points without a gap, each ``x,y x,y``; ``dots`` are its points."""

    tone: int
    runs: Sequence[str]
    dots: Sequence[Shape]


def bars(chart: Chart) -> Markup:
    """Return a table whose rows have bars, one for each point; several series are stacked in one bar."""
    widest = max(_totals(chart), default=0) or 1
    rows = [
        (point, _stack(chart, place, WIDTH / widest, along=True), total)
        for place, (point, total) in enumerate(zip(chart.points, _totals(chart), strict=True))
    ]
    return _drawn("bars", chart, rows=rows)


def columns(chart: Chart) -> Markup:
    """Return columns side by side, for points in time; several series are stacked."""
    top = ceiling(max(_totals(chart), default=0))
    shapes = [
        shape
        for place in range(len(chart.points))
        for shape in _stack(chart, place, HEIGHT / top, along=False)
    ]
    return _drawn("columns", chart, shapes=shapes, top=top, labels=_labels(chart.points))


def lines(chart: Chart) -> Markup:
    """Return one line for each series, for points in time; where a value is missing a line has a gap."""
    told = [value for series in chart.series for value in series.values if value is not None]
    top = chart.top or ceiling(max(told, default=0))
    drawn = [_line(chart, place, series, top) for place, series in enumerate(chart.series)]
    return _drawn("lines", chart, lines=drawn, top=top, labels=_labels(chart.points))


def style() -> Markup:
    """Return the stylesheet's part for charts and accounts. Its colours are variables, which a page may set."""
    parts = (_pages.get_template(f"{name}.css").render() for name in ("drawing", "account"))
    return Markup("\n").join(map(Markup, parts))  # our own files


def ceiling(value: float) -> float:
    """Return the round number at which a scale that shows a value ends."""
    if value <= 0:
        return 1
    step = 10.0 ** floor(log10(value))
    return next(step * times for times in (1, 2, 3, 4, 5, 6, 8, 10) if step * times >= value)


def _drawn(macro: str, chart: Chart, **how: object) -> Markup:
    template = _pages.get_template("drawing.html").module
    empty = not any(_shows(chart, value) for series in chart.series for value in series.values)
    tones = [_tone(place, series) for place, series in enumerate(chart.series)]
    drawn = getattr(template, macro)(chart, tones, **how) if not empty else template.empty(chart)  # type: ignore[attr-defined]
    return Markup(drawn)  # noqa: S704 - our own template, which escapes


def _shows(chart: Chart, value: float | None) -> bool:
    return value is not None if chart.top else bool(value)


def _totals(chart: Chart) -> list[float]:
    return [sum(series.values[place] or 0 for series in chart.series) for place in range(len(chart.points))]


def _stack(chart: Chart, place: int, scale: float, *, along: bool) -> Iterable[Shape]:
    """Yield the parts of one bar (``along``: from the left) or of one column (from below)."""
    before = 0.0
    band = WIDTH / max(len(chart.points), 1)
    left, thick = (place + (1 - _BAND) / 2) * band, band * _BAND
    for number, series in enumerate(chart.series):
        value = series.values[place] or 0
        long = value * scale
        said = f"{chart.points[place]}, {series.name}: {chart.number(value)}"
        tone = _tone(number, series)
        if long:
            x, y, width, height = (
                (before, 0, long, 1) if along else (left, HEIGHT - before - long, thick, long)
            )
            yield Shape(round(x, 2), round(y, 2), round(width, 2), round(height, 2), tone, said)
        before += long


def _line(chart: Chart, place: int, series: Series, top: float) -> Line:
    band = WIDTH / max(len(chart.points), 1)
    tone = _tone(place, series)
    runs: list[list[str]] = [[]]
    dots = []
    for number, value in enumerate(series.values):
        if value is None:
            runs.append([])
            continue
        x, y = round((number + 0.5) * band, 2), round(HEIGHT - value * HEIGHT / top, 2)
        runs[-1].append(f"{x},{y}")
        dots.append(Shape(x, y, 0, 0, tone, f"{chart.points[number]}, {series.name}: {chart.number(value)}"))
    return Line(tone, [" ".join(run) for run in runs if len(run) > 1], dots)


def _tone(place: int, series: Series) -> int:
    return (place if series.tone is None else series.tone) % TONES


def _labels(points: Sequence[str]) -> Sequence[str]:
    """Return a few of the points, evenly spread, the first and the last among them."""
    if len(points) <= _LABELS:
        return points
    return [points[round(place * (len(points) - 1) / (_LABELS - 1))] for place in range(_LABELS)]
