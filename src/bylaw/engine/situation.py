"""An event as the rules of a book see it: its fields, its signals, the lists, and what came before."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from bylaw.engine.basis import Basis
from bylaw.engine.inputs import NOTHING, Inputs
from bylaw.engine.memory.functions import VARIABLE
from bylaw.engine.memory.keys import Keys
from bylaw.engine.memory.memory import Memory
from bylaw.engine.memory.reader import Reader
from bylaw.engine.watch import unwatched
from bylaw.events.event import Event
from bylaw.events.kinds import kind_of
from bylaw.rules.rule import Rule
from bylaw.signals.signal import SignalValue

KEY_BYTES = 16  # of the secret where nothing leaves the process, so that none is needed


class Situation(NamedTuple):
    """One event, ready for conditions. ``bindings`` are the names they use; what is read is remembered.

    ``rules`` are those to ask: none, where ``unwatched`` names a surface that is not monitored.
    """

    event: Event
    kind: str
    inputs: Inputs
    past: Reader
    bindings: Mapping[str, Any]
    rules: tuple[Rule, ...]
    unwatched: str


def situation_of(
    event: Event, basis: Basis, past: Reader, known: Mapping[str, SignalValue | None] = NOTHING
) -> Situation:
    """Return the situation of an event.

    ``past`` answers what rules ask of the events before it; ``known`` are signals whose values are on record.
    """
    kind = kind_of(event)
    inputs = Inputs(event, basis.signals[kind], basis.lists, known)
    bindings = {
        "event": event,
        "lists": basis.lists_object,
        VARIABLE: past,
        **inputs.families(basis.families[kind]),
    }
    surface = unwatched(event, kind, basis.memory.switches)
    return Situation(event, kind, inputs, past, bindings, () if surface else basis.rules[kind], surface)


def situation_after(before: Iterable[Event], event: Event, basis: Basis) -> Situation:
    """Return the situation of an event that these others, and nothing else, came before."""
    memory = Memory(basis.memory, Keys(bytes(KEY_BYTES)))
    for earlier in before:
        bindings = situation_of(earlier, basis, memory.reader(earlier, earlier.at)).bindings
        memory.observe(earlier, earlier.at, bindings)
    return situation_of(event, basis, memory.reader(event, event.at))
