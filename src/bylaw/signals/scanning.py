"""RE2 for the signals: linear in the text, silent about what it could not do quickly.

RE2 writes to standard error by itself when an automaton outgrows its memory; the answer is still right.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import re2

_MAX_MEMORY = 32 << 20  # bytes for one pattern or set, four times RE2's own bound


class Found(Protocol):
    """Where a pattern was found, as ``re.Match`` says it."""

    def group(self, group: int = 0, /) -> str:
        """Return what a group matched."""

    def groups(self) -> tuple[str | None, ...]:
        """Return what every group matched."""

    def span(self, group: int = 0, /) -> tuple[int, int]:
        """Return the place of a group."""


class Pattern(Protocol):
    """A compiled pattern, used as ``re.Pattern`` is."""

    def search(self, text: str, /) -> Found | None:
        """Return the first place."""

    def fullmatch(self, text: str, /) -> Found | None:
        """Return the place if it is the whole text."""

    def finditer(self, text: str, /) -> Iterator[Found]:
        """Yield all places, none overlapping."""

    def sub(self, replacement: str, text: str, /) -> str:
        """Return the text with all places replaced."""


def pattern(expression: str) -> Pattern:
    """Return a compiled pattern.

    Raises:
        re2.error: the expression is no RE2 pattern.
    """
    compiled: Pattern = re2.compile(expression, _options())
    return compiled


def spotter(expression: str) -> Callable[[str], bool]:
    """Return a function that tells whether a pattern is found anywhere in a text.

    COST: half of the time of a search in a text goes into counting characters up to where it found something.

    Raises:
        re2.error: the expression is no RE2 pattern.
    """
    search = re2.compile(expression, _options()).search
    return lambda text: search(text.encode()) is not None


class PatternSet:
    """Several patterns tried in one pass.

    A set whose automaton outgrows its memory finds nothing, without a word. So each set has one more pattern
    that is found in every text: when that is missing, the patterns are tried one by one.

    Raises:
        re2.error: an expression is no RE2 pattern, or all together need too much memory.
    """

    __slots__ = ("_canary", "_expressions", "_only_canary", "_set")

    def __init__(self, expressions: Iterable[str]) -> None:
        self._expressions = tuple(expressions)
        self._set = re2.Set.SearchSet(_options())
        for expression in self._expressions:
            self._set.Add(expression)
        self._canary = self._set.Add(r"\z")
        self._only_canary = [self._canary]
        self._set.Compile()

    def found_in(self, text: str) -> list[int]:
        """Return the places in the set, ascending, of the patterns that are found in a text."""
        if not self._expressions:
            return []
        found: list[int] = self._set.Match(text) or []
        if found == self._only_canary:  # COST: most texts
            return []
        if self._canary not in found:
            return [n for n, expression in enumerate(self._expressions) if pattern(expression).search(text)]
        return sorted(n for n in found if n != self._canary)


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    return options
