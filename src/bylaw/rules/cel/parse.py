"""From the text of a condition to its syntax tree.

The grammar is the one that cel-python maintains; lark turns it into an LALR parser, which needs no
recursion and so reads any depth. The tree is built while reading, and refused as soon as it is too
deep for the walks that come later.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from bylaw.rules.cel import lexer, literals
from bylaw.rules.cel.limits import DISPLAY_LIMIT, NESTING_LIMIT, SOURCE_LIMIT
from bylaw.rules.cel.source import FindingError, Source, Span
from bylaw.rules.cel.syntax import (
    AND,
    CHOICE,
    INDEX,
    NOT,
    OR,
    Call,
    ListDisplay,
    Literal,
    MapDisplay,
    Name,
    Select,
    Syntax,
)
from bylaw.rules.cel.values import Value

if TYPE_CHECKING:
    from lark import Lark

_BRACKETS = {")": "(", "]": "[", "}": "{"}
Part = Any  # a token, a node, or an operator with what stands left of it


def parse(source: Source) -> Syntax:
    """Return the syntax tree of a condition.

    Raises:
        Problems: one problem (``rule.syntax`` or ``rule.limit``) at its place in the file.
    """
    try:
        return _parse(source.text)
    except FindingError as error:
        raise source.problems([error.finding]) from None


def _parse(text: str) -> Syntax:
    from lark.exceptions import UnexpectedToken  # noqa: PLC0415 - only who compiles a condition pays for lark

    if len(text) > SOURCE_LIMIT:
        message = f"the condition is longer than {SOURCE_LIMIT} characters"
        raise FindingError("rule.limit", SOURCE_LIMIT, message)
    try:
        return cast("Syntax", _parser().parse(text))
    except UnexpectedToken as error:
        raise _unexpected(text, str(error.token), error.token.start_pos) from None


@lru_cache(maxsize=1)
def _parser() -> "Lark":
    from bylaw.rules.cel.grammar import parser  # noqa: PLC0415 - likewise

    return parser(_Builder())


def _unexpected(text: str, word: str, offset: int | None) -> FindingError:
    if word:
        hint = "a reserved word cannot be a name" if word in lexer.RESERVED else ""
        return FindingError("rule.syntax", offset or 0, f"`{word}` is not expected here", hint)
    unclosed: list[tuple[str, int]] = []
    for kind, _, at in lexer.words(text):
        if kind in _BRACKETS.values():
            unclosed.append((kind, at))
        elif kind in _BRACKETS and unclosed:
            unclosed.pop()
    if unclosed:
        return FindingError("rule.syntax", unclosed[-1][1], f"`{unclosed[-1][0]}` is never closed")
    return FindingError("rule.syntax", len(text.rstrip()), "the condition is not complete")


def _depth(offset: int, *children: Syntax) -> int:
    depth = 1 + max((child.depth for child in children), default=0)
    if depth > NESTING_LIMIT:
        raise FindingError(
            "rule.limit", offset, f"the condition is nested deeper than {NESTING_LIMIT} levels"
        )
    return depth


def _call(function: str, at: int, *arguments: Syntax) -> Call:
    span = Span(min(at, arguments[0].span.start), arguments[-1].span.end)
    return Call(span, function, arguments, at, _depth(at, *arguments))


def _chain(function: str) -> Callable[[Any, list[Part]], Syntax]:
    """``a && b && c`` is one node with three operands: long chains are common and not deep."""

    def build(_: Any, parts: list[Part]) -> Syntax:  # noqa: ANN401 - the builder itself
        if len(parts) == 1:
            return _only(parts)
        left, sign, right = parts
        operands = left.arguments if isinstance(left, Call) and left.function == function else (left,)
        return _call(function, sign.start_pos, *operands, right)

    return build


def _operator(function: str) -> Callable[[Any, list[Part]], Part]:
    return lambda _, parts: (function, *parts)


def _binary(_: Any, parts: list[Part]) -> Syntax:  # noqa: ANN401 - the builder itself
    if len(parts) == 1:
        return _only(parts)
    (function, left, sign), right = parts
    return _call(function, sign.start_pos, left, right)


class _Builder:
    """One method a rule of the grammar; each gets the parts that the rule is made of."""

    conditionalor = _chain(OR)
    conditionaland = _chain(AND)
    relation = addition = multiplication = _binary
    relation_lt, relation_le = _operator("_<_"), _operator("_<=_")
    relation_gt, relation_ge = _operator("_>_"), _operator("_>=_")
    relation_eq, relation_ne = _operator("_==_"), _operator("_!=_")
    relation_in = _operator("@in")
    addition_add, addition_sub = _operator("_+_"), _operator("_-_")
    multiplication_mul, multiplication_div = _operator("_*_"), _operator("_/_")
    multiplication_mod = _operator("_%_")
    unary_not, unary_neg = _operator(NOT), _operator("-_")

    def expr(self, parts: list[Part]) -> Syntax:
        """``test ? then : otherwise``."""
        if len(parts) == 1:
            return _only(parts)
        test, sign, then, _, otherwise = parts
        return _call(CHOICE, sign.start_pos, test, then, otherwise)

    def unary(self, parts: list[Part]) -> Syntax:
        """``!x`` and ``-x``."""
        if len(parts) == 1:
            return _only(parts)
        (function, sign), operand = parts
        return _call(function, sign.start_pos, operand)

    def member(self, parts: list[Part]) -> Syntax:
        """What may stand before a dot or a bracket."""
        return _only(parts)

    primary = member

    def member_dot(self, parts: list[Part]) -> Syntax:
        """``operand.field``."""
        operand, _, name = parts
        span = Span(operand.span.start, name.end_pos)
        return Select(span, operand, name.strip("`"), name.start_pos, _depth(name.start_pos, operand))

    def member_dot_arg(self, parts: list[Part]) -> Syntax:
        """``target.function(arguments)``."""
        target, _, name, *rest = parts
        arguments = _arguments(rest)
        span = Span(target.span.start, rest[-1].end_pos)
        depth = _depth(name.start_pos, target, *arguments)
        return Call(span, str(name), arguments, name.start_pos, depth, target)

    def member_index(self, parts: list[Part]) -> Syntax:
        """``operand[index]``."""
        operand, bracket, index, end = parts
        span = Span(operand.span.start, end.end_pos)
        at = bracket.start_pos
        return Call(span, INDEX, (operand, index), at, _depth(at, operand, index))

    def member_object(self, parts: list[Part]) -> Syntax:
        """``Type{field: value}``, which makes messages of protocol buffers: not in the profile."""
        raise FindingError(
            "rule.syntax",
            parts[1].start_pos,
            "a condition cannot make an object",
            "a map is written `{'key': value}`",
        )

    def dot_ident(self, parts: list[Part]) -> Syntax:
        """``.name``."""
        dot, name = parts
        return replace(_name(name), span=Span(dot.start_pos, name.end_pos), rooted=True)

    def ident(self, parts: list[Part]) -> Syntax:
        """``name``."""
        return _name(parts[0])

    def ident_arg(self, parts: list[Part]) -> Syntax:
        """``function(arguments)``."""
        name, *rest = parts
        arguments = _arguments(rest)
        at = name.start_pos
        return Call(Span(at, rest[-1].end_pos), _name(name).name, arguments, at, _depth(at, *arguments))

    def dot_ident_arg(self, parts: list[Part]) -> Syntax:
        """``.function(arguments)``: functions have no other place to be looked up in."""
        return self.ident_arg(parts[1:])

    def paren_expr(self, parts: list[Part]) -> Syntax:
        """``(x)``."""
        opening, inner, closing = parts
        node: Syntax = replace(inner, span=Span(opening.start_pos, closing.end_pos))
        return node

    def list_lit(self, parts: list[Part]) -> Syntax:
        """``[a, b]``."""
        items = _arguments(parts)
        at = parts[0].start_pos
        _bounded(items, at)
        return ListDisplay(Span(at, parts[-1].end_pos), items, _depth(at, *items))

    def map_lit(self, parts: list[Part]) -> Syntax:
        """``{a: b}``."""
        flat = _arguments(parts)
        at = parts[0].start_pos
        entries = tuple(zip(flat[::2], flat[1::2], strict=True))
        _bounded(entries, at)
        return MapDisplay(Span(at, parts[-1].end_pos), entries, _depth(at, *flat))

    def exprlist(self, parts: list[Part]) -> list[Part]:
        """``a, b`` and ``a: b, c: d``; the signs between them have done their work."""
        return parts[::2]

    mapinits = exprlist

    def literal(self, parts: list[Part]) -> Syntax:
        """A number, a text, bytes, ``true``, ``false`` or ``null``."""
        word = parts[0]
        span = Span(word.start_pos, word.end_pos)
        return Literal(span, _literal(word.type, str(word), span.start))


def _only(parts: list[Part]) -> Syntax:
    node: Syntax = parts[0]
    return node


def _name(word: Part) -> Name:
    if word in lexer.RESERVED:
        raise FindingError("rule.syntax", word.start_pos, f"`{word}` is a reserved word and cannot be a name")
    return Name(Span(word.start_pos, word.end_pos), str(word))


def _arguments(parts: list[Part]) -> tuple[Syntax, ...]:
    return tuple(parts[1]) if len(parts) == 3 else ()


def _bounded(items: tuple[object, ...], offset: int) -> None:
    if len(items) > DISPLAY_LIMIT:
        hint = "a longer list belongs into the book's lists"
        raise FindingError(
            "rule.limit", offset, f"more than {DISPLAY_LIMIT} items are written out here", hint
        )


def _literal(kind: str, word: str, offset: int) -> Value:
    if kind in ("STRING_LIT", "MLSTRING_LIT"):
        return literals.text(word, offset)
    if kind == "BYTES_LIT":
        return literals.octets(word, offset)
    if kind in ("BOOL_LIT", "NULL_LIT"):
        return {"true": True, "false": False, "null": None}[word]
    return literals.number(kind, word, offset)
