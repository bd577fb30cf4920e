"""The memory as bytes: the same state, the same bytes; restored and continued, the same answers.

A table is carried over to another book if its counter is defined alike there; a longer window than before
fills as events come. Bytes hold digests of keys and texts, never what they were made from, and are personal
data all the same: whoever stores them seals them.
"""

from typing import Any, NamedTuple

import msgspec

from bylaw.base.errors import InputError, IntegrityError
from bylaw.engine.memory.bounds import Limits
from bylaw.engine.memory.keys import Keys
from bylaw.engine.memory.memory import Judge, Memory, Spec, interpreted
from bylaw.engine.memory.stores import LOADERS, Name

FORMAT = 1


class Snapshot(msgspec.Struct, frozen=True, array_like=True):
    """What the bytes hold. ``secret`` tells under which secret the digests were made, not the secret."""

    format: int
    book: str
    secret: bytes
    last: int
    tables: list[tuple[Name, str, Any]]  # with the digest of the counter's definition
    relations: Any


class Restored(NamedTuple):
    """A memory, and the names of the tables that had no place in it: ``moments of linked-mail``."""

    memory: Memory
    dropped: tuple[str, ...]


def snapshot(memory: Memory) -> bytes:
    """Return the state of a memory as bytes."""
    counters = memory.spec.counters
    tables = [
        (name, counters[name[1]].definition, memory.tables[name].dump()) for name in sorted(memory.tables)
    ]
    state = Snapshot(
        format=FORMAT,
        book=memory.spec.book,
        secret=memory.keys.check,
        last=memory.last,
        tables=tables,
        relations=memory.relations.dump() if memory.relations else None,
    )
    return msgspec.msgpack.encode(state)


def restore(
    data: bytes, spec: Spec, keys: Keys, limits: Limits | None = None, judge: Judge = interpreted
) -> Restored:
    """Return the memory that a snapshot holds, for a book that may be another than then.

    Raises:
        InputError: ``memory.format``, an unknown version; ``memory.secret``, made under another secret.
        IntegrityError: ``memory.snapshot``, the bytes are no snapshot.
    """
    try:
        state = msgspec.msgpack.decode(data, type=Snapshot)
        _refuse_foreign(state, keys)
        return _restored(state, Memory(spec, keys, limits, judge))
    except (msgspec.MsgspecError, ValueError, TypeError, OverflowError) as error:
        raise IntegrityError("memory.snapshot", "the bytes are no snapshot of a memory") from error


def _refuse_foreign(state: Snapshot, keys: Keys) -> None:
    if state.format != FORMAT:
        message = f"the snapshot has format {state.format}, not {FORMAT}"
        raise InputError("memory.format", message, hint="restore from the journal instead")
    if state.secret != keys.check:
        message = "the snapshot was made under another secret"
        raise InputError("memory.secret", message, hint="restore with the secret it was made with")


def _restored(state: Snapshot, memory: Memory) -> Restored:
    memory.last = state.last
    dropped: list[str] = []
    for name, definition, dumped in state.tables:
        counter = memory.spec.counters.get(name[1])
        if name not in memory.tables or counter is None or counter.definition != definition:
            dropped.append(" of ".join(filter(None, (name[0], name[2], name[1]))))
        elif name[0] == "texts":
            memory.tables[name].load(dumped)
        else:
            memory.tables[name].load(dumped, LOADERS[name[0]])
    if memory.relations and state.relations is not None:
        memory.relations.load(state.relations)
    elif state.relations is not None:
        dropped.append("relations")
    return Restored(memory, tuple(dropped))
