"""The state of the memory: the same for the same events, whole after a restore, bounded whatever comes."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from bylaw.engine.memory.bounds import Limits
from bylaw.engine.memory.memory import Memory
from bylaw.engine.memory.snapshot import restore, snapshot
from bylaw.engine.memory.table import Table
from bylaw.events.vocabulary import MessageSent
from bylaw.rules.cel.values import Value
from memory_books import KEYS, after, asked, bound, memory_for, spec_for

ASKED = bound(
    """[count("message.sent", event.actor, duration("60s")),
        distinct("message.sent", "recipient", event.actor, duration("300s")),
        int(sum("message.sent", "recipient_count", event.actor, duration("60s"))),
        near_duplicates("message.sent", event.text, duration("60s")),
        known("message.sent", event.actor) ? 1 : 0,
        knows(event.actor, event.recipient) ? 1 : 0,
        size(related_by(event.actor, event.recipient))]""",
    "message.sent",
)
SMALL = Limits(keys=3, entries=20, groups=2, pairs=5, accounts=3)
WORDS = "the ferry leaves the quay at four come early and bring bread for the keeper".split()


def text_of(numbers: Iterable[int]) -> str:
    return " ".join(WORDS[number] for number in numbers)


@st.composite
def streams(draw: st.DrawFn) -> list[MessageSent]:
    seconds, made = 0, []
    for number in range(draw(st.integers(0, 40))):
        seconds += draw(st.integers(-20, 60))
        made.append(
            MessageSent(
                id=f"{number}",
                at=after(seconds),
                actor=draw(st.sampled_from("abcdef")),
                recipient=draw(st.sampled_from("abcdef")),
                recipient_count=draw(st.integers(0, 20)),
                text=text_of(draw(st.lists(st.integers(0, len(WORDS) - 1), min_size=0, max_size=8))),
            )
        )
    return made


def run(memory: Memory, stream: Iterable[MessageSent]) -> list[Value]:
    values = []
    for event in stream:
        values.append(asked(ASKED, event, memory.reader(event, event.at)))
        memory.observe(event, event.at)
    return values


@given(stream=streams(), cuts=st.sets(st.integers(0, 40)), limits=st.sampled_from([SMALL, Limits()]))
def test_a_restore_at_any_point_changes_nothing(
    stream: list[MessageSent], cuts: set[int], limits: Limits
) -> None:
    whole, pieces = memory_for(ASKED, limits=limits), memory_for(ASKED, limits=limits)
    for number, event in enumerate(stream):
        if number in cuts:
            before = snapshot(pieces)
            pieces, dropped = restore(before, spec_for([ASKED]), KEYS, limits)
            assert dropped == ()
            assert snapshot(pieces) == before
        assert run(pieces, [event]) == run(whole, [event])
    assert snapshot(pieces) == snapshot(whole)


@given(streams())
def test_the_same_events_make_the_same_bytes(stream: list[MessageSent]) -> None:
    one, other = memory_for(ASKED, limits=SMALL), memory_for(ASKED, limits=SMALL)
    assert run(one, stream) == run(other, stream)
    assert snapshot(one) == snapshot(other)


@given(streams())
def test_asking_changes_nothing(stream: list[MessageSent]) -> None:
    silent, noisy = memory_for(ASKED), memory_for(ASKED)
    for event in stream:
        silent.observe(event, event.at)
    run(noisy, stream)
    assert snapshot(silent) == snapshot(noisy)


@given(streams())
def test_tables_keep_to_their_limits_and_know_their_weight(stream: list[MessageSent]) -> None:
    memory = memory_for(ASKED, limits=SMALL)
    run(memory, stream)
    for kept in memory.tables.values():
        if isinstance(kept, Table):
            assert len(kept.rows) <= SMALL.keys
            assert kept.weight == sum(row.weight for row in kept.rows.values())
            assert kept.weight <= SMALL.entries or len(kept.rows) == 1


def test_keys_by_the_ten_thousand_leave_those_observed_last() -> None:
    counted = bound('count("message.sent", event.actor, duration("24h"))', "message.sent")
    memory = memory_for(counted, limits=Limits(keys=100))
    for number in range(10_000):
        event = MessageSent(id=f"{number}", at=after(number), actor=f"account {number}", text="x")
        memory.observe(event, event.at)
    (table,) = memory.tables.values()
    assert set(table.rows) == {KEYS.of(f"account {number}") for number in range(9_900, 10_000)}
