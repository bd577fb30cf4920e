"""How much is remembered at most, whoever makes up keys, ids and texts."""

import pytest

from bylaw.engine.duplicates import Duplicates, Seen
from bylaw.engine.memory.bounds import Limits
from bylaw.engine.memory.relations import Labels
from bylaw.engine.memory.snapshot import restore, snapshot
from bylaw.events.vocabulary import MessageSent
from memory_books import KEYS, after, bound, memory_for, spec_for

NEAR = bound('near_duplicates("message.sent", event.text, duration("24h")) > 0', "message.sent")


def message(number: int) -> MessageSent:
    words = " ".join(f"word{letter}{number}" for letter in "abcdefghij").translate(
        str.maketrans("0123456789", "klmnopqrst")
    )
    return MessageSent(id=f"{number}", at=after(number), actor="acc_1", text=words)


def test_few_tables_have_the_limit_of_a_table_and_many_share_that_of_all() -> None:
    limits = Limits(keys=100, entries=500, all_keys=300, all_entries=1_000)
    assert (limits.shared(2).keys, limits.shared(2).entries) == (100, 500)
    assert (limits.shared(10).keys, limits.shared(10).entries) == (30, 100)
    assert limits.shared(1_000_000).keys == 1


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above zero"):
        Limits(pairs=0).shared(1)


def test_texts_that_are_forgotten_leave_nothing_behind() -> None:
    memory = memory_for(NEAR, limits=Limits(groups=10))
    sizes = []
    for number in range(300):
        memory.observe(message(number), after(number))
        sizes.append(len(snapshot(memory)))
    assert max(sizes[100:]) - min(sizes[100:]) < 100


def test_a_snapshot_under_smaller_limits_keeps_what_came_last() -> None:
    memory = memory_for(NEAR)
    for number in range(20):
        memory.observe(message(number), after(number))
    smaller, _ = restore(snapshot(memory), spec_for([NEAR]), KEYS, Limits(groups=2))
    rest, _ = restore(snapshot(smaller), spec_for([NEAR]), KEYS)
    assert snapshot(rest) == snapshot(smaller)
    assert len(snapshot(smaller)) < len(snapshot(memory)) / 5


def test_the_latest_half_of_the_ids_is_known_whatever_came() -> None:
    seen = Duplicates(limit=100)
    for number in range(1_000):
        seen.see(f"evt_{number}", "same")
        for back in range(min(number, 50)):
            assert seen.see(f"evt_{number - back}", "same") is Seen.SAME
    assert seen.see("evt_800", "same") is Seen.NEW


def test_labels_of_a_pair_are_few_and_the_oldest_goes_first() -> None:
    labels = Labels()
    weight = labels.weight
    for number in range(200):
        weight += labels.add(number, 0, f"relation {number}")
    weight += labels.add(7, 0, "relation 199")
    assert weight == labels.weight == 65
    assert next(iter(labels.times)) == "relation 136"
    assert labels.times["relation 199"] == 199
    assert labels.drop("relation 199") == -1
    assert labels.drop("never told") == 0
    assert Labels.load(labels.dump()).times == labels.times
