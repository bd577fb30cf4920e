"""Pieces of generated source, and the names in it.

Every name begins with a letter that says what it is, so that none can be another: ``f_`` a field of the
event, ``has_`` whether it is there, ``v`` a shared value, ``x`` a name of a comprehension, ``C`` a
constant, ``F`` a function, ``S`` a scan. Nothing that an operator wrote becomes a name or stands outside of quotes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

_INLINE: Final = 60  # characters of a constant that is written where it is used
_COMMENT: Final = 100  # characters of a comment


@dataclass(frozen=True, slots=True)
class Written:
    """An expression in Python. ``cost`` orders operands; it is in units of a local name's reading.

    ``fallible``: it may raise. ``loud``: it may read a signal, which is then recorded with the decision,
    so it must not be evaluated where the interpreter would not. ``needs``: it is false or 0 unless one of these
    answers is among those of a scan.
    """

    code: str
    cost: int = 1
    fallible: bool = False
    loud: bool = False
    needs: "Needs | None" = None


class Needs(NamedTuple):
    """The name of what a scan found, and the places of the answers of which one must be yes.

    ``sure``: the name has a value whatever happened before.
    """

    found: str
    places: frozenset[int]
    sure: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression is written.

    ``certain``: it is evaluated whenever the rule is, before anything else. ``inner``: inside of a function
    or comprehension of its own, where no name can be assigned. ``present``: fields known to be there.
    ``names``: what the names of comprehensions around it are called here.
    """

    certain: bool = False
    inner: bool = False
    present: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)


def strict(template: str, parts: Sequence[Written], *, cost: int, fallible: bool) -> Written:
    """Return an expression that evaluates all its parts."""
    return Written(
        code=f"({template.format(*(part.code for part in parts))})",
        cost=cost + sum(part.cost for part in parts),
        fallible=fallible or any(part.fallible for part in parts),
        loud=any(part.loud for part in parts),
    )


def joined(parts: Sequence[Written], *, both: bool) -> Written:
    """Return conditions joined by ``and``, or by ``or``."""
    whole = strict((" and " if both else " or ").join("{}" for _ in parts), parts, cost=0, fallible=False)
    return replace(whole, needs=parts[0].needs if both else _either(parts))


def _either(parts: Sequence[Written]) -> Needs | None:
    """What one of several conditions needs, if all need something of the same scan."""
    needs = [part.needs for part in parts if part.needs]
    if len(needs) < len(parts) or len({each.found for each in needs}) > 1:
        return None
    return needs[0]._replace(places=frozenset[int]().union(*(each.places for each in needs)))


class Names:
    """The constants and functions of one generated function, by the names they have in its source."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.space: dict[str, Any] = dict(given)
        self.notes: list[str] = []
        self._known: dict[tuple[str, Any], str] = {}
        self._numbers = 0

    def fresh(self, letter: str) -> str:
        """Return a name that is not in use."""
        self._numbers += 1
        return f"{letter}{self._numbers}"

    def constant(self, value: Any) -> str:  # noqa: ANN401 - any value of the language
        """Return how a constant is written: short plain values as they are, others by a name."""
        if value is None or value.__class__ in (bool, int, str):
            short = repr(value)
            if len(short) <= _INLINE:
                return f"({short})" if short.startswith("-") else short
        return self.name("C", (value.__class__.__name__, repr(value)), value, repr(value))

    def name(self, letter: str, key: Any, value: Any, note: str) -> str:  # noqa: ANN401 - anything at all
        """Return the name of a value, the same for the same key; ``note`` says what it is."""
        known = self._known.get((letter, key))
        if known is None:
            known = self._known[letter, key] = self.fresh(letter)
            self.space[known] = value
            self.notes.append(comment(f"{known}: {note}"))
        return known


def comment(text: str) -> str:
    """Return a comment of one line; what cannot be printed is left out of it."""
    line = "".join(char if char.isprintable() else "·" for char in " ".join(text.split()))
    return f"# {line if len(line) <= _COMMENT else line[: _COMMENT - 1] + '…'}"


def indented(lines: Iterable[str], depth: int = 1) -> list[str]:
    """Return lines further to the right."""
    return [f"{'    ' * depth}{line}".rstrip() for line in lines]
