"""From the typed tree of a condition to an expression of Python.

What is written has the condition's value or raises; when it raises, the rule is interpreted. So errors
need no value of their own here: ``&&`` is ``and``, and an error that another operand would have absorbed
is absorbed by the interpreter. Operands that read no signal are tried in the order of their cost, those
that cannot raise first.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from bylaw.rules.cel import tree
from bylaw.rules.cel.interpret import evaluate
from bylaw.rules.cel.standard import STANDARD
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.types import INT, STRING, ObjectType, list_of
from bylaw.rules.cel.values import CelError, Duration, Timestamp
from bylaw.rules.compile.bounds import is_text_field, walks_over_texts
from bylaw.rules.compile.estimate import Estimates, proven
from bylaw.rules.compile.inline import compares_flat, settled, template
from bylaw.rules.compile.inputs import Fields
from bylaw.rules.compile.reading import class_of, free, island, reader
from bylaw.rules.compile.scan import Lists, known_argument
from bylaw.rules.compile.sharing import Sharing
from bylaw.rules.compile.written import Names, Place, Written, joined, strict

_FOLDED = (bool, int, str, Timestamp, Duration)
_ISLAND_COST = 1_000
_CALL_COST = 20
_READ_COST = 30


class Writer:
    """Writes the conditions of one event kind, one after the other, sharing what they have in common."""

    def __init__(
        self,
        *,
        names: Names,
        fields: Fields,
        sharing: Sharing,
        lists: Lists,
        estimates: Estimates,
    ) -> None:
        self.names = names
        self.fields = fields
        self.sharing = sharing
        self.lists = lists
        self.estimates = estimates
        self.rounds = 0  # items of a list that the rule at hand may walk over

    def write(self, node: Node, place: Place) -> Written:
        """Return the expression of a node, by the name of a shared value where there is one."""
        return self.sharing.shared(node, place, self._written)

    def _written(self, node: Node, place: Place) -> Written:
        return (
            self._settled_early(node)
            or self._METHODS[type(node)](self, node, place)
            or self._island(node, place)
        )

    def _settled_early(self, node: Node) -> Written | None:
        """A call of CEL's own functions on values that are written out, such as ``duration("1h")``."""
        if not isinstance(node, tree.Call) or not all(map(_fixed, tree.walk(node))):
            return None
        try:
            value = evaluate(node, {})
        except CelError:
            return None
        return Written(self.names.constant(value)) if value.__class__ in _FOLDED else None

    def _constant(self, node: tree.Constant, _: Place) -> Written:
        return Written(self.names.constant(node.value))

    def _variable(self, node: tree.Variable, _: Place) -> Written | None:
        return self._reading(f"bindings[{node.name!r}]", node)

    def _reading(self, code: str, node: Node, *, loud: bool = False) -> Written | None:
        read = reader(node.type)
        if read is None:
            return None
        name = self.names.name("F", ("read", str(node.type)), read, f"reads {node.type}")
        return Written(f"{name}({code})", cost=_READ_COST, fallible=True, loud=loud)

    def _local(self, node: tree.Local, place: Place) -> Written:
        return Written(place.names[node.name])

    def _select(self, node: tree.Select, place: Place) -> Written | None:
        above = node.operand
        if above.type.name == "map":
            operand = self.write(above, place)
            return Written(
                f"{operand.code}[{node.field!r}]", operand.cost + 3, fallible=True, loud=operand.loud
            )
        if not isinstance(above, tree.Variable) or not isinstance(above.type, ObjectType):
            return None
        if above.name == "event":
            return self.fields.read(node, place, self._reading)
        if above.name == "lists" and node.field in self.lists:
            entries = self.lists[node.field]
            return Written(self.names.name("C", ("list", node.field), entries, f"lists.{node.field}"))
        if above.name == "lists":
            return self._reading(f"bindings['lists'].{node.field}", node)
        return self._reading(f"bindings[{above.name!r}]({above.name + '.' + node.field!r})", node, loud=True)

    def _has(self, node: tree.Has, place: Place) -> Written | None:
        above = node.operand
        if isinstance(above, tree.Variable) and above.name == "event":
            return self.fields.has(node)
        if above.type.name == "map":
            operand = self.write(above, place)
            return replace(operand, code=f"({node.field!r} in {operand.code})", cost=operand.cost + 3)
        return None

    def _call(self, node: tree.Call, place: Place) -> Written | None:
        found = (
            self.sharing.scanned(node, place, self.write)
            or self.sharing.end(node, place, self.write)
            or self._member(node, place)
        )
        if found:
            return found
        inline = template(node)
        if inline:
            arguments = self._arguments(node, place)
            needs = arguments[0].needs if _is_more_than_nothing(node) else None
            return replace(strict(inline, arguments, cost=2, fallible=False), needs=needs)
        if compares_flat(node):
            run = node.overloads[0].run
            name = self.names.name("F", ("flat", run), lambda a, b: run(a, b, free), f"`{node.function}`")
            return strict(
                f"{name}({{0}}, {{1}})", self._arguments(node, place), cost=_CALL_COST, fallible=False
            )
        overload = settled(node)
        if overload is None:
            return None
        name = self.names.name("F", overload.run, overload.run, f"`{node.function}` ({overload.id})")
        slots = ", ".join(f"{{{n}}}" for n in range(len(node.arguments)))
        cost = _CALL_COST * (1 + overload.cost)
        counted = self.sharing.worth_counting(node, place, self.write)
        inside = replace(place, certain=False) if counted else place
        call = strict(f"{name}({slots})", self._arguments(node, inside), cost=cost, fallible=True)
        call = replace(call, loud=self.estimates.loud(node))
        return (
            replace(call, code=f"({call.code} if {counted.code} else 0)", needs=counted.needs)
            if counted
            else call
        )

    def _arguments(self, node: tree.Call, place: Place) -> list[Written]:
        written: list[Written] = []
        for argument in node.arguments:
            before = place.certain and not any(each.fallible or each.loud for each in written)
            written.append(self.write(argument, replace(place, certain=before)))
        return written

    def _member(self, node: tree.Call, place: Place) -> Written | None:
        """``x in [...]`` of texts or integers that are all known: a look into a set."""
        if node.function != "@in":
            return None
        if node.arguments[0].type == INT:
            return self._number_in(node, place)
        if node.arguments[0].type != STRING:
            return None
        entries = known_argument(node.arguments[1], self.lists)
        if not isinstance(entries, tuple):
            if node.arguments[1].type != list_of(STRING):
                return None
            return strict("{0} in {1}", self._arguments(node, place), cost=10, fallible=False)
        name = self.names.name(
            "C", ("set", entries), frozenset(entries), f"the {len(entries)} texts of a list"
        )
        return strict(f"{{0}} in {name}", [self.write(node.arguments[0], place)], cost=3, fallible=False)

    def _number_in(self, node: tree.Call, place: Place) -> Written | None:
        listed = node.arguments[1]
        items = listed.items if isinstance(listed, tree.MakeList) else ()
        numbers = frozenset(
            item.value for item in items if isinstance(item, tree.Constant) and item.type == INT
        )
        if not items or not all(isinstance(item, tree.Constant) and item.type == INT for item in items):
            return None
        name = self.names.name("C", ("numbers", numbers), numbers, f"the {len(numbers)} numbers of a list")
        return strict(f"{{0}} in {name}", [self.write(node.arguments[0], place)], cost=3, fallible=False)

    def _logic(self, node: tree.Logic, place: Place) -> Written | None:
        if any(operand.type.name != "bool" for operand in node.operands):
            return None
        both = node.operator == "&&"
        known = place.present
        likely = known.union(*map(proven, node.operands)) if both else known
        ordered: list[Written] = []
        for operand in self.estimates.in_order(node.operands, likely, self.sharing.is_scanned):
            ordered.append(
                self.write(operand, replace(place, certain=place.certain and not ordered, present=known))
            )
            known |= proven(operand) if both else frozenset()
        return joined(ordered, both=both)

    def _choice(self, node: tree.Choice, place: Place) -> Written | None:
        if node.test.type.name != "bool":
            return None
        branch = replace(place, certain=False)
        parts = [
            self.write(node.test, place),
            self.write(node.then, branch),
            self.write(node.otherwise, branch),
        ]
        return strict("{1} if {0} else {2}", parts, cost=1, fallible=False)

    def _bind(self, node: tree.Bind, place: Place) -> Written:
        name = self.names.fresh("x")
        value = self.write(node.value, place)
        inside = replace(place, certain=False, inner=True, names={**place.names, node.name: name})
        body = self.write(node.body, inside)
        return strict(f"(lambda {name}: {{1}})({{0}})", [value, body], cost=5, fallible=False)

    def _comprehension(self, node: tree.Comprehension, place: Place) -> Written | None:
        if not walks_over_texts(node):
            return None
        name = self.names.fresh("x")
        walked = self.write(node.range, replace(place, inner=True))  # no name can be assigned there either
        inside = replace(place, certain=False, inner=True, names={**place.names, node.names[0]: name})
        body = self.write(node.body, inside)
        condition = self.write(node.condition, inside) if node.condition else Written("True")
        where = f" if {condition.code}" if node.condition else ""
        texts = {self.write(n, inside).code for n in tree.walk(node) if is_text_field(n)}
        items = f"for {name} in walked({', '.join([walked.code, str(self.rounds), *sorted(texts)])}){where}"
        code = _QUANTIFIED[node.quantifier].format(body=body.code, items=items)
        loud = walked.loud or body.loud or condition.loud
        return Written(code, cost=walked.cost + 100 * (body.cost + condition.cost), fallible=True, loud=loud)

    def _list(self, node: tree.MakeList, _: Place) -> Written | None:
        """A list that is written out; functions take a tuple for a list."""
        if not all(isinstance(item, tree.Constant) for item in node.items):
            return None
        items = tuple(item.value for item in node.items if isinstance(item, tree.Constant))
        key = ("items", str(node.type), tuple((item.__class__, repr(item)) for item in items))
        return Written(self.names.name("C", key, items, f"{len(items)} items that are written out"))

    def _nothing(self, _: Node, __: Place) -> None:
        return None

    def _island(self, node: Node, place: Place) -> Written:
        """The interpreter's value of an expression that generated code does not know how to write."""
        name = self.names.name("F", ("island", id(node)), island(node, class_of(node.type)), "interpreted")
        given = ", ".join(f"{outer!r}: {inner}" for outer, inner in sorted(place.names.items()))
        return Written(f"{name}(bindings, {{{given}}})", cost=_ISLAND_COST, fallible=True, loud=True)

    _METHODS: ClassVar[dict[type, Callable[["Writer", Any, Place], Written | None]]] = {
        tree.Constant: _constant,
        tree.Variable: _variable,
        tree.Local: _local,
        tree.Select: _select,
        tree.Has: _has,
        tree.Call: _call,
        tree.Logic: _logic,
        tree.Choice: _choice,
        tree.MakeList: _list,
        tree.MakeMap: _nothing,
        tree.Bind: _bind,
        tree.Comprehension: _comprehension,
    }


_QUANTIFIED = {
    "all": "all({body} {items})",
    "exists": "any({body} {items})",
    "exists_one": "([{body} {items}].count(True) == 1)",
    "list": "[{body} {items}]",
}


def _is_more_than_nothing(node: tree.Call) -> bool:
    """Tell whether a call is ``x > c`` with a constant that 0 is not more than."""
    if node.overloads[0].id != "greater_int64" or not isinstance(node.arguments[1], tree.Constant):
        return False
    return bool(node.arguments[1].value >= 0)


def _fixed(node: Node) -> bool:
    return isinstance(node, tree.Constant) or (isinstance(node, tree.Call) and node.function in STANDARD)
