"""What the rules of a book ask of the memory: found in their typed trees, checked, and made ready to run.

Names of counters, names of fields and lengths of windows are written in the rule itself, so they are
checked before anything runs, and the memory keeps only what some rule can ask for.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from bylaw.base.spelling import did_you_mean
from bylaw.engine.memory.bounds import LONGEST, SHORTEST
from bylaw.engine.memory.counters import Counter
from bylaw.engine.memory.functions import MEMORY, NAMES, QUESTIONS, VARIABLE, WRITTEN, Role, bound
from bylaw.events.kinds import Kind
from bylaw.rules.cel import tree
from bylaw.rules.cel.condition import Condition
from bylaw.rules.cel.interpret import evaluate
from bylaw.rules.cel.moments import write_duration
from bylaw.rules.cel.source import Finding, Source
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.values import CelError, Duration, Value


@dataclass(frozen=True, slots=True, order=True)
class Read:
    """One thing that rules ask: of which table, over how long (microseconds; 0 for ever)."""

    table: str
    counter: str = ""
    field: str = ""
    window: int = 0


def bind(condition: Condition, counters: Mapping[str, Counter], kinds: Mapping[str, Kind]) -> Condition:
    """Return the condition as it runs with ``memory`` bound to a reader.

    Args:
        condition: checked with ``functions.FUNCTIONS`` in its environment.
        counters: those that the book has, by id; kinds are counters too.
        kinds: the kinds of events, for the fields of counters.

    Raises:
        Problems: ``memory.unknown_counter``, ``memory.unknown_field``, ``memory.window``,
            ``memory.not_written``.
    """
    if not tree.functions_used(condition.tree) & NAMES:
        return condition
    binder = _Binder(counters, kinds)
    bound_tree = binder.node(condition.tree)
    if binder.findings:
        raise Source(condition.source, condition.where).problems(binder.findings)
    return replace(condition, tree=bound_tree)


def reads_in(condition: Condition) -> frozenset[Read]:
    """Return what a bound condition asks; nothing for one that asks nothing."""
    calls = (node for node in tree.walk(condition.tree) if isinstance(node, tree.Call))
    return frozenset(_read(call) for call in calls if call.function in NAMES)


def _read(call: tree.Call) -> Read:
    row = QUESTIONS[call.function]
    given = zip(row.roles, call.arguments[1:], strict=True)
    written = {role: node.value for role, node in given if isinstance(node, tree.Constant)}
    window = written.get("window", Duration(0))
    return Read(row.table, written.get("counter", ""), written.get("field", ""), window.ns // 1_000)


class _Binder:
    def __init__(self, counters: Mapping[str, Counter], kinds: Mapping[str, Kind]) -> None:
        self._counters = counters
        self._kinds = kinds
        self.findings: list[Finding] = []

    def node(self, node: Node) -> Node:
        node = _with_children(node, self.node)
        if not isinstance(node, tree.Call) or node.function not in NAMES:
            return node
        roles = QUESTIONS[node.function].roles
        written = {
            role: self._written(argument, role)
            for role, argument in zip(roles, node.arguments, strict=True)
            if role in WRITTEN
        }
        if None not in written.values():
            self._check(node, written)
        arguments = (
            tree.Constant(type=argument.type, span=argument.span, value=written[role])
            if role in written
            else argument
            for role, argument in zip(roles, node.arguments, strict=True)
        )
        memory = tree.Variable(type=MEMORY, span=node.span, name=VARIABLE)
        overloads = tuple(bound(overload, node.function) for overload in node.overloads)
        return replace(node, overloads=overloads, arguments=(memory, *arguments))

    def _complain(self, node: Node, code: str, message: str, hint: str = "") -> None:
        self.findings.append(Finding(f"memory.{code}", node.span.start, message, hint))

    def _written(self, node: Node, role: Role) -> Value:
        """The value of an argument that is the same for every event; nothing if it is not."""
        if not any(isinstance(part, tree.Variable | tree.Local) for part in tree.walk(node)):
            try:
                return evaluate(node, {})
            except CelError as error:
                self._complain(node, "not_written", error.message)
                return None
        hints = {"counter": '`"message.sent"`', "field": '`"recipient"`', "window": '`duration("1h")`'}
        message = f"the {role} is the same for every event, so it is written out"
        self._complain(node, "not_written", message, f"such as {hints[role]}")
        return None

    def _check(self, node: tree.Call, written: Mapping[Role, Value]) -> None:
        places = dict(zip(QUESTIONS[node.function].roles, node.arguments, strict=True))
        window = written.get("window")
        if isinstance(window, Duration) and not SHORTEST * 1_000 <= window.ns <= LONGEST * 1_000:
            shortest, longest = (write_duration(Duration(bound * 1_000)) for bound in (SHORTEST, LONGEST))
            message = f"a window of {write_duration(window)} is not kept"
            self._complain(places["window"], "window", message, f"from {shortest} to {longest}")
        counter = self._counters.get(written.get("counter", ""))
        if counter:
            self._check_fields(node, counter, places, written)
        elif "counter" in places:
            message = f"unknown counter `{written['counter']}`"
            hint = did_you_mean(written["counter"], self._counters)
            self._complain(places["counter"], "unknown_counter", message, hint)

    def _check_fields(
        self, node: tree.Call, counter: Counter, places: Mapping[Role, Node], written: Mapping[Role, Value]
    ) -> None:
        name = "text" if node.function == "near_duplicates" else written.get("field")
        if name is None:
            return
        allowed = _ALLOWED[node.function]
        for kind in counter.kinds:
            fields = self._kinds[kind].fields
            usable = {field for field, spec in fields.items() if not allowed or spec.type in allowed}
            if name not in usable:
                what = f"no {' or '.join(allowed)} field" if allowed else "no field"
                self._complain(
                    places.get("field", places["counter"]),
                    "unknown_field",
                    f"{kind} has {what} `{name}`",
                    did_you_mean(name, usable),
                )


_ALLOWED: Mapping[str, tuple[str, ...]] = {
    "sum": ("int", "double"),
    "distinct": (),
    "near_duplicates": ("string",),
}


def _with_children(node: Node, change: Callable[[Node], Node]) -> Node:  # noqa: PLR0911 - one for each kind of node
    """Return a node with each of those directly below it changed."""
    match node:
        case tree.Select() | tree.Has():
            return replace(node, operand=change(node.operand))
        case tree.Call():
            return replace(node, arguments=_each(node.arguments, change))
        case tree.Logic():
            return replace(node, operands=_each(node.operands, change))
        case tree.Choice():
            test, then, otherwise = _each((node.test, node.then, node.otherwise), change)
            return replace(node, test=test, then=then, otherwise=otherwise)
        case tree.MakeList():
            return replace(node, items=_each(node.items, change))
        case tree.MakeMap():
            return replace(node, entries=tuple((change(key), change(item)) for key, item in node.entries))
        case tree.Comprehension():
            condition = change(node.condition) if node.condition else None
            return replace(node, range=change(node.range), condition=condition, body=change(node.body))
        case tree.Bind():
            return replace(node, value=change(node.value), body=change(node.body))
        case _:
            return node


def _each(nodes: Iterable[Node], change: Callable[[Node], Node]) -> tuple[Node, ...]:
    return tuple(map(change, nodes))
