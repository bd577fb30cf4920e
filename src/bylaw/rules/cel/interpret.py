"""The reference interpreter: what a condition means.

Clear over fast: one method a kind of node, values in, a value out. CEL's errors are Python exceptions
here; only ``&&``, ``||``, ``all`` and ``exists`` catch them. The step budget is the one error that
nothing absorbs: it says that the answer was never reached.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from bylaw.rules.cel import tree
from bylaw.rules.cel.limits import LIST_LIMIT, STEP_LIMIT, WEIGHT_UNIT
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.values import CelError, Record, Value, from_python, key_of, type_name, value_of

Bindings = Mapping[str, Any]
Locals = Mapping[str, Value]
Watch = Callable[[Node, Sequence[Value], Value | CelError], None]


def evaluate(condition: Node, bindings: Bindings) -> Value:
    """Return the value of a condition's tree, with Python values bound to the names it declares.

    Objects are read by attribute, ``msgspec.UNSET`` being absent; a datetime becomes a timestamp when it
    is read. What is bound may raise ``CelError`` itself when it is read.

    Raises:
        CelError: the condition comes to an error; code ``budget`` if it takes more than STEP_LIMIT steps.
    """
    return Interpreter(bindings).value(condition, {})


class Interpreter:
    """One evaluation: the bindings, the steps left, and who watches."""

    def __init__(self, bindings: Bindings, watch: Watch | None = None, steps: int = STEP_LIMIT) -> None:
        self._bindings = bindings
        self._watch = watch
        self._steps = steps

    def spend(self, steps: int) -> None:
        """Take steps off the budget."""
        self._steps -= steps
        if self._steps < 0:
            raise CelError("budget", "the condition takes more steps than it may")

    def value(self, node: Node, names: Locals) -> Value:
        """Return the value of a node; ``names`` holds what comprehensions around it declare."""
        self.spend(1)
        if self._watch is None:
            return self._METHODS[type(node)](self, node, names)
        return self._watched(node, names, self._watch)

    def _watched(self, node: Node, names: Locals, watch: Watch) -> Value:
        if isinstance(node, tree.Call):
            return self._call(node, names)
        try:
            value = self._METHODS[type(node)](self, node, names)
        except CelError as error:
            watch(node, (), error)
            raise
        watch(node, (), value)
        return value

    def _truth(self, node: Node, names: Locals) -> bool:
        value = self.value(node, names)
        if not isinstance(value, bool):
            raise CelError("no_such_overload", f"true or false is wanted, not {type_name(value)}")
        return value

    def _constant(self, node: tree.Constant, _: Locals) -> Value:
        return node.value

    def _variable(self, node: tree.Variable, _: Locals) -> Value:
        if node.name not in self._bindings:
            raise CelError("unknown_name", f"nothing is bound to `{node.name}`")
        return from_python(self._bindings[node.name], node.type)

    def _local(self, node: tree.Local, names: Locals) -> Value:
        return names[node.name]

    def _select(self, node: tree.Select, names: Locals) -> Value:
        operand = self.value(node.operand, names)
        if isinstance(operand, Record):
            return operand.read(node.field)
        if not isinstance(operand, dict):
            raise CelError("no_such_overload", f"{type_name(operand)} has no fields")
        if node.field not in operand:
            raise CelError("no_such_key", f"no such key: `{node.field}`")
        return operand[node.field]

    def _has(self, node: tree.Has, names: Locals) -> Value:
        operand = self.value(node.operand, names)
        if isinstance(operand, Record):
            return operand.has(node.field)
        if not isinstance(operand, dict):
            raise CelError("no_such_overload", f"{type_name(operand)} has no fields")
        return node.field in operand

    def _call(self, node: tree.Call, names: Locals) -> Value:
        arguments: list[Value] = []
        try:
            for argument in node.arguments:
                arguments.append(self.value(argument, names))  # noqa: PERF401 - what came before an error is told
            value = self.carried_out(node, arguments)
        except CelError as error:
            if self._watch:
                self._watch(node, arguments, error)
            raise
        if self._watch:
            self._watch(node, arguments, value)
        return value

    def carried_out(self, node: tree.Call, arguments: Sequence[Value]) -> Value:
        """Return what a call comes to with the values of its arguments."""
        for overload in node.overloads:
            if overload.accepts(arguments):
                self.spend(overload.cost + _weight(arguments))
                meter = (self.spend,) if overload.metered else ()
                return overload.run(*arguments, *meter)
        if not node.overloads:
            raise CelError("unbound_function", f"nothing carries out `{node.function}`")
        given = ", ".join(map(type_name, arguments))
        raise CelError("no_such_overload", f"`{node.function}` does not take ({given})")

    def _logic(self, node: tree.Logic, names: Locals) -> Value:
        return self._fold(((operand, names) for operand in node.operands), decisive=node.operator == "||")

    def _fold(self, tests: Iterable[tuple[Node, Locals]], *, decisive: bool) -> bool:
        """The first decisive answer, else the first error, else the other answer."""
        failure: CelError | None = None
        for node, names in tests:
            try:
                if self._truth(node, names) == decisive:
                    return decisive
            except CelError as error:
                if error.code == "budget":
                    raise
                failure = failure or error
        if failure:
            raise failure
        return not decisive

    def _choice(self, node: tree.Choice, names: Locals) -> Value:
        return self.value(node.then if self._truth(node.test, names) else node.otherwise, names)

    def _list(self, node: tree.MakeList, names: Locals) -> Value:
        return [self.value(item, names) for item in node.items]

    def _map(self, node: tree.MakeMap, names: Locals) -> Value:
        made: dict[Value, Value] = {}
        for key_node, item_node in node.entries:
            key = key_of(self.value(key_node, names))
            if isinstance(key, float):
                raise CelError("bad_key", "a double is no key of a map")
            if key in made:
                raise CelError("repeated_key", "a map has the same key twice")
            made[key] = self.value(item_node, names)
        return made

    def _bind(self, node: tree.Bind, names: Locals) -> Value:
        return self.value(node.body, {**names, node.name: self.value(node.value, names)})

    def _comprehension(self, node: tree.Comprehension, names: Locals) -> Value:
        rounds = self._rounds(node, names)
        match node.quantifier:
            case "all" | "exists":
                return self._fold(((node.body, r) for r in rounds), decisive=node.quantifier == "exists")
            case "exists_one":
                return sum([self._truth(node.body, r) for r in rounds]) == 1
            case "list":
                return [self.value(node.body, r) for r in rounds]
            case "map":
                return {key_of(r[node.names[0]]): self.value(node.body, r) for r in rounds}

    def _rounds(self, node: tree.Comprehension, names: Locals) -> Iterator[Locals]:
        """The names of each round, those that the condition refuses left out."""
        walked = self.value(node.range, names)
        if isinstance(walked, list | tuple):
            pairs: Iterator[tuple[Value, Value]] = enumerate(walked)
        elif isinstance(walked, dict):
            pairs = ((value_of(key), item) for key, item in walked.items())
        else:
            raise CelError("no_such_overload", f"{type_name(walked)} cannot be walked over")
        if len(walked) > LIST_LIMIT:
            raise CelError("too_long", f"more than {LIST_LIMIT} items")
        single = 0 if isinstance(walked, dict) else 1
        for pair in pairs:
            self.spend(1)
            values = pair if len(node.names) == 2 else (pair[single],)
            inner = {**names, **dict(zip(node.names, values, strict=True))}
            if node.condition is None or self._truth(node.condition, inner):
                yield inner

    _METHODS: ClassVar[dict[type, Callable[["Interpreter", Any, Locals], Value]]] = {
        tree.Constant: _constant,
        tree.Variable: _variable,
        tree.Local: _local,
        tree.Select: _select,
        tree.Has: _has,
        tree.Call: _call,
        tree.Logic: _logic,
        tree.Choice: _choice,
        tree.MakeList: _list,
        tree.MakeMap: _map,
        tree.Bind: _bind,
        tree.Comprehension: _comprehension,
    }


def _weight(arguments: Sequence[Value]) -> int:
    """One step more for every WEIGHT_UNIT characters or items that a function is given."""
    return sum(len(a) for a in arguments if isinstance(a, _SIZED)) // WEIGHT_UNIT


_SIZED = (str, bytes, list, tuple, dict)
