"""What is built from a list once, and used for every event: automata, pattern sets, tables.

A book's lists are tuples that live as long as the book, so they are known by identity: hashing ten
thousand entries for each event would cost more than scanning the text. Lists written in a condition are
short and known by value. Remembering changes no result, and its size is bounded.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

Built = TypeVar("Built")
Entries = Sequence[str]

MAX_BUILT = 256  # lists of one process whose built form is kept, for each use


class _Same:
    """A tuple compared by identity. Holding it keeps its address from being used again."""

    __slots__ = ("entries",)

    def __init__(self, entries: tuple[str, ...]) -> None:
        self.entries = entries

    def __hash__(self) -> int:
        return id(self.entries)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.entries is self.entries


def built_once(build: Callable[[tuple[str, ...]], Built]) -> Callable[[Entries], Built]:
    """Return ``build``, remembering what it made of the last ``MAX_BUILT`` lists. It must be pure."""

    @lru_cache(maxsize=MAX_BUILT)
    def remembered(key: _Same | tuple[str, ...]) -> Built:
        return build(key.entries if isinstance(key, _Same) else key)

    def ask(entries: Entries) -> Built:
        return remembered(_Same(entries) if isinstance(entries, tuple) else tuple(entries))

    return ask
