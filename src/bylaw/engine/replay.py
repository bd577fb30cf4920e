"""Replay: a recorded decision made again from its recorded inputs, and compared byte for byte.

Nothing is asked of the past, no signal is computed that is on record, and no clock is read: what the record does
not hold does not enter.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from bylaw.base.errors import IntegrityError
from bylaw.engine.archive import ACTIVATIONS, Archive, Damage, Source
from bylaw.engine.compiled import CompiledRules, compiled
from bylaw.engine.decide import decide
from bylaw.engine.decision import SEMANTICS, Decision
from bylaw.engine.inputs import Inputs
from bylaw.engine.matching import Outcome
from bylaw.engine.memory.keys import Keys
from bylaw.engine.memory.reader import Asked as Question
from bylaw.engine.memory.reader import Reader
from bylaw.engine.memory.stores import Answer
from bylaw.engine.recalling import Recalled, is_size
from bylaw.engine.recording import FUNCTIONS, Body, decision_id, microseconds, quiet_body, read_body
from bylaw.engine.situation import Situation, situation_of
from bylaw.records.fact import Row
from bylaw.records.vault.uses import Destroyed
from bylaw.rules.cel.values import CelError
from bylaw.signals.signal import SignalValue

_ENCODE: Final = msgspec.json.Encoder(order="sorted").encode


class Ending(StrEnum):
    """How the replay of one decision ends."""

    SAME = "same"  # byte for byte
    DIFFERS = "differs"
    DAMAGED = "damaged"  # what is recorded is not what was written
    UNREADABLE = "unreadable"  # a key was destroyed, or the content aged out
    OTHER_SEMANTICS = "other semantics"  # made by a program that this one does not stand for


class Replayed(NamedTuple):
    """One decision, replayed.

    ``fields`` are those of the decision that differ, or the code of the damage, or the version of the semantics.
    """

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

    def replay_all(self, first: int, last: int) -> Iterator[Replayed]:
        """Make the decisions of a stretch of the record again: what is destroyed meanwhile counts for the next."""
        with self._archive.steady():
            for row in self._archive.decided(first, last):
                if isinstance(row, Damage):
                    yield Replayed(row.seq, "", Ending.DAMAGED, (row.code,))
                else:
                    yield self.replay(row)

    def replay(self, row: Row) -> Replayed:
        """Make the decision of a row again."""
        decision = ""
        try:
            told = read_body(row)
            decision = told.decision
            source = self._archive.source(told.activation)
            if source.activation.semantics != SEMANTICS:
                version = f"semantics {source.activation.semantics}"
                return Replayed(row.seq, decision, Ending.OTHER_SEMANTICS, (version,))
            fields = self.again(source, self._archive.recall(row, told), row)
        except Destroyed:
            return Replayed(row.seq, decision, Ending.UNREADABLE)
        except IntegrityError as error:
            return Replayed(row.seq, decision, Ending.DAMAGED, (error.code,))
        return Replayed(row.seq, decision, Ending.DIFFERS if fields else Ending.SAME, fields)

    def again(self, source: Source, recalled: Recalled, row: Row) -> tuple[str, ...]:
        """Make a recalled decision again; return the fields that differ, none when every byte is the same."""
        basis, answers = source.charter.basis, _Answers(recalled)
        situation = self._situation(source, recalled, answers)
        kind, rules = situation.kind, situation.rules
        outcomes = tuple(self._matcher(recalled.told.activation)(rules, kind, situation.bindings))
        made = decision_id(basis.operator, row.tag or b"", basis.book)
        if (
            recalled.silent
            and not outcomes
            and answers.complete
            and _signals_agree(situation.inputs, recalled)
        ):
            # COST: nine of ten decisions are silent. With no outcome, ``decide`` makes nothing of the event but what
            # follows from its inputs, and leaves all else empty, as ``silent`` says of the record. Of the inputs, the
            # event is the recorded one; readings and signals were answered from the record, all of them and no
            # other; book and semantics are those of the activation. So the two decisions are equal if what stands
            # in the open is: id, kind, moment, and that nothing was said. That is compared, in bytes.
            at = microseconds(recalled.event.at)
            activation, people = recalled.told.activation, recalled.told.people
            body = quiet_body(made, kind, at, activation, people, situation.unwatched)
            if body == row.body:
                return ()
        recorded = recalled.decision
        told = _told(outcomes)
        again = decide(situation, basis, recalled.caution, told, digest=recorded.event_digest, decision=made)
        body = source.recorder.body(again, recalled.told.people)
        return (*differing(recorded, again), *_differing_body(recalled.told, body, row.body))

    def without_fuses(self, source: Source, recalled: Recalled) -> Decision:
        """Return what would have been decided from the recorded inputs if no quota and no brake had spoken."""
        situation = self._situation(source, recalled, _Answers(recalled))
        matcher = self._matcher(recalled.told.activation)
        caution = recalled.caution.without_fuses()
        return decide(situation, source.charter.basis, caution, matcher, decision=recalled.told.decision)

    def _situation(self, source: Source, recalled: Recalled, answers: "_Answers") -> Situation:
        past = Reader(self._keys, answers)
        return situation_of(recalled.event, source.charter.basis, past, recalled.signals)

    def _compiled(self, activation: int) -> CompiledRules:
        return compiled(self._archive.source(activation).charter.basis)


class _Answers:
    """What the record answers to the questions of rules, each asked once; it has no answer to anything else."""

    __slots__ = ("_known", "_left", "_other")

    def __init__(self, recalled: Recalled) -> None:
        reads = recalled.recorder.reads
        self._known: dict[Question, tuple[Answer | None, str]] = {}
        for function, place, key, value, error in recalled.kept.readings:
            read = reads[place]
            self._known[FUNCTIONS[function], read.counter, read.field, key, read.window] = (value, error)
        self._left = len(self._known)
        self._other = False

    @property
    def complete(self) -> bool:
        """Whether all that is recorded was asked for, and nothing else."""
        return not self._left and not self._other

    def __call__(self, asked: Question, _text: str) -> Answer:
        """Answer a question; the reader asks each once."""
        value, error = self._known.get(asked, (None, "not_recorded"))
        self._left -= 1
        self._other = self._other or asked not in self._known
        if value is None:
            raise CelError(error, f"the record has no answer of `{asked[0]}`")
        return value


def _signals_agree(inputs: Inputs, recalled: Recalled) -> bool:
    """Tell whether the signals that were read now are those on record; the values of most of these were given."""
    read, kept = inputs.values, recalled.kept.signals
    if len(read) != len(kept):
        return False
    rows = recalled.recorder.signals[recalled.told.kind]
    for place, value in kept.items():
        name, signal = rows[place]
        if name not in read or (signal.personal and not _as_told(read[name], value)):
            return False
    return True


def _as_told(read: SignalValue | None, value: object) -> bool:
    """Tell whether a personal signal is the one on record, where a text or a list is told by its size."""
    return value == [len(read)] if isinstance(read, str | list) else not is_size(value)


def _told(outcomes: tuple[Outcome, ...]) -> "Callable[..., tuple[Outcome, ...]]":
    return lambda *_: outcomes


def differing(one: Decision, other: Decision) -> tuple[str, ...]:
    """Return the fields in which two decisions do not have the same canonical bytes."""
    if _ENCODE(one) == _ENCODE(other):
        return ()
    return _fields(one, other)


def _differing_body(told: Body, made: bytes, body: bytes) -> tuple[str, ...]:
    """Return what differs in the open: ``body.rules``, or ``body`` where the same is written otherwise."""
    if made == body:
        return ()
    fields = _fields(told, msgspec.json.decode(made, type=Body))
    return tuple(f"body.{field}" for field in fields) or ("body",)


def _fields(one: msgspec.Struct, other: msgspec.Struct) -> tuple[str, ...]:
    fields = one.__struct_fields__
    return tuple(f for f in fields if _ENCODE(getattr(one, f)) != _ENCODE(getattr(other, f)))
