"""Replay: a recorded decision made again from its recorded inputs, and compared byte for byte.

Nothing is asked of the past, no signal is computed that is on record, and no clock is read: what the record does
not hold does not enter.
"""

from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from bylaw.engine.archive import ACTIVATIONS, Archive
from bylaw.engine.compiled import CompiledRules, compiled
from bylaw.engine.decide import decide
from bylaw.engine.decision import SEMANTICS, Decision
from bylaw.engine.memory.keys import Keys
from bylaw.engine.memory.reader import recorded
from bylaw.engine.recording import Recalled, decision_id, read_body
from bylaw.engine.situation import situation_of
from bylaw.records.fact import Row
from bylaw.records.vault.uses import Destroyed

_ENCODE: Final = msgspec.json.Encoder(order="sorted").encode


class Ending(StrEnum):
    """How the replay of one decision ends."""

    SAME = "same"  # byte for byte
    DIFFERS = "differs"
    UNREADABLE = "unreadable"  # a key was destroyed, or the content aged out
    OTHER_SEMANTICS = "other semantics"  # made by a program that this one does not stand for


class Replayed(NamedTuple):
    """One decision, replayed. ``fields`` are those of the decision that differ."""

    seq: int
    decision: str
    ending: Ending
    fields: tuple[str, ...] = ()


class Replay:
    """Replays decisions of one record, by the books that they were made by."""

    def __init__(self, archive: Archive, keys: Keys) -> None:
        self._archive = archive
        self._keys = keys
        self._matcher = lru_cache(ACTIVATIONS)(self._compiled)

    def replay(self, row: Row) -> Replayed:
        """Make the decision of a row again.

        Raises:
            IntegrityError: the row is no decided event, or not the one that was sealed.
        """
        told = read_body(row)
        source = self._archive.source(told.activation)
        if source.activation.semantics != SEMANTICS:
            return Replayed(row.seq, told.decision, Ending.OTHER_SEMANTICS)
        try:
            recalled = self._archive.recall(row)
        except Destroyed:
            return Replayed(row.seq, told.decision, Ending.UNREADABLE)
        again = self._again(row, recalled, told.activation)
        fields = differing(recalled.decision, again)
        if source.recorder.body(again, told.people) != row.body:
            fields = (*fields, "body")
        return Replayed(row.seq, told.decision, Ending.DIFFERS if fields else Ending.SAME, fields)

    def _again(self, row: Row, recalled: Recalled, activation: int) -> Decision:
        basis = self._archive.source(activation).charter.basis
        past = recorded(recalled.decision.readings, self._keys)
        situation = situation_of(recalled.event, basis, past, recalled.signals)
        made = decision_id(basis.operator, row.tag or b"", basis.book)
        return decide(situation, basis, recalled.caution, self._matcher(activation), decision=made)

    def _compiled(self, activation: int) -> CompiledRules:
        return compiled(self._archive.source(activation).charter.basis)


def differing(one: Decision, other: Decision) -> tuple[str, ...]:
    """Return the fields in which two decisions do not have the same canonical bytes."""
    if _ENCODE(one) == _ENCODE(other):
        return ()
    return tuple(
        field
        for field in Decision.__struct_fields__
        if _ENCODE(getattr(one, field)) != _ENCODE(getattr(other, field))
    )
