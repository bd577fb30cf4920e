"""A stream of bytes to numbered lines: nothing of the network, nothing of events."""

from collections.abc import Iterator
from typing import NamedTuple


class Line(NamedTuple):
    """A line without its end; ``content`` is nothing where it was longer than it may be. Numbers count from 1."""

    number: int
    content: bytes | None


class Lines:
    """Takes pieces, gives whole lines. Holds one unfinished line of at most ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._begun = bytearray()
        self._passed_over = False  # the unfinished line is too long: its rest is not kept
        self._number = 0

    def feed(self, piece: bytes) -> Iterator[Line]:
        """Yield the lines that a piece completes; empty ones only count."""
        *whole, rest = piece.split(b"\n")
        for content in whole:
            yield from self._line(content)
        self._keep(rest)

    def end(self) -> Iterator[Line]:
        """Yield the last line, if no line end closed it."""
        yield from self._line(b"")

    def _line(self, content: bytes) -> Iterator[Line]:
        self._keep(content)
        line, too_long = bytes(self._begun), self._passed_over
        self._begun.clear()
        self._passed_over = False
        self._number += 1
        if too_long:
            yield Line(self._number, None)
        elif not line.isspace() and line:
            yield Line(self._number, line)

    def _keep(self, content: bytes) -> None:
        if self._passed_over or len(self._begun) + len(content) > self._limit:
            self._begun.clear()
            self._passed_over = True
        else:
            self._begun += content
