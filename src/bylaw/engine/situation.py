"""An event as the rules of a book see it: its fields, its signals, the lists, and what came before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bylaw.engine.basis import Basis
from bylaw.engine.inputs import Inputs
from bylaw.engine.memory.functions import VARIABLE
from bylaw.engine.memory.reader import Reader
from bylaw.events.event import Event
from bylaw.events.kinds import kind_of


@dataclass(frozen=True, slots=True)
class Situation:
    """One event, ready for conditions. ``bindings`` are the names they use; what is read is remembered."""

    event: Event
    kind: str
    inputs: Inputs
    past: Reader | None
    bindings: Mapping[str, Any]


def situation_of(event: Event, basis: Basis, past: Reader | None = None) -> Situation:
    """Return the situation of an event. Without ``past`` a question about it is an error of the rule."""
    kind = kind_of(event)
    inputs = Inputs(event, basis.signals[kind], basis.lists)
    bindings = {
        "event": event,
        "lists": basis.lists_object,
        VARIABLE: past,
        **inputs.families(basis.families[kind]),
    }
    return Situation(event, kind, inputs, past, bindings)
