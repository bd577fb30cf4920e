"""Delivery at least once: in order within a destination, with leases, waits and dead letters."""

import tempfile
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bylaw.base.errors import ConflictError, IntegrityError
from bylaw.records.delivery import Delivery
from bylaw.records.outbox import FIRST_WAIT, LEASE, LONGEST_WAIT, MAX_ATTEMPTS, wait_after
from bylaw.records.records import Records
from bylaw.records.schema import OUTBOX
from databases import MakePlace, new_place
from room import Sums, noted

START = 1_790_000_000_000_000


def test_entries_go_out_in_order_one_at_a_time_for_each_destination(make_place: MakePlace) -> None:
    with Records.open(make_place(), projectors=[Sums()], clock=lambda: START) as records:
        outbox = Delivery(records)
        records.commit([noted("a", 1), noted("b", 2), noted("a", 3)])
        assert outbox.take(START - 1) == []
        first = outbox.take(START)
        assert [(e.destination, e.id) for _, e in first] == [("to a", "out_1_0"), ("to b", "out_2_0")]
        assert outbox.take(START) == []
        assert outbox.done(first[0].token)
        assert not outbox.done(first[0].token)
        assert [entry.id for _, entry in outbox.take(START)] == ["out_3_0"]
        assert outbox.counts(START).leased == 2


def test_a_lease_that_runs_out_is_given_to_another(make_place: MakePlace) -> None:
    with Records.open(make_place(), projectors=[Sums()], clock=lambda: START) as records:
        outbox = Delivery(records)
        records.commit([noted("a", 1)])
        [(old, entry)] = outbox.take(START)
        assert outbox.take(START + LEASE - 1, 1) == [] or entry.destination != "timer"
        again = [leased for leased in outbox.take(START + LEASE) if leased.entry.destination == "to a"]
        assert again[0].entry.id == entry.id
        assert not outbox.done(old)
        with pytest.raises(ConflictError) as lost:
            records.commit([noted("a", 2)], done=[old])
        assert lost.value.code == "records.lease_lost"
        assert records.head == 1
        records.commit([noted("b", 2)], done=[again[0].token])
        assert outbox.counts(START).waiting == 3


def test_what_fails_waits_longer_each_time_then_stands_aside_as_a_dead_letter(make_place: MakePlace) -> None:
    with Records.open(make_place(), projectors=[Sums()], clock=lambda: START) as records:
        outbox = Delivery(records)
        records.commit([noted("a", 1)])
        records.commit([noted("a", 2)])
        now = START
        for attempt in range(1, MAX_ATTEMPTS + 1):
            [leased] = [one for one in outbox.take(now) if one.entry.destination == "to a"]
            assert leased.entry.attempts == attempt
            assert outbox.failed(leased.token, "webhook.refused", now)
            now += wait_after(attempt)
        [dead] = [entry for entry in outbox.stuck() if entry.dead]
        assert (dead.id, dead.code) == ("out_1_0", "webhook.refused")
        assert outbox.counts(now).dead == 1
        [behind] = [one for one in outbox.take(now) if one.entry.destination == "to a"]
        assert behind.entry.id == "out_2_0"  # the dead letter holds nobody up
        assert outbox.revive(dead.seq, dead.n, now)
        assert not outbox.revive(dead.seq, dead.n, now)


def test_waits_double_up_to_a_bound() -> None:
    assert wait_after(1) == FIRST_WAIT
    assert wait_after(2) == 2 * FIRST_WAIT
    assert wait_after(100) == LONGEST_WAIT


def test_a_timer_waits_for_its_time_and_can_be_cancelled_by_a_fact(make_place: MakePlace) -> None:
    with Records.open(make_place(), projectors=[Sums()], clock=lambda: START) as records:
        outbox = Delivery(records)
        records.commit([noted("a", 1), noted("b", 1)])
        records.commit([noted("a", 0, kind="numbers.forgotten"), noted("c", 1)])
        records.commit([noted("d", 1), noted("d", 0, kind="numbers.forgotten")])
        [timer] = [one for one in outbox.take(START + 1_000_000) if one.entry.destination == "timer"]
        assert timer.entry.key == "b"
        assert outbox.done(timer.token)
        [timer] = [one for one in outbox.take(START + 1_000_000) if one.entry.destination == "timer"]
        assert timer.entry.key == "c"


def test_an_entry_that_was_altered_is_not_delivered(make_place: MakePlace) -> None:
    with Records.open(make_place(), projectors=[Sums()], clock=lambda: START) as records:
        records.commit([noted("a", 1)])
        records.transact("tamper", lambda tx: tx.execute(sa.update(OUTBOX).values(body=b"other")))
        with pytest.raises(IntegrityError):
            Delivery(records).take(START)


class Worker(RuleBasedStateMachine):
    """Against a model: a list a destination, whose first entry is the only one that may be taken."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="bylaw-")
        self.now = START
        numbers = count()
        self.records = Records.open(
            new_place(Path(self.folder.name)),
            projectors=[Sums()],
            clock=lambda: self.now,
            chance=lambda size: next(numbers).to_bytes(size, "big"),
        )
        self.outbox = Delivery(self.records)
        self.queues: dict[str, list[str]] = {"to a": [], "to b": []}
        self.held: dict[bytes, tuple[str, str, int]] = {}

    def teardown(self) -> None:
        self.records.close()
        self.folder.cleanup()

    @rule(names=st.lists(st.sampled_from("ab"), min_size=1, max_size=4))
    def commit(self, names: list[str]) -> None:
        made = self.records.commit([noted(name, 1) for name in names])
        for seq, name in enumerate(names, start=made.first):
            self.queues[f"to {name}"].append(f"out_{seq}_0")

    @rule()
    def take(self) -> None:
        for token, entry in self.outbox.take(self.now):
            if entry.destination in self.queues:
                assert entry.id == self.queues[entry.destination][0]
                assert all(self.now >= until for _, id_, until in self.held.values() if id_ == entry.id)
                self.held[token] = (entry.destination, entry.id, self.now + LEASE)

    @rule(data=st.data(), well=st.booleans())
    def answer(self, data: st.DataObject, well: bool) -> None:
        if not self.held:
            return
        token = data.draw(st.sampled_from(sorted(self.held)))
        destination, id_, _ = self.held.pop(token)
        newest = all(held[1] != id_ or other < token for other, held in self.held.items())
        is_there = bool(self.queues[destination]) and self.queues[destination][0] == id_
        if well:
            said = self.outbox.done(token)
            if said:
                assert is_there
                assert newest
                self.queues[destination].pop(0)
        else:
            self.outbox.failed(token, "test.failed", self.now)

    @rule(seconds=st.integers(1, 90))
    def wait(self, seconds: int) -> None:
        self.now += seconds * 1_000_000

    @rule()
    def bury(self) -> None:
        for entry in self.outbox.stuck():
            if entry.dead and entry.destination in self.queues and entry.id in self.queues[entry.destination]:
                self.queues[entry.destination].remove(entry.id)

    @invariant()
    def nothing_is_lost(self) -> None:
        dead = {entry.id for entry in self.outbox.stuck() if entry.dead}
        for queue in self.queues.values():
            while queue and queue[0] in dead:
                queue.pop(0)
        with self.records.reading() as core:
            alive = sa.select(OUTBOX.c.seq).where(OUTBOX.c.destination != "timer", OUTBOX.c.dead == 0)
            found = {f"out_{seq}_0" for (seq,) in core.execute(alive)}
        assert found == {id_ for queue in self.queues.values() for id_ in queue}


Worker.TestCase.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
TestWorker = Worker.TestCase
