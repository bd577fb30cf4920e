from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.transparency.drawing import Chart, Column, Series, bars, ceiling, columns, lines, style

Draw = Callable[[Chart], str]

ALL: tuple[Draw, ...] = (bars, columns, lines)
HOSTILE = "</title><script>alert(1)</script>\"'&"

values = st.lists(st.none() | st.integers(0, 10**12), min_size=1, max_size=40)


def chart(*series: Series, points: int, title: str = "Decisions") -> Chart:
    days = [f"day {n}" for n in range(points)]
    return Chart(key="days", title=title, says="How many.", points=days, series=series, first="Day")


@pytest.mark.parametrize("draw", ALL)
@given(values=values)
def test_any_numbers_become_well_formed_markup_that_tells_them_all(
    draw: Draw, values: list[int | None]
) -> None:
    drawn = ET.fromstring(draw(chart(Series("removed", values), points=len(values))))  # noqa: S314 - our own
    told = [cell.text for cell in drawn.iter("td") if cell.get("class") == "number"]
    if any(values):
        assert told == ["–" if value is None else f"{value:,}" for value in values]
    else:
        assert "Nothing to show." in "".join(drawn.itertext())


@pytest.mark.parametrize("draw", ALL)
def test_names_are_escaped_wherever_they_stand(draw: Draw) -> None:
    hostile = Chart(
        key="k",
        title=HOSTILE,
        says=HOSTILE,
        points=[HOSTILE],
        series=[Series(HOSTILE, [3])] * 2,
        first=HOSTILE,
    )
    drawn = draw(hostile)
    assert "<script" not in drawn
    assert ET.fromstring(drawn).findtext("figcaption") == HOSTILE  # noqa: S314 - our own


@pytest.mark.parametrize("draw", ALL)
def test_a_chart_has_no_inline_style_and_no_script(draw: Draw) -> None:
    drawn = draw(chart(Series("a", [1, 2]), Series("b", [None, 5]), points=2))
    for part in ET.fromstring(drawn).iter():  # noqa: S314 - our own
        assert part.tag != "script"
        assert not {name for name in part.attrib if name == "style" or name.startswith("on")}


def test_columns_of_several_series_stand_on_each_other() -> None:
    drawn = ET.fromstring(columns(chart(Series("a", [30]), Series("b", [20]), points=1)))  # noqa: S314 - our own
    lower, upper = (part for part in drawn.iter("rect") if part.find("title") is not None)
    assert float(upper.attrib["y"]) + float(upper.attrib["height"]) == float(lower.attrib["y"])
    assert float(lower.attrib["height"]) == 120.0  # of 200, on a scale that ends at 50
    assert lower.findtext("title") == "day 0, a: 30"


def test_a_line_has_a_gap_where_a_value_is_missing() -> None:
    drawn = ET.fromstring(lines(chart(Series("median", [1, 2, None, 4, 5]), points=5)))  # noqa: S314 - our own
    assert len(list(drawn.iter("polyline"))) == 2


def test_of_shares_nothing_is_something_to_show_on_a_scale_that_ends_at_all() -> None:
    shares = [0.0, None, 0.5]
    drawn = ET.fromstring(  # noqa: S314 - our own
        lines(
            Chart(
                key="right",
                title="Right",
                points=["one", "two", "three"],
                series=[Series("right", shares)],
                top=1,
                beside=[Column("seen", ["3", HOSTILE, "8"])],
            )
        )
    )
    first, second = (
        part.attrib["d"] for part in drawn.iter("path") if part.get("class") == "chart-dot edge-0"
    )
    assert (first.split()[1], second.split()[1]) == ("200.0h.01", "100.0h.01")
    cells = [part.text for part in drawn.iter("td")]
    assert cells == ["0", "3", "–", HOSTILE, "0.5", "8"]
    none = Chart(key="k", title="t", points=["one"], series=[Series("right", [None])], top=1)
    assert "Nothing to show." in lines(none)


def test_of_many_points_a_few_are_labelled_with_the_first_and_the_last() -> None:
    drawn = ET.fromstring(columns(chart(Series("a", range(1, 182)), points=181)))  # noqa: S314 - our own
    labels = [part.text for part in drawn.iterfind(".//div[@class='chart-points chart-points-ends']/span")]
    assert (labels[0], labels[-1], len(labels)) == ("day 0", "day 180", 6)


@given(st.floats(1e-6, 1e15))
def test_a_scale_ends_at_a_round_number_not_far_above(value: float) -> None:
    assert value <= ceiling(value) <= value * 2 * 1.001


def test_the_stylesheet_has_every_tone_for_light_and_dark() -> None:
    for tone in range(7):
        assert style().count(f"--tone-{tone}: #") == 2
