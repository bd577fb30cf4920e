"""What a condition compared, where it is known to have an answer: as ``evaluate_traced`` tells it, sooner.

The tree becomes functions that call each other, once: what a part was written as, and whether it tells anything,
is known beforehand. Comprehensions and what else is rare are left to the interpreter.

There is no budget here: whoever asks knows that the interpreter comes to an answer within its own.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import UNSET

from bylaw.rules.cel import tree
from bylaw.rules.cel.condition import Condition
from bylaw.rules.cel.explain import Comparison, teller, tells, watcher
from bylaw.rules.cel.interpret import Bindings, Interpreter
from bylaw.rules.cel.limits import COMPARISON_LIMIT
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.types import ObjectType
from bylaw.rules.cel.values import CelError, Value, from_python, type_name

Seen = list[Comparison]
Step = Callable[[Bindings, Seen], Value]
Trace = Callable[[Bindings], tuple[Comparison, ...]]

_AS_THEY_ARE: Final = frozenset({str, bool, float, bytes})  # Python's values are the language's
_CLASSES: Final = {"string": str, "int": int, "bool": bool, "double": float}


def tracer(condition: Condition) -> Trace:
    """Return a function that gives the comparisons of ``evaluate_traced`` for the same bindings.

    Only for bindings that the interpreter has an answer for.
    """
    step = _step(condition, condition.tree)

    def trace(bindings: Bindings) -> tuple[Comparison, ...]:
        seen: Seen = []
        step(bindings, seen)
        return tuple(seen[:COMPARISON_LIMIT])

    return trace


def _step(condition: Condition, node: Node) -> Step:
    return _STEPS.get(type(node), _interpreted)(condition, node)


def _interpreted(condition: Condition, node: Node) -> Step:
    return lambda bindings, seen: Interpreter(bindings, watcher(condition, seen)).value(node, {})


def _constant(_: Condition, node: tree.Constant) -> Step:
    value = node.value
    return lambda _bindings, _seen: value


def _list(condition: Condition, node: tree.MakeList) -> Step:
    values = [item.value for item in node.items if isinstance(item, tree.Constant)]
    if len(values) < len(node.items):
        return _interpreted(condition, node)
    return lambda _bindings, _seen: values


def _variable(condition: Condition, node: tree.Variable) -> Step:
    name, kind = node.name, node.type
    if not isinstance(kind, ObjectType):
        return _interpreted(condition, node)
    return lambda bindings, _seen: from_python(bindings[name], kind)


def _field(condition: Condition, node: tree.Select | tree.Has) -> Step:
    """A field of an object that has a name: an event's, a list, a signal."""
    above, field, kind = node.operand, node.field, node.type
    owner = above.type
    if not isinstance(above, tree.Variable) or not isinstance(owner, ObjectType) or field not in owner.fields:
        return _interpreted(condition, node)
    name = above.name

    def has(bindings: Bindings, _: Seen) -> Value:
        return getattr(bindings[name], field, UNSET) is not UNSET

    def read(bindings: Bindings, _: Seen) -> Value:
        value = getattr(bindings[name], field, UNSET)
        if value is UNSET:
            raise CelError("no_such_key", f"no such key: `{field}`")
        return value if value.__class__ in _AS_THEY_ARE else from_python(value, kind)

    step = has if isinstance(node, tree.Has) else read
    return _told(condition, node, step) if tells(node) else step


def _told(condition: Condition, node: tree.Select | tree.Has, read: Step) -> Step:
    """A part that is true or false by itself: two things can be told of it, and errors."""
    tell = teller(condition, node)
    yes, no = tell((), True), tell((), False)

    def step(bindings: Bindings, seen: Seen) -> Value:
        try:
            value = read(bindings, seen)
        except CelError as error:
            seen.append(tell((), error))
            raise
        seen.append(yes if value is True else no if value is False else tell((), value))
        return value

    return step


def _call(condition: Condition, node: tree.Call) -> Step:
    steps, carry = [_step(condition, argument) for argument in node.arguments], _carrier(node)
    if not tells(node):
        return lambda bindings, seen: carry([step(bindings, seen) for step in steps])
    tell = teller(condition, node)

    def step(bindings: Bindings, seen: Seen) -> Value:
        arguments: list[Value] = []
        try:
            for each in steps:
                arguments.append(each(bindings, seen))  # noqa: PERF401 - what came before an error is told
            value = carry(arguments)
        except CelError as error:
            seen.append(tell(arguments, error))
            raise
        seen.append(tell(arguments, value))
        return value

    return step


def _carrier(node: tree.Call) -> Callable[[Sequence[Value]], Value]:
    """What carries a call out: at once, where it has one overload that takes plain values, and is given such."""
    overload = node.overloads[0] if len(node.overloads) == 1 else None
    if overload is None or overload.metered or overload.loose:
        return lambda arguments: Interpreter({}).carried_out(node, arguments)
    run, wanted = overload.run, [_CLASSES.get(parameter.name) for parameter in overload.parameters]

    def carry(arguments: Sequence[Value]) -> Value:
        if [value.__class__ for value in arguments] == wanted:
            return run(*arguments)
        return Interpreter({}).carried_out(node, arguments)

    return carry


def _logic(condition: Condition, node: tree.Logic) -> Step:
    """See ``Interpreter``: the first decisive answer, else the first error, else the other answer."""
    steps, decisive = [_step(condition, operand) for operand in node.operands], node.operator == "||"

    def step(bindings: Bindings, seen: Seen) -> Value:
        failure: CelError | None = None
        for each in steps:
            try:
                if _truth(each(bindings, seen)) is decisive:
                    return decisive
            except CelError as error:
                failure = failure or error
        if failure:
            raise failure
        return not decisive

    return step


def _choice(condition: Condition, node: tree.Choice) -> Step:
    test, then, otherwise = (_step(condition, part) for part in (node.test, node.then, node.otherwise))
    return lambda bindings, seen: (then if _truth(test(bindings, seen)) else otherwise)(bindings, seen)


def _truth(value: Value) -> bool:
    if value.__class__ is not bool:
        raise CelError("no_such_overload", f"true or false is wanted, not {type_name(value)}")
    return bool(value)


_STEPS: Final[dict[type, Callable[[Condition, Any], Step]]] = {
    tree.Constant: _constant,
    tree.Variable: _variable,
    tree.Select: _field,
    tree.Has: _field,
    tree.Call: _call,
    tree.Logic: _logic,
    tree.Choice: _choice,
    tree.MakeList: _list,
}
