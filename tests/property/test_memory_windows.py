"""Windows against a model that keeps every event."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, cycle, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.engine.memory.bounds import LATENESS, SAMPLE, SECOND, STEP
from bylaw.engine.memory.sample import Sample
from bylaw.engine.memory.trail import Trail
from bylaw.events.vocabulary import UsageMetered
from memory_books import KEYS, after, asked, bound, memory_for

WINDOW = 600  # seconds
LATE = LATENESS // SECOND
ASKED = bound(
    """[double(count("usage.metered", event.actor, duration("600s"))),
        double(distinct("usage.metered", "resource", event.actor, duration("600s"))),
        sum("usage.metered", "quantity", event.actor, duration("600s")),
        rate("usage.metered", event.actor, duration("600s")),
        known("usage.metered", event.actor) ? 1.0 : 0.0]""",
    "usage.metered",
)


@dataclass(frozen=True)
class Use:
    """An event: seconds after the arrival before it, seconds between happening and arriving, and what."""

    gap: int
    delay: int
    actor: str
    resource: str
    quantity: float


USES = st.lists(
    st.builds(
        Use,
        gap=st.integers(0, 300),
        delay=st.integers(-10, 2 * LATE),
        actor=st.sampled_from("ab"),
        resource=st.sampled_from("xyz"),
        quantity=st.integers(-1000, 1000).map(lambda n: n / 8),
    ),
    max_size=60,
)


def events(uses: list[Use]) -> Iterator[tuple[UsageMetered, int]]:
    """Events with their arrivals, in seconds."""
    arrivals = accumulate(use.gap for use in uses)
    for number, (use, arrival) in enumerate(zip(uses, arrivals, strict=True)):
        yield (
            UsageMetered(
                id=f"{number}",
                at=after(arrival - use.delay),
                actor=use.actor,
                resource=use.resource,
                quantity=use.quantity,
            ),
            arrival,
        )


def model(uses: list[Use]) -> Iterator[list[float]]:
    """What each event must read, from all events before it."""
    kept: list[tuple[int, Use]] = []
    for use, arrival in zip(uses, accumulate(use.gap for use in uses), strict=True):
        at = arrival - use.delay if 0 <= use.delay <= LATE else arrival
        ever = [u for _, u in kept if u.actor == use.actor]
        near = [u for t, u in kept if u.actor == use.actor and at - WINDOW < t <= at + LATE]
        yield [
            len(near),
            len({u.resource for u in near}),
            math.fsum(u.quantity for u in near),
            len(near) * 6.0,
            float(bool(ever)),
        ]
        kept.append((at, use))


@given(USES)
def test_small_windows_are_exact(uses: list[Use]) -> None:
    memory = memory_for(ASKED)
    for (event, arrival), expected in zip(events(uses), model(uses), strict=True):
        assert asked(ASKED, event, memory.reader(event, after(arrival))) == expected
        memory.observe(event, after(arrival))


GAPS = st.lists(st.integers(-3, 20), min_size=1, max_size=12).filter(any)


@given(gaps=GAPS, window=st.integers(1, 20_000))
def test_a_large_count_is_never_too_high_and_little_too_low(gaps: list[int], window: int) -> None:
    moments = list(accumulate(islice(cycle(gaps), 3_000), initial=50_000))
    late = sum(at < newest for at, newest in zip(moments, accumulate(moments, max), strict=True))
    trail, newest = Trail(amounts=False), max(moments)
    edge = newest - window
    for at in moments:
        trail.add(at, -(10**9))
    truth = sum(edge < at <= newest for at in moments)
    counted = trail.count(edge, newest)
    assert truth - truth / STEP - late <= counted <= truth
    if not late and truth <= 2 * STEP:
        assert counted == truth
    assert trail.count(-(10**9), newest) == len(moments)
    assert trail.weight < 1_024


@given(gaps=st.lists(st.integers(1, 20), min_size=1, max_size=12), window=st.integers(1, 20_000))
def test_a_large_sum_misses_little_of_equal_amounts(gaps: list[int], window: int) -> None:
    trail, moments = Trail(amounts=True), list(accumulate(islice(cycle(gaps), 3_000)))
    for at in moments:
        trail.add(at, 0, 0.5)
    edge = moments[-1] - window
    truth = sum(at > edge for at in moments) / 2
    assert truth * (1 - 1 / STEP) <= trail.total(edge, moments[-1]) <= truth


@pytest.mark.parametrize("values", [SAMPLE, 5_000, 40_000])
def test_many_distinct_values_are_estimated_within_the_stated_error(values: int) -> None:
    sample = Sample()
    for at in range(values):
        sample.add(at, 0, KEYS.number(at))
    for window in (values, values // 2):
        kept = sum(last >= values - window for last in sample.seen.values())
        error = 0.0 if sample.level == 0 else 3 / math.sqrt(kept)
        assert abs(sample.count(values - window - 1, values) - window) <= error * window
    assert sample.weight <= SAMPLE + 1


def test_values_leave_the_window_one_by_one() -> None:
    sample = Sample()
    for at in range(5_000):
        sample.add(at, at - 500, KEYS.number(at))
    assert sample.count(4_899, 4_999) == 100
    assert sample.level == 0
