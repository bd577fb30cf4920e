"""The term of a book: from its activation to that of the next. What decides, and what is remembered meanwhile."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self

import msgspec

from bylaw.base.errors import IntegrityError
from bylaw.engine.archive import Source
from bylaw.engine.brakes import Brakes, Caution, Fuses
from bylaw.engine.compiled import CompiledRules, compiled, judge
from bylaw.engine.decide import decide
from bylaw.engine.decision import Decision
from bylaw.engine.memory.keys import Keys
from bylaw.engine.memory.memory import Memory
from bylaw.engine.memory.snapshot import restore, snapshot
from bylaw.engine.recalling import Recalled
from bylaw.engine.situation import situation_of
from bylaw.events.event import Event


class Decided(NamedTuple):
    """A decision, and what was said beforehand."""

    decision: Decision
    caution: Caution


class Remembered(msgspec.Struct, frozen=True, array_like=True):
    """All that the past of a term can still do to its future, as a value."""

    activation: int
    memory: bytes
    fuses: Fuses


@dataclass(slots=True)
class Term:
    """A book in force. Events go through it one after the other."""

    source: Source
    matcher: CompiledRules
    memory: Memory
    brakes: Brakes

    @classmethod
    def begin(cls, source: Source, keys: Keys, before: Self | None = None) -> Self:
        """Return the term that a book begins, with what the one before it remembers as far as it still matters.

        Quotas go on counting through the day; brakes are let go, as somebody has changed the book.
        """
        if before is None:
            return cls.resume(source, keys, None)
        fuses = before.brakes.dump()._replace(seen={}, matched={}, braked=[])
        return cls.resume(
            source, keys, Remembered(source.recorder.activation, snapshot(before.memory), fuses)
        )

    @classmethod
    def resume(cls, source: Source, keys: Keys, remembered: Remembered | None) -> Self:
        """Return the term of a book with a memory.

        Raises:
            IntegrityError, InputError: the memory is none, or was made under another secret.
        """
        basis = source.charter.basis
        judged = judge(basis)
        brakes = Brakes(source.charter.quotas, basis.rules)
        if remembered is None:
            memory = Memory(basis.memory, keys, judge=judged)
        else:
            memory = restore(remembered.memory, basis.memory, keys, judge=judged).memory
            brakes.load(remembered.fuses)
        return cls(source, compiled(basis), memory, brakes)

    def decide(
        self, event: Event, arrived: datetime, decision: str, warned: frozenset[str] = frozenset()
    ) -> Decided:
        """Decide an event, and remember it. ``decision`` is the id; ``warned`` as in ``Caution``."""
        situation = situation_of(event, self.source.charter.basis, self.memory.reader(event, arrived))
        caution = self.brakes.caution(event.at).with_warned(warned)
        made = decide(situation, self.source.charter.basis, caution, self.matcher, decision=decision)
        self.memory.observe(event, arrived, situation.bindings)
        self.brakes.observe(made)
        return Decided(made, caution)

    def follow(self, recalled: Recalled) -> None:
        """Remember an event that was decided before, as it was then."""
        event, arrived = recalled.event, recalled.arrived
        past = self.memory.reader(event, arrived)
        situation = situation_of(event, self.source.charter.basis, past, recalled.signals)
        self.brakes.caution(event.at)
        self.memory.observe(event, arrived, situation.bindings)
        self.brakes.observe(recalled.decision)

    def remembered(self) -> bytes:
        """Return what is remembered, as bytes."""
        state = Remembered(self.source.recorder.activation, snapshot(self.memory), self.brakes.dump())
        return msgspec.msgpack.encode(state)


def remembered(data: bytes) -> Remembered:
    """Return what bytes of ``Term.remembered`` say.

    Raises:
        IntegrityError: they are none.
    """
    try:
        return msgspec.msgpack.decode(data, type=Remembered)
    except msgspec.MsgspecError as error:
        raise IntegrityError("record.snapshot", "the bytes are no snapshot of what is remembered") from error
