"""What is kept for each question: how it is made, how an event enters it, how it answers."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msgspec import UNSET

from bylaw.engine.memory.bounds import HOUR, ITEMS, LARGEST, LATENESS, Limits
from bylaw.engine.memory.keys import Keys, items_of
from bylaw.engine.memory.sample import Sample
from bylaw.engine.memory.span import Span
from bylaw.engine.memory.table import Table
from bylaw.engine.memory.texts import Signature, Texts
from bylaw.engine.memory.trail import Trail
from bylaw.rules.cel.values import CelError

Name: TypeAlias = tuple[str, str, str]  # what it keeps, of which counter, of which field
Store: TypeAlias = Any  # a Table of rows that fit its name, or Texts
Take: TypeAlias = Callable[[Any, bytes, int], None]  # an event, its key, its moment
Sign: TypeAlias = Callable[[str], "Signature"]
Answer: TypeAlias = bool | int | float | list[str]

_MAKERS: Mapping[str, Callable[[], Any]] = {
    "moments": lambda: Trail(amounts=False),
    "amounts": lambda: Trail(amounts=True),
    "values": Sample,
    "firsts": Span,
}
LOADERS: Mapping[str, Callable[[Any], Any]] = {
    "moments": Trail.load,
    "amounts": Trail.load,
    "values": Sample.load,
    "firsts": Span.load,
}


def store(name: Name, window: int, limits: Limits) -> Store:
    """Return an empty store; ``window`` is the longest that rules read, in microseconds."""
    keep = window + LATENESS
    if name[0] == "texts":
        return Texts(keep=keep, groups=limits.groups, entries=limits.entries)
    ever = name[0] == "firsts"
    return Table(_MAKERS[name[0]], keep=None if ever else keep, keys=limits.keys, entries=limits.entries)


def taker(name: Name, kept: Store, keys: Keys, sign: Sign) -> Take:
    """Return what enters an event into a store."""
    table, _, field = name
    add = kept.add

    def moment(_: object, key: bytes, at: int) -> None:
        add(key, at, 1.0)

    def amount(event: object, key: bytes, at: int) -> None:
        number = getattr(event, field)
        if number is not UNSET and abs(number) <= LARGEST:
            add(key, at, float(number))

    def values(event: object, key: bytes, at: int) -> None:
        value = getattr(event, field)
        for item in () if value is UNSET else items_of(value, ITEMS):
            add(key, at, keys.number(item))

    def text(event: Any, _: bytes, at: int) -> None:  # noqa: ANN401 - whatever kind has a text
        if event.text is not UNSET:
            add(at, sign(event.text))

    takes: Mapping[str, Take] = {
        "moments": moment,
        "firsts": moment,
        "amounts": amount,
        "values": values,
        "texts": text,
    }
    return takes[table]


def answer(function: str, kept: Store, key: "bytes | Signature", at: int, window: int) -> Answer:
    """Return what a store says of a key at a moment.

    Raises:
        CelError: ``never_seen``.
    """
    if function == "near_duplicates":
        return int(kept.count(key, at - window, at + LATENESS))
    row = kept.get(key)
    if row is None:
        return _of_nothing(function)
    return _ANSWERS[function](row, at - window, at + LATENESS)


def _of_nothing(function: str) -> Answer:
    if function == "first_seen":
        raise CelError("never_seen", "the counter never counted this key; ask `known` first")
    return _NOTHING[function]


def _rate(row: Trail, after: int, until: int) -> float:
    return row.count(after, until) * HOUR / (until - LATENESS - after)


_NOTHING: Mapping[str, Answer] = {"count": 0, "distinct": 0, "rate": 0.0, "sum": 0.0, "known": False}
_ANSWERS: Mapping[str, Callable[[Any, int, int], Answer]] = {
    "count": Trail.count,
    "rate": _rate,
    "distinct": Sample.count,
    "sum": Trail.total,
    "known": lambda *_: True,
    "first_seen": lambda row, *_: row.first,
}
