"""From a query to conditions on indexed columns: what can be asked of the tables, with the same answer as the interpreter's.

A value that is absent is an error to the interpreter and NULL to SQL. Both let an operand of ``&&`` and ``||`` that decides
stand, and neither takes what comes to none: so they agree, and ``!`` may be handed on.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from bylaw.finding.index import DECISIONS, NAMES
from bylaw.rules.cel import tree
from bylaw.rules.cel.interpret import evaluate
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.types import BOOL, INT, STRING, TIMESTAMP
from bylaw.rules.cel.values import CelError, Timestamp, Value

Truth = sa.ColumnElement[bool]
Alias = Callable[[str], str]  # the service's id of an account → the record's; empty if it has none

_COLUMNS: Final[Mapping[str, sa.Column[Any]]] = {
    "kind": DECISIONS.c.kind,
    "outcome": DECISIONS.c.outcome,
    "account": DECISIONS.c.person,
    "seq": DECISIONS.c.seq,
    "at": DECISIONS.c.at,
    "recorded": DECISIONS.c.recorded,
    "degraded": DECISIONS.c.degraded,
}
_LISTS: Final[Mapping[str, str]] = {  # → what its names stand under
    "rules": "rule",
    "shadow": "shadow",
    "clauses": "clause",
    "effects": "effect",
    "accounts": "person",
}
_WAYS: Final[Mapping[str, str]] = {"kind": "kind", "account": "person"}
_MIRRORED: Final = {
    "_<_": "_>_",
    "_<=_": "_>=_",
    "_>_": "_<_",
    "_>=_": "_<=_",
    "_==_": "_==_",
    "_!=_": "_!=_",
}


class Named(NamedTuple):
    """A way into the index: rows under a name. ``exact``: the decision names that itself, not one below it."""

    what: str
    name: str
    exact: bool = True


class Bounds(NamedTuple):
    """Between which instants events lie, in microseconds since 1970; the second one is not included."""

    since: int = -(1 << 62)
    until: int = 1 << 62

    def within(self, other: "Bounds") -> "Bounds":
        """Return what lies in both."""
        return Bounds(max(self.since, other.since), min(self.until, other.until))


class Translation:
    """Conditions for one query. ``given`` are the names that have a value before anything is looked up."""

    def __init__(self, given: Mapping[str, Any], alias: Alias) -> None:
        self._given = given
        self._alias = alias

    def truth(self, node: Node) -> Truth | None:
        """Return a condition on columns; nothing, if they cannot tell."""
        method = self._METHODS.get(type(node))
        return method(self, node) if method else None

    def ways(self, node: Node) -> tuple[Named, ...] | None:
        """Return ways into the index one of which leads to every decision of which a condition is true."""
        if isinstance(node, tree.Logic):
            each = [self.ways(operand) for operand in node.operands]
            if node.operator == "&&":
                return next(filter(None, each), None)
            return None if None in each else tuple(dict.fromkeys(way for some in each for way in some or ()))
        return self._members(node) or self._equals(node)

    def bounds(self, node: Node) -> Bounds:
        """Return between which instants every event lies of which a condition is true."""
        compared = self._compared(node)
        if compared is None or compared[1] != "at" or not isinstance(compared[2], Timestamp):
            return Bounds()
        sign, _, at = compared
        floor, ceiling = at.ns // 1_000, -(-at.ns // 1_000)
        return {
            "_<_": Bounds(until=ceiling),
            "_<=_": Bounds(until=floor + 1),
            "_>_": Bounds(since=floor + 1),
            "_>=_": Bounds(since=ceiling),
            "_==_": Bounds(ceiling, floor + 1),
        }.get(sign, Bounds())

    # -- conditions

    def _logic(self, node: tree.Logic) -> Truth | None:
        operands = [self.truth(operand) for operand in node.operands]
        known = [one for one in operands if one is not None]
        if len(known) < len(operands):
            return None
        return sa.and_(*known) if node.operator == "&&" else sa.or_(*known)

    def _constant(self, node: tree.Constant) -> Truth | None:
        return sa.literal(int(node.value)) == 1 if isinstance(node.value, bool) else None

    def _select(self, node: tree.Select) -> Truth | None:
        return DECISIONS.c.degraded == 1 if _field(node) == "degraded" else None

    def _has(self, node: tree.Has) -> Truth | None:
        return DECISIONS.c.person.is_not(None) if _of_decision(node) and node.field == "account" else None

    def _call(self, node: tree.Call) -> Truth | None:
        if node.function == "!_":
            operand = self.truth(node.arguments[0])
            return None if operand is None else sa.not_(operand)
        members = self._members(node)
        if members is not None:
            return sa.or_(*map(_is_named, members))
        return self._among(node) if node.function == "@in" else self._begins(node) or self._order(node)

    def _comprehension(self, node: tree.Comprehension) -> Truth | None:
        members = self._members(node)
        return None if members is None else sa.or_(*map(_is_named, members))

    def _order(self, node: tree.Call) -> Truth | None:
        compared = self._compared(node)
        if compared is None:
            return None
        sign, field, value = compared
        column = _COLUMNS[field]
        if isinstance(value, Timestamp):
            return _instant(column, sign, value.ns)
        if isinstance(value, str):
            text = self._text(field, value)
            return _ORDERS[sign](column, text) if sign in {"_==_", "_!=_"} and text is not None else None
        return _ORDERS[sign](column, int(value))

    def _among(self, node: tree.Call) -> Truth | None:
        field, values = _field(node.arguments[0]), self._value(node.arguments[1])
        if field not in _COLUMNS or node.arguments[0].type != STRING or not isinstance(values, list | tuple):
            return None
        texts = [self._text(field, value) for value in values]
        return _COLUMNS[field].in_(texts) if texts and None not in texts else None

    def _begins(self, node: tree.Call) -> Truth | None:
        if node.function != "startsWith":
            return None
        field, value = _field(node.arguments[0]), self._value(node.arguments[1])
        if field not in {"kind", "outcome"} or not _is_plain(value):
            return None
        begins: Truth = sa.func.substr(_COLUMNS[field], 1, len(value)) == value
        return begins

    # -- names

    def _members(self, node: Node) -> tuple[Named, ...] | None:
        """Return the names of which a decision has one, if that is what a condition says."""
        match node:
            case tree.Call(function="@in", arguments=(item, names)):
                return self._named(_field(names), [self._value(item)])
            case tree.Call(function="under", arguments=(names, clause)):
                named = self._named(_field(names), [self._value(clause)]) or ()
                return tuple(way._replace(exact=False) for way in named if way.what == "clause") or None
            case tree.Comprehension(
                quantifier="exists", condition=None, names=(name,), range=listed, body=body
            ):
                return self._named(_field(listed), self._wanted(body, name))
            case _:
                return None

    def _wanted(self, body: Node, name: str) -> list[Value]:
        """Return the values one of which an item must be."""
        match body:
            case tree.Call(function="_==_", arguments=(tree.Local(name=local), other)) if local == name:
                return [self._value(other)]
            case tree.Call(function="_==_", arguments=(other, tree.Local(name=local))) if local == name:
                return [self._value(other)]
            case tree.Call(function="@in", arguments=(tree.Local(name=local), some)) if local == name:
                values = self._value(some)
                return list(values) if isinstance(values, list | tuple) else []
        return []

    def _named(self, field: str, values: Collection[Value]) -> tuple[Named, ...] | None:
        what = _LISTS.get(field)
        texts = [self._text(field, value) for value in values]
        if what is None or not texts or None in texts or "" in texts:
            return None
        return tuple(Named(what, str(text)) for text in texts)

    def _equals(self, node: Node) -> tuple[Named, ...] | None:
        if isinstance(node, tree.Call) and node.function == "@in":
            values = self._value(node.arguments[1])
            field, some = _field(node.arguments[0]), values if isinstance(values, list | tuple) else ()
            return self._way(field, some)
        compared = self._compared(node)
        if _field(node) == "degraded" or compared == ("_==_", "degraded", True):
            return (Named("degraded", "yes"),)
        return self._way(compared[1], [compared[2]]) if compared and compared[0] == "_==_" else None

    def _way(self, field: str, values: Collection[Value]) -> tuple[Named, ...] | None:
        texts = [self._text(field, value) for value in values]
        if field not in _WAYS or not texts or None in texts:
            return None
        return tuple(Named(_WAYS[field], str(text)) for text in texts)

    # -- values

    def _compared(self, node: Node) -> tuple[str, str, Value] | None:
        """Return sign, field and value, where a column is compared with a value of its own type."""
        if not isinstance(node, tree.Call) or node.function not in _MIRRORED or len(node.arguments) != 2:
            return None
        left, right = node.arguments
        sign = node.function
        if _field(left) not in _COLUMNS:
            left, right, sign = right, left, _MIRRORED[sign]
        field, value = _field(left), self._value(right)
        same = left.type == right.type and left.type in {STRING, INT, BOOL, TIMESTAMP}
        return (sign, field, value) if field in _COLUMNS and same and value is not None else None

    def _value(self, node: Node) -> Value:
        """Return the value of what names nothing that is looked up; nothing of all else."""
        parts = tuple(tree.walk(node))
        looked_up = any(isinstance(part, tree.Variable) and part.name not in self._given for part in parts)
        if looked_up or any(isinstance(part, tree.Local) for part in parts):
            return None
        try:
            return evaluate(node, self._given)
        except CelError:
            return None

    def _text(self, field: str, value: Value) -> str | None:
        if not _is_plain(value):
            return None
        return self._alias(value) or _NOBODY if field in {"account", "accounts"} else str(value)

    _METHODS: Final[Mapping[type, Callable[["Translation", Any], Truth | None]]] = {
        tree.Logic: _logic,
        tree.Constant: _constant,
        tree.Select: _select,
        tree.Has: _has,
        tree.Call: _call,
        tree.Comprehension: _comprehension,
    }


_NOBODY: Final = "sub_"  # stands for no account
_ORDERS: Final[Mapping[str, Callable[[Any, Any], Truth]]] = {
    "_<_": lambda a, b: a < b,
    "_<=_": lambda a, b: a <= b,
    "_>_": lambda a, b: a > b,
    "_>=_": lambda a, b: a >= b,
    "_==_": lambda a, b: a == b,
    "_!=_": lambda a, b: a != b,
}


def _instant(column: sa.Column[Any], sign: str, ns: int) -> Truth:
    """Compare a column of microseconds with nanoseconds."""
    floor, ceiling = ns // 1_000, -(-ns // 1_000)
    if sign in {"_==_", "_!=_"} and floor != ceiling:
        return sa.literal(int(sign == "_!=_")) == 1
    return _ORDERS[sign](column, ceiling if sign in {"_<_", "_>=_"} else floor)


def is_named(way: Named, names: sa.FromClause) -> Truth:
    """Return the condition that a row of names is one of these."""
    named = sa.and_(names.c.what == way.what, names.c.name == way.name)
    return sa.and_(named, names.c.exact == 1) if way.exact else named


def _is_named(way: Named) -> Truth:
    names = NAMES.alias()
    same = (names.c.at == DECISIONS.c.at) & (names.c.seq == DECISIONS.c.seq)
    return sa.exists().where(is_named(way, names), same)


def _field(node: Node) -> str:
    """Return the field of ``decision`` that a node is; empty, if it is none."""
    return node.field if isinstance(node, tree.Select) and _of_decision(node) else ""


def _of_decision(node: tree.Select | tree.Has) -> bool:
    return isinstance(node.operand, tree.Variable) and node.operand.name == "decision"


def _is_plain(value: Value) -> bool:
    """Tell whether a text can stand in a column of both databases."""
    return isinstance(value, str) and "\0" not in value and value.isprintable()
