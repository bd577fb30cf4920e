from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bylaw.base.errors import Where
from bylaw.events.decode import Codec
from bylaw.simulation.stream import Plan, simulate
from bylaw.simulation.truth import read_truths, write_truth

CODEC = Codec()
plans = st.builds(
    Plan,
    events=st.integers(1, 1_500),
    seed=st.integers(0, 2**63),
    days=st.floats(0.01, 30),
)


@settings(max_examples=40)
@given(plan=plans)
def test_every_event_is_one_that_a_source_would_take(plan: Plan) -> None:
    happenings = list(simulate(plan))
    assert len(happenings) == plan.events
    for number, happening in enumerate(happenings, start=1):
        line = CODEC.encode(happening.event)
        assert CODEC.decode(line, where=Where("traffic", number)) == happening.event
        assert happening.truth.id == happening.event.id


@settings(max_examples=20)
@given(plan=plans)
def test_events_come_in_order_of_time_and_each_id_once(plan: Plan) -> None:
    events = [happening.event for happening in simulate(plan)]
    assert all(one.at <= other.at for one, other in pairwise(events))
    assert events[0].at >= plan.start
    assert len({event.id for event in events}) == len(events)


@settings(max_examples=20)
@given(plan=plans)
def test_the_same_plan_gives_the_same_bytes(plan: Plan) -> None:
    def lines() -> list[bytes]:
        return [line for h in simulate(plan) for line in (CODEC.encode(h.event), write_truth(h.truth))]

    assert lines() == lines()


@settings(max_examples=20)
@given(plan=plans)
def test_truth_is_read_as_it_was_written(plan: Plan) -> None:
    truths = [happening.truth for happening in simulate(plan)]
    assert list(read_truths(map(write_truth, truths), "truth.jsonl")) == truths
