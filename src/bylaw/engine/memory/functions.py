"""The functions by which conditions read the memory: their names, types and costs.

A condition is checked with them as they are written, ``count("message.sent", event.actor, duration("1h"))``.
Then ``reads.bind`` gives each call a first argument that nobody writes, the variable ``memory``, which is
bound to a ``reader.Reader`` for each event; a call that was not bound is an error.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bylaw.rules.cel.functions import Function, Overload
from bylaw.rules.cel.types import (
    BOOL,
    DOUBLE,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    ObjectType,
    Type,
    list_of,
)
from bylaw.rules.cel.values import CelError, Record, Value

VARIABLE = "memory"  # what a Reader is bound to
MEMORY = ObjectType(VARIABLE, {})

Role = Literal["counter", "field", "key", "text", "account", "window"]
WRITTEN: frozenset[Role] = frozenset({"counter", "field", "window"})  # in the rule itself, for all events

_TYPES: Mapping[Role, tuple[Type, ...]] = {
    "counter": (STRING,),
    "field": (STRING,),
    "key": (STRING, INT),
    "text": (STRING,),
    "account": (STRING,),
    "window": (DURATION,),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One function. ``table`` names what is kept to answer it; ``cost`` is in steps."""

    name: str
    roles: tuple[Role, ...]
    result: Type
    table: str
    cost: int
    doc: str


_COUNTED: tuple[Role, ...] = ("counter", "key", "window")
_FIELD: tuple[Role, ...] = ("counter", "field", "key", "window")

QUESTIONS: Mapping[str, Question] = {
    row.name: row
    for row in (
        Question("count", _COUNTED, INT, "moments", 5, "how many events of a counter a key had"),
        Question("rate", _COUNTED, DOUBLE, "moments", 5, "the same, by the hour"),
        Question("distinct", _FIELD, INT, "values", 100, "how many different values a field had"),
        Question("sum", _FIELD, DOUBLE, "amounts", 20, "the sum of a field"),
        Question("known", ("counter", "key"), BOOL, "firsts", 2, "whether the key was ever counted"),
        Question("first_seen", ("counter", "key"), TIMESTAMP, "firsts", 2, "when it was counted first"),
        Question(
            "near_duplicates",
            ("counter", "text", "window"),
            INT,
            "texts",
            500,
            "how many texts were nearly the same",
        ),
        Question("knows", ("account", "account"), BOOL, "relations", 10, "whether `a` is no stranger to `b`"),
        Question("related_by", ("account", "account"), list_of(STRING), "relations", 10, "why that is so"),
    )
}
NAMES: frozenset[str] = frozenset(QUESTIONS)


def bound(overload: Overload, name: str) -> Overload:
    """Return an overload that asks the reader it is given first."""
    return replace(
        overload,
        id=f"memory.{overload.id}",
        parameters=(MEMORY, *overload.parameters),
        run=_ASKING[name],
    )


def _asking(name: str) -> Callable[..., Value]:
    def run(memory: Record, *arguments: Value) -> Value:
        return memory.target.ask(name, *arguments)

    return run


_ASKING: Mapping[str, Callable[..., Value]] = {name: _asking(name) for name in QUESTIONS}


def _unbound(*_: Value) -> Value:
    raise CelError("no_memory", "the condition was not bound to a memory")


def _overloads(row: Question) -> tuple[Overload, ...]:
    several = max(len(_TYPES[role]) for role in row.roles)
    return tuple(
        Overload(
            id=f"{row.name}_{_TYPES['key'][index]}" if several > 1 else row.name,
            parameters=tuple(_TYPES[role][index if len(_TYPES[role]) > 1 else 0] for role in row.roles),
            result=row.result,
            run=_unbound,
            cost=row.cost,
        )
        for index in range(several)
    )


def _declared(row: Question) -> Function:
    return Function(name=row.name, overloads=_overloads(row), personal="never", doc=row.doc)


FUNCTIONS: tuple[Function, ...] = tuple(map(_declared, QUESTIONS.values()))
