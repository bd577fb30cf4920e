"""How objections go forward, until when they are taken, when somebody objects too often: for any order and any dates."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.appeals.machine import STEPS, UNDECIDED, Step, abused, demand_other, ends, step
from bylaw.appeals.model import DAY, State
from bylaw.base.errors import ConflictError
from bylaw.book.appealing import Abuse

DATES = st.dates(date(2024, 1, 1), date(2030, 1, 1))
NOW = 1_790_000_000_000_000


def micros(day: date, hour: int = 0) -> int:
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp()) * 1_000_000


@given(st.lists(st.sampled_from(Step), max_size=12))
def test_an_objection_is_lodged_once_and_decided_once_whatever_is_tried(steps: list[Step]) -> None:
    state: State | None = None
    done: list[Step] = []
    for one in steps:
        try:
            state = step(state, one)
        except ConflictError as error:
            assert error.code == "appeal.order"
        else:
            done.append(one)
    ended = [one for one in done if one in (Step.UPHOLD, Step.REVERSE)]
    assert done.count(Step.LODGE) <= 1
    assert done[:1] in ([], [Step.LODGE])
    assert ended in ([], done[-1:])


@pytest.mark.parametrize("state", list(State))
def test_what_is_decided_is_over(state: State) -> None:
    following = {one for (before, one) in STEPS if before is state}
    assert bool(following) == (state in UNDECIDED)


@given(st.text(min_size=1), st.frozensets(st.text(min_size=1)))
def test_nobody_who_took_part_decides(by: str, others: frozenset[str]) -> None:
    demand_other(by, others - {by})
    with pytest.raises(ConflictError, match="cannot decide the objection"):
        demand_other(by, others | {by})


@given(DATES, st.integers(1, 400), st.integers(0, 90), st.integers(0, 23))
def test_the_span_counts_from_the_day_on_which_somebody_was_told(
    decided: date, days: int, later: int, hour: int
) -> None:
    until = decided + timedelta(days=days)
    told = micros(decided + timedelta(days=later), hour)
    assert ends(until.isoformat(), micros(decided, hour), None) == micros(until) + DAY
    assert ends(until.isoformat(), micros(decided, hour), told) == micros(until) + DAY + later * DAY


@given(st.lists(st.integers(0, 300), max_size=12), st.integers(2, 5), st.integers(1, 200))
def test_nobody_can_be_limited_who_was_not_warned_before(days: list[int], often: int, within: int) -> None:
    abuse = Abuse(unfounded=often, within_days=within)
    warned = False
    before: list[int] = []
    for day in sorted(days):
        at = NOW + day * DAY
        counted = abused(abuse, [*before, at], at)
        assert not counted.enough or warned
        assert counted.times <= len(before) + 1
        warned = warned or counted.warned
        before.append(at)
