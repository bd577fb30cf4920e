"""Snapshots that meet another book, another secret, or were never snapshots."""

import msgspec
import pytest

from bylaw.base.errors import BylawError, InputError, IntegrityError
from bylaw.engine.memory.bounds import Limits
from bylaw.engine.memory.counters import Counter, declare_counter
from bylaw.engine.memory.keys import Keys
from bylaw.engine.memory.memory import Memory
from bylaw.engine.memory.snapshot import restore, snapshot
from bylaw.events.vocabulary import MessageSent
from memory_books import ENVIRONMENTS, KEYS, after, bound, decided, memory_for, spec_for

STREAM = [MessageSent(id=f"{n}", at=after(n), actor="a", recipient="b", text="x") for n in range(5)]


def long_mail(limit: int) -> Counter:
    where = f"size(event.text) > {limit}"
    return declare_counter("mail", on=["message.sent"], where=where, environments=ENVIRONMENTS)


def counted(counter: Counter, window: str = "1h") -> Memory:
    source = (
        f'count("mail", event.actor, duration("{window}")) + '
        'count("message.sent", event.actor, duration("1h"))'
    )
    condition = bound(source, "message.sent", [counter])
    memory = memory_for(condition, counters=[counter])
    decided(memory, condition, STREAM)
    return memory


def test_counters_defined_alike_are_carried_over_and_the_others_are_told() -> None:
    old = snapshot(counted(long_mail(0)))
    other = counted(long_mail(2)).spec
    memory, dropped = restore(old, other, KEYS)
    assert dropped == ("moments of mail",)
    assert [len(memory.tables["moments", name, ""].rows) for name in ("mail", "message.sent")] == [0, 1]


def test_a_longer_window_carries_what_there_is() -> None:
    longer = counted(long_mail(0), window="24h").spec
    _, dropped = restore(snapshot(counted(long_mail(0))), longer, KEYS)
    assert dropped == ()


def test_what_the_new_book_does_not_read_is_told() -> None:
    knows = bound("knows(event.actor, event.recipient)", "message.sent")
    distinct = bound('distinct("message.sent", "text", event.actor, duration("1h"))', "message.sent")
    memory = memory_for(knows, distinct)
    decided(memory, knows, STREAM)
    _, dropped = restore(snapshot(memory), spec_for([]), KEYS)
    assert dropped == ("values of text of message.sent", "relations")


def test_smaller_limits_forget_the_oldest() -> None:
    old = counted(long_mail(0))
    memory, _ = restore(snapshot(old), old.spec, KEYS, Limits(entries=3))
    assert all(kept.weight == 5 for kept in memory.tables.values())  # one key is always kept


@pytest.mark.parametrize(
    ("data", "code", "kind"),
    [
        (b"", "memory.snapshot", IntegrityError),
        (b"\xc1", "memory.snapshot", IntegrityError),
        (b"{}", "memory.snapshot", IntegrityError),
        (msgspec.msgpack.encode([9, "b", b"", 0, [], None]), "memory.format", InputError),
    ],
)
def test_bytes_that_are_no_snapshot(data: bytes, code: str, kind: type[BylawError]) -> None:
    with pytest.raises(kind) as error:
        restore(data, spec_for([]), KEYS)
    assert error.value.code == code


def test_a_damaged_snapshot_is_refused_or_read_but_never_breaks() -> None:
    memory = counted(long_mail(0))
    whole = snapshot(memory)
    for place in range(len(whole)):
        damaged = whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]
        try:
            restore(damaged, memory.spec, KEYS)
        except BylawError as error:
            assert error.code.startswith("memory.")


def test_another_secret_cannot_read_a_snapshot() -> None:
    memory = counted(long_mail(0))
    with pytest.raises(InputError) as error:
        restore(snapshot(memory), memory.spec, Keys(b"another secret of length"))
    assert error.value.code == "memory.secret"


@pytest.mark.parametrize("secret", [b"short", b"x" * 65])
def test_a_secret_has_a_length(secret: bytes) -> None:
    with pytest.raises(ValueError, match="secret"):
        Keys(secret)


def test_a_key_that_is_a_number_is_not_the_text_of_it() -> None:
    assert KEYS.of(1) != KEYS.of("1")
    assert KEYS.of(-1) != KEYS.of(1)
