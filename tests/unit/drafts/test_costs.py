"""The table of what rules cost: the latest of each rule, and what is not too old."""

from typing import NamedTuple

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bylaw.drafts.costs import (
    DAY,
    KEPT,
    CostsProjector,
    Measured,
    Measurement,
    last_measured,
    latest,
    measurements,
)
from bylaw.engine.measuring import Cost
from bylaw.records.fact import row_of
from bylaw.records.projecting import Fold
from bylaw.records.refolding import make_tables

RULES = "abc"
NUMBERS = st.tuples(st.integers(20, 200), st.integers(0, 10**9))


class Told(NamedTuple):
    """Days since the one before, and what was measured: events and nanoseconds by rule."""

    days: int
    rules: dict[str, tuple[int, int]]


def measured(told: list[Told]) -> list[tuple[Measured, int]]:
    """Facts, and when they are recorded."""
    at, facts = 1_790_000_000_000_000, []
    for number, one in enumerate(told):
        at += one.days * DAY
        several = tuple(Cost(rule, *numbers) for rule, numbers in one.rules.items())
        facts.append((Measured(book=f"book{number}", costs=several), at))
    return facts


TOLD = st.builds(Told, st.integers(0, 30), st.dictionaries(st.sampled_from(RULES), NUMBERS, min_size=1))


@given(st.lists(TOLD, max_size=8))
def test_the_table_tells_the_latest_of_each_rule_and_what_is_not_too_old(told: list[Told]) -> None:
    facts, projector = measured(told), CostsProjector()
    expected = [
        Measurement(cost.rule, seq, at, said.book, cost.events, cost.nanoseconds)
        for seq, (said, at) in enumerate(facts, 1)
        for cost in said.costs
    ]
    with sa.create_engine("sqlite://").begin() as core:
        make_tables(core, [projector])
        projector.project(Fold(core), [row_of(n, at, said.fact()) for n, (said, at) in enumerate(facts, 1)])
        newest = {one.rule: one for one in expected}
        assert latest(core) == newest
        oldest = facts[-1][1] - KEPT if facts else 0
        for rule in RULES:
            kept = [one for one in expected if one.rule == rule and (one.at >= oldest or one == newest[rule])]
            assert measurements(core, rule, 0) == kept
            assert measurements(core, rule, oldest + KEPT) == [one for one in kept if one.at >= oldest + KEPT]
        assert sorted(last_measured(core)) == [one for one in sorted(expected) if one.seq == len(facts)]
