"""What is counted: events of some kinds, filtered or not, under a key. The definition, not the numbers.

Each kind of event is a counter of its own name, by ``event.actor``. A book declares more::

    counters:
      - {id: linked-mail, on: message.sent, where: urls.count > 0, by: event.actor}

``where`` is the inner filter: an event that it refuses is never counted. A test beside a reading in a
rule's condition is the outer one: it says for which events the number is asked, not what is in it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from bylaw.base.canonical import digest_of
from bylaw.base.errors import NOWHERE, Problem, Problems, Where
from bylaw.base.spelling import did_you_mean
from bylaw.engine.memory.functions import NAMES
from bylaw.rules.cel import tree
from bylaw.rules.cel.condition import Condition, compile_condition
from bylaw.rules.cel.environment import Environment
from bylaw.rules.cel.types import BOOL, DYN, INT, STRING, Type

Bindings = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """One counter, by the kinds it counts. ``definition`` is the digest of what it was written as."""

    id: str
    where: Mapping[str, Condition | None]
    by: Mapping[str, Condition]
    definition: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of events it counts."""
        return tuple(self.by)


def declare_counter(
    name: str,
    *,
    on: Sequence[str],
    where: str = "",
    by: str = "event.actor",
    environments: Mapping[str, Environment],
    place: Where = NOWHERE,
) -> Counter:
    """Return a counter as a book declares it.

    Args:
        name: its id; a book gives no counter the name of a kind.
        on: the kinds of events that it counts.
        where: a condition on them; empty counts all.
        by: an expression for the key, a string or an int. An event without one is not counted.
        environments: the names of a condition, by kind.
        place: the declaration's place, for errors.

    Raises:
        Problems: everything that is wrong with the declaration.
    """
    problems: list[Problem] = []
    for kind in on:
        if kind not in environments:
            message = f"unknown event kind `{kind}`"
            hint = did_you_mean(kind, environments)
            problems.append(Problem(code="counter.unknown_kind", message=message, where=place, hint=hint))
    known = [kind for kind in on if kind in environments]
    compiled = {kind: _both(where, by, environments[kind], place, problems) for kind in known}
    if problems or not compiled:
        raise Problems(dict.fromkeys(problems) or [_nothing(name, place)])
    return Counter(
        id=name,
        where={kind: filtered for kind, (filtered, _) in compiled.items()},
        by={kind: key for kind, (_, key) in compiled.items() if key},
        definition=digest_of([name, sorted(on), where.split(), by.split()]),
    )


def kind_counters(environments: Mapping[str, Environment]) -> Mapping[str, Counter]:
    """Return the counters that need no declaration: each kind, by who did it."""
    return {
        kind: declare_counter(kind, on=[kind], environments={kind: environment})
        for kind, environment in environments.items()
    }


def key_reader(key: Condition) -> Callable[[Any, Bindings], Any] | None:
    """Return what reads a key that is a field of the event, ``UNSET`` if absent; nothing for other keys."""
    node = key.tree
    if isinstance(node, tree.Select) and tree.names_used(node) == {("event", node.field)}:
        field = attrgetter(node.field)
        return lambda event, _: field(event)
    return None


def _nothing(name: str, place: Where) -> Problem:
    message = f"the counter `{name}` counts no kind of event"
    return Problem(code="counter.no_kind", message=message, where=place, hint="name kinds in `on`")


def _both(
    where: str, by: str, environment: Environment, place: Where, problems: list[Problem]
) -> tuple[Condition | None, Condition | None]:
    filtered = _compiled(where, environment, place, BOOL, problems) if where else None
    key = _compiled(by, environment, place, DYN, problems)
    if key and key.type not in (STRING, INT):
        message = f"the key of a counter is string or int, not {key.type}"
        problems.append(Problem(code="counter.key", message=message, where=place, hint="see `by`"))
    return filtered, key


def _compiled(
    source: str, environment: Environment, place: Where, expected: Type, problems: list[Problem]
) -> Condition | None:
    try:
        condition = compile_condition(source, environment, where=place, expected=expected)
    except Problems as error:
        problems.extend(error.problems)
        return None
    problems.extend(_circles(condition))
    return condition


def _circles(condition: Condition) -> Iterable[Problem]:
    for name in sorted(tree.functions_used(condition.tree) & NAMES):
        message = f"a counter cannot read `{name}`: what is counted would depend on the count"
        yield Problem(code="counter.reads_memory", message=message, where=condition.where)
