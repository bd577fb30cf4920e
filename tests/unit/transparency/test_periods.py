from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.transparency.periods import named, names, within
from bylaw.transparency.published import Period

days = st.dates(date(1971, 1, 1), date(2200, 1, 1))


@pytest.mark.parametrize(
    ("name", "since", "until"),
    [
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("2026-h1", date(2026, 1, 1), date(2026, 7, 1)),
        ("2026-h2", date(2026, 7, 1), date(2027, 1, 1)),
        ("2026-q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026-02", date(2026, 2, 1), date(2026, 3, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_years_halves_quarters_and_months_have_names(name: str, since: date, until: date) -> None:
    assert named(name) == Period(since, until)


@pytest.mark.parametrize(
    "name",
    ["", "26", "2026-", "2026-0", "2026-00", "2026-13", "2026-h0", "2026-h3", "2026-q5", "2026-01-01", "0000",
     "٢٠٢٦", "2026-²", "2026-1", "../etc", "2026-h", "2026-q12"],
)  # fmt: skip
def test_anything_else_is_no_period(name: str) -> None:
    assert named(name) is None


@given(st.text(max_size=10))
def test_no_text_makes_it_stumble(text: str) -> None:
    assert named(text) is None or len(text) in {4, 7}


@given(days, st.integers(1, 900))
def test_every_name_that_is_offered_has_days_within_what_is_over(begun: date, length: int) -> None:
    over = begun + timedelta(days=length)
    offered = list(names(begun, over))
    assert offered
    assert len(set(offered)) == len(offered)
    for name in offered:
        period = named(name)
        assert period is not None
        inside = within(period, begun, over)
        assert inside is not None
        assert begun <= inside.since < inside.until <= over
