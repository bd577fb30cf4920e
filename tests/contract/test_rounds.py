"""The worker over the outbox: what is delivered is recorded with it, and nothing stops the others."""

from collections.abc import Callable

from bylaw.base.errors import UpstreamError
from bylaw.records.delivery import Delivery
from bylaw.records.outbox import MAX_ATTEMPTS, Entry
from bylaw.records.records import Records
from bylaw.records.rounds import NO_HANDLER, Delivered, Rounds, Undelivered
from databases import MakePlace
from room import Sums, noted

START = 1_790_000_000_000_000


class Hands:
    """A handler that does what it is told."""

    def __init__(self, deliver: Callable[[Entry, int], Delivered | Undelivered]) -> None:
        self._deliver = deliver
        self.rested = 0

    def deliver(self, entry: Entry, now: int) -> Delivered | Undelivered:
        return self._deliver(entry, now)

    def rest(self) -> None:
        self.rested += 1


def test_what_delivering_makes_known_is_recorded_with_it(make_place: MakePlace) -> None:
    with Records.open(make_place(), projectors=[Sums()], clock=lambda: START) as records:
        records.commit([noted("a", 1)])
        hands = Hands(lambda *_: Delivered((noted("b", 7),)))
        assert Rounds(records, {"to a": hands}).go() == 1
        assert (records.head, hands.rested) == (2, 1)
        assert [entry.destination for _, entry in Delivery(records).take(START)] == ["to b"]


def test_what_fails_crashes_or_belongs_to_nobody_is_tried_again_and_seen(make_place: MakePlace) -> None:
    def fail(_entry: Entry, _now: int) -> Delivered:
        raise UpstreamError("post.away", "nobody is there")

    def crash(_entry: Entry, _now: int) -> Delivered:
        raise ZeroDivisionError

    with Records.open(make_place(), projectors=[Sums()], clock=lambda: START) as records:
        records.commit([noted("a", 1), noted("b", 1), noted("c", 1), noted("d", 1)])
        done = Hands(lambda *_: Delivered())
        Rounds(records, {"to a": Hands(fail), "to b": Hands(crash), "to c": done}).go()
        stuck = {entry.destination: entry.code for entry in Delivery(records).stuck()}
        assert stuck == {"to a": "post.away", "to b": "crashed.ZeroDivisionError", "to d": NO_HANDLER}


def test_facts_that_cannot_follow_leave_the_entry_where_it_was(make_place: MakePlace) -> None:
    with Records.open(make_place(), projectors=[Sums()], clock=lambda: START) as records:
        fact = noted("a", 1)
        records.commit([fact])
        Rounds(records, {"to a": Hands(lambda *_: Delivered((fact,)))}).go()
        assert records.head == 1
        assert Delivery(records).stuck()[0].code == "records.duplicate"


def test_a_way_that_is_blocked_for_all_kills_no_entry(make_place: MakePlace) -> None:
    now = [START]
    with Records.open(make_place(), projectors=[Sums()], clock=lambda: now[0]) as records:
        records.commit([noted("a", 1)])
        rounds = Rounds(records, {"to a": Hands(lambda *_: Undelivered("post.away", 10, blameless=True))})
        for _ in range(2 * MAX_ATTEMPTS):
            now[0] += 10
            rounds.go()
        (entry,) = Delivery(records).stuck()
        assert (entry.dead, entry.attempts, entry.ready) == (0, 0, now[0] + 10)


def test_with_nothing_to_do_nothing_is_done(make_place: MakePlace) -> None:
    with Records.open(make_place(), projectors=[Sums()], clock=lambda: START) as records:
        hands = Hands(lambda *_: Delivered())
        assert Rounds(records, {"to a": hands}).go() == 0
        assert hands.rested == 0
