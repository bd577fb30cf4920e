"""What a condition may name, for each event kind: the event's fields, its signals, the lists, functions."""

from collections.abc import Iterable
from types import SimpleNamespace

from bylaw.engine.functions import FUNCTIONS
from bylaw.engine.memory.functions import FUNCTIONS as MEMORY_FUNCTIONS
from bylaw.engine.types import TYPES
from bylaw.events.kinds import FieldSpec, Kind
from bylaw.rules.cel.environment import Environment
from bylaw.rules.cel.types import Field, ObjectType, Type
from bylaw.signals.registry import signals_for
from bylaw.signals.signal import Lists, Signal


def environment_for(kind: Kind, lists: Lists) -> Environment:
    """Return the names and functions of a condition over events of one kind."""
    return Environment(
        variables={
            "event": ObjectType(kind.name, {name: _field(spec) for name, spec in kind.fields.items()}),
            "lists": ObjectType("lists", {name: Field(TYPES["list(string)"]) for name in lists}),
            **_families(signals_for(kind).values()),
        },
        functions=(*FUNCTIONS, *MEMORY_FUNCTIONS),
    )


def lists_object(lists: Lists) -> SimpleNamespace:
    """Return what ``lists`` stands for in a condition."""
    return SimpleNamespace(**lists)


def _field(spec: FieldSpec) -> Field:
    return Field(TYPES[spec.type], optional=spec.optional, personal=spec.personal)


def _families(signals: Iterable[Signal]) -> dict[str, Type]:
    members: dict[str, dict[str, Field]] = {}
    for signal in signals:
        members.setdefault(signal.family, {})[signal.member] = Field(
            TYPES[signal.type], personal=signal.personal
        )
    return {family: ObjectType(family, fields) for family, fields in members.items()}
