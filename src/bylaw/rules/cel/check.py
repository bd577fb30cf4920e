"""From the syntax tree to the typed tree: every name found, every type checked, before anything runs.

All that is wrong is collected, and a tree is made all the same: what could not be resolved is typed
``dyn`` and settled at run time, as CEL does for conditions that were never checked.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import NamedTuple, assert_never

from bylaw.base.spelling import did_you_mean
from bylaw.rules.cel import syntax, tree
from bylaw.rules.cel.complaints import no_overload
from bylaw.rules.cel.conversions import TYPE_NAMES
from bylaw.rules.cel.environment import Environment
from bylaw.rules.cel.functions import Overload, resolve
from bylaw.rules.cel.limits import COMPREHENSION_LIMIT
from bylaw.rules.cel.macros import MACRO_NAMES, MACROS, Macro, name_types, result_type
from bylaw.rules.cel.source import Finding
from bylaw.rules.cel.syntax import Syntax
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.types import (
    BOOL,
    DYN,
    MAP_KEYS,
    NOTHING,
    Field,
    Named,
    ObjectType,
    Type,
    goes_with,
    is_open,
    join,
    list_of,
    map_of,
    type_of,
)
from bylaw.rules.cel.values import CelError, TypeValue, type_name


class Known(NamedTuple):
    """What is known of a name that a comprehension or ``cel.bind`` declares."""

    type: Type
    personal: bool


Scope = Mapping[str, Known]


def check(written: Syntax, environment: Environment) -> tuple[Node, tuple[Finding, ...]]:
    """Return the typed tree, and all that is wrong with it (``rule.type``, ``rule.unknown_name`` …).

    With findings the tree is still whole: evaluating it raises where a finding applies.
    """
    checker = _Checker(environment)
    return checker.node(written, {}), tuple(checker.findings)


class _Checker:
    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.findings: list[Finding] = []
        self.loops = 0

    def node(self, written: Syntax, scope: Scope) -> Node:
        match written:
            case syntax.Literal():
                kind = Named(type_name(written.value))
                return tree.Constant(type=kind, span=written.span, value=written.value)
            case syntax.Name():
                return self._name(written, scope)
            case syntax.Select():
                return self._select(written, scope)
            case syntax.Call():
                return self._call(written, scope)
            case syntax.ListDisplay():
                items = self._nodes(written.items, scope)
                kind = list_of(_joined(items))
                return tree.MakeList(type=kind, span=written.span, personal=_personal(items), items=items)
            case syntax.MapDisplay():
                return self._map(written, scope)
        assert_never(written)

    def _nodes(self, several: Sequence[Syntax], scope: Scope) -> tuple[Node, ...]:
        return tuple(self.node(each, scope) for each in several)

    def _finding(self, code: str, offset: int, message: str, hint: str = "") -> None:
        self.findings.append(Finding(code, offset, message, hint))

    def _expect(self, wanted: Type, node: Node, who: str) -> None:
        if not goes_with(node.type, wanted):
            self._finding("rule.type", node.span.start, f"{who} takes {wanted}, not {node.type}")

    # names and fields

    def _name(self, written: syntax.Name, scope: Scope) -> Node:
        known = None if written.rooted else scope.get(written.name)
        if known:
            return tree.Local(span=written.span, name=written.name, **known._asdict())
        found = self._global(written.name, written)
        if found:
            return found
        hint = did_you_mean(written.name, [*self.environment.variables, *scope])
        self._finding("rule.unknown_name", written.span.start, f"unknown name `{written.name}`", hint)
        return tree.Variable(type=DYN, span=written.span, name=written.name)

    def _global(self, name: str, written: Syntax) -> Node | None:
        if name in self.environment.variables:
            return tree.Variable(type=self.environment.variables[name], span=written.span, name=name)
        if name in TYPE_NAMES:
            kind = type_of(TYPE_NAMES[name])
            return tree.Constant(type=kind, span=written.span, value=TypeValue(name))
        return None

    def _select(self, written: syntax.Select, scope: Scope) -> Node:
        path = _path(written, scope)
        found = self._global(path, written) if path else None
        if found:
            return found
        operand = self.node(written.operand, scope)
        field = self._field(operand, written, path)
        return tree.Select(
            type=field.type,
            span=written.span,
            personal=operand.personal or field.personal,
            operand=operand,
            field=written.field,
            optional=field.optional,
        )

    def _field(self, operand: Node, written: syntax.Select, path: str) -> Field:
        kind, name = operand.type, written.field
        if isinstance(kind, ObjectType):
            if name in kind.fields:
                return kind.fields[name]
            # Opening backticks follow a space: the suggestion names the field with what stands before it.
            hint = did_you_mean(name, kind.fields).replace(" `", f" `{path.rpartition('.')[0] or kind}.")
            self._finding("rule.unknown_field", written.at, f"{kind} has no field `{name}`", hint)
        elif kind.name == "map":
            return Field(kind.parameters[1], optional=True)
        elif not is_open(kind):
            self._finding("rule.type", written.at, f"{kind} has no fields, so no `{name}`")
        return Field(DYN, optional=True)

    # calls

    def _call(self, written: syntax.Call, scope: Scope) -> Node:
        name, target = written.function, written.target
        if target is None:
            return self._plain_call(written, scope)
        path = _path(target, scope)
        if path == "cel" and name == "bind" and len(written.arguments) == 3:
            return self._bind(written, scope)
        if path and f"{path}.{name}" in self.environment.functions:
            return self._apply(
                written, f"{path}.{name}", self._nodes(written.arguments, scope), receiver=False
            )
        macro = MACROS.get((name, len(written.arguments)))
        if macro:
            return self._comprehension(written, macro, target, scope)
        if name in MACRO_NAMES and name not in self.environment.functions:
            hint = f"it is written `list.{name}(x, condition)`"
            self._finding("rule.syntax", written.at, f"`{name}` takes a name and what to do with it", hint)
            return _unbound(written)
        return self._apply(written, name, self._nodes((target, *written.arguments), scope), receiver=True)

    def _plain_call(self, written: syntax.Call, scope: Scope) -> Node:
        match written.function:
            case syntax.AND | syntax.OR:
                return self._logic(written, scope)
            case syntax.CHOICE:
                return self._choice(written, scope)
            case "has":
                return self._has(written, scope)
            case name:
                return self._apply(written, name, self._nodes(written.arguments, scope), receiver=False)

    def _apply(
        self, written: syntax.Call, name: str, arguments: tuple[Node, ...], *, receiver: bool
    ) -> tree.Call:
        function = self.environment.functions.get(name)
        candidates = function.styled(receiver=receiver) if function else ()
        types = [node.type for node in arguments]
        resolved = resolve(candidates, types)
        if not candidates:
            self._unknown_function(written, name, arguments, receiver=receiver)
        elif resolved is None:
            self._finding("rule.type", written.at, *no_overload(name, types, candidates))
        else:
            self._literal(arguments, resolved[0])
        overloads, kind = resolved or (candidates, DYN)
        personal = _personal(arguments) and (function is None or function.personal == "inherit")
        return tree.Call(
            type=kind,
            span=written.span,
            personal=personal,
            function=name,
            overloads=overloads,
            arguments=arguments,
        )

    def _unknown(self, node: Node) -> bool:
        return isinstance(node, tree.Variable) and node.name not in self.environment.variables

    def _unknown_function(
        self, written: syntax.Call, name: str, arguments: tuple[Node, ...], *, receiver: bool
    ) -> None:
        if receiver and self._unknown(arguments[0]):
            return  # told already, as an unknown name
        known = [f.name for f in self.environment.functions.values() if f.styled(receiver=receiver)]
        hint = did_you_mean(name, [n for n in known if n[0].isalpha()])
        if name in self.environment.functions:
            hint = f"it is called as `x.{name}()`" if not receiver else f"it is called as `{name}(x)`"
        self._finding("rule.unknown_function", written.at, f"unknown function `{name}`", hint)

    def _literal(self, arguments: tuple[Node, ...], overloads: tuple[Overload, ...]) -> None:
        last = arguments[-1] if arguments else None
        if isinstance(last, tree.Constant) and len(overloads) == 1 and overloads[0].literal:
            try:
                overloads[0].literal(last.value)
            except CelError as error:
                self._finding("rule.constant", last.span.start, error.message)

    def _logic(self, written: syntax.Call, scope: Scope) -> Node:
        operator: tree.Operator = "&&" if written.function == syntax.AND else "||"
        operands = self._nodes(written.arguments, scope)
        for operand in operands:
            self._expect(BOOL, operand, f"`{operator}`")
        return tree.Logic(type=BOOL, span=written.span, operator=operator, operands=operands)

    def _choice(self, written: syntax.Call, scope: Scope) -> Node:
        test, then, otherwise = self._nodes(written.arguments, scope)
        self._expect(BOOL, test, "the test before `?`")
        if not goes_with(then.type, otherwise.type):
            message = f"`? :` has {then.type} on one side and {otherwise.type} on the other"
            self._finding("rule.type", written.at, message)
        return tree.Choice(
            type=join(then.type, otherwise.type),
            span=written.span,
            personal=_personal((then, otherwise)),
            test=test,
            then=then,
            otherwise=otherwise,
        )

    def _map(self, written: syntax.MapDisplay, scope: Scope) -> Node:
        entries = tuple((self.node(key, scope), self.node(item, scope)) for key, item in written.entries)
        keys, items = [k for k, _ in entries], [i for _, i in entries]
        for key in keys:
            if key.type not in MAP_KEYS:
                message = f"the key of a map is string, int, uint or bool, not {key.type}"
                self._finding("rule.type", key.span.start, message)
        kind = map_of(_joined(keys), _joined(items))
        personal = _personal([*keys, *items])
        return tree.MakeMap(type=kind, span=written.span, personal=personal, entries=entries)

    # macros

    def _has(self, written: syntax.Call, scope: Scope) -> Node:
        field = self.node(written.arguments[0], scope) if len(written.arguments) == 1 else None
        if not isinstance(field, tree.Select):
            hint = "it is written `has(event.recipient)`"
            self._finding("rule.syntax", written.at, "`has` takes one field of an object or a map", hint)
            return _unbound(written)
        return tree.Has(
            type=BOOL, span=written.span, operand=field.operand, field=field.field, optional=field.optional
        )

    def _bind(self, written: syntax.Call, scope: Scope) -> Node:
        name = self._new_name(written.arguments[0], "cel.bind")
        value = self.node(written.arguments[1], scope)
        if name is None:
            return _unbound(written)
        body = self.node(written.arguments[2], {**scope, name: Known(value.type, value.personal)})
        return tree.Bind(
            type=body.type, span=written.span, personal=body.personal, name=name, value=value, body=body
        )

    def _new_name(self, written: Syntax, who: str) -> str | None:
        if isinstance(written, syntax.Name) and not written.rooted:
            return written.name
        self._finding("rule.syntax", written.span.start, f"`{who}` takes a plain name here", "such as `x`")
        return None

    def _comprehension(self, written: syntax.Call, macro: Macro, target: Syntax, scope: Scope) -> Node:
        range_ = self.node(target, scope)
        names = self._loop_names(written, macro, range_)
        if names is None:
            return _unbound(written)
        self.loops += 1
        steps = self._nodes(written.arguments[macro.names :], {**scope, **names})
        self.loops -= 1
        (name, known), *_ = names.items()
        condition = steps[0] if macro.filtered else None
        item = tree.Local(span=written.arguments[0].span, name=name, **known._asdict())
        body = item if macro.bodiless else steps[-1]
        for test in ([condition] if condition else []) + ([body] if macro.boolean else []):
            self._expect(BOOL, test, f"`{written.function}`")
        return tree.Comprehension(
            type=result_type(macro, known.type, body.type),
            span=written.span,
            personal=range_.personal or body.personal,
            macro=written.function,
            quantifier=macro.quantifier,
            names=tuple(names),
            range=range_,
            condition=condition,
            body=body,
        )

    def _loop_names(self, written: syntax.Call, macro: Macro, range_: Node) -> dict[str, Known] | None:
        """The names that a comprehension declares; nothing if it cannot be made sense of."""
        who = written.function
        types = name_types(range_.type, macro.names)
        if types is None:
            message = f"`{who}` walks over a list or a map, not {range_.type}"
            self._finding("rule.type", written.at, message)
            types = (DYN,) * macro.names
        names = [self._new_name(argument, who) for argument in written.arguments[: macro.names]]
        known = {name: Known(kind, range_.personal) for name, kind in zip(names, types, strict=True) if name}
        if None not in names and len(known) < macro.names:
            self._finding("rule.syntax", written.at, f"`{who}` needs two different names")
        if self.loops == COMPREHENSION_LIMIT:
            message = f"more than {COMPREHENSION_LIMIT} comprehensions in each other"
            self._finding("rule.limit", written.at, message)
            return None
        return known if len(known) == macro.names else None


def _path(written: Syntax, scope: Scope) -> str:
    """The dotted name that a chain of fields may be, nothing if it begins with a local name or a value."""
    if isinstance(written, syntax.Name):
        return written.name if written.rooted or written.name not in scope else ""
    if isinstance(written, syntax.Select):
        above = _path(written.operand, scope)
        return f"{above}.{written.field}" if above else ""
    return ""


def _unbound(written: syntax.Call) -> Node:
    """A call that nothing carries out; evaluating it is an error."""
    return tree.Call(
        type=DYN, span=written.span, personal=False, function=written.function, overloads=(), arguments=()
    )


def _joined(nodes: Sequence[Node]) -> Type:
    nothing: Type = NOTHING
    return reduce(join, (node.type for node in nodes), nothing)


def _personal(nodes: Sequence[Node]) -> bool:
    return any(node.personal for node in nodes)
