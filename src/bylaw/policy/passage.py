"""A run of text without markup that still knows its lines, its emphasis and its links."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from bylaw.policy.document import Link


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` of a passage: emphasised, or linked to ``target``."""

    start: int
    end: int
    strong: bool = False
    target: str = ""

    def within(self, start: int, end: int) -> "Span | None":
        """Return the part of the span in that range, counted from its start."""
        first, last = max(self.start, start), min(self.end, end)
        return Span(first - start, last - start, self.strong, self.target) if first < last else None


@dataclass(frozen=True, slots=True)
class Passage:
    """Text with its white space collapsed. ``breaks`` holds (offset, line) wherever a source line begins."""

    text: str
    breaks: tuple[tuple[int, int], ...]
    emphasis: tuple[Span, ...] = ()
    linked: tuple[Span, ...] = ()

    @property
    def line(self) -> int:
        """The source line of the first character."""
        return self.breaks[0][1]

    @property
    def end_line(self) -> int:
        """The source line of the last character."""
        return self.breaks[-1][1]

    @property
    def links(self) -> tuple[Link, ...]:
        """The links, as a clause keeps them."""
        return tuple(Link(self.text[s.start : s.end], s.target) for s in self.linked)

    def cut(self, start: int, end: int | None = None) -> "Passage":
        """Return the part between two offsets, without white space around it."""
        end = len(self.text) if end is None else end
        start += len(self.text[start:end]) - len(self.text[start:end].lstrip())
        end = start + len(self.text[start:end].rstrip())
        first = max(0, bisect_right(self.breaks, start, key=lambda b: b[0]) - 1)
        breaks = [(max(0, at - start), line) for at, line in self.breaks[first:] if at < end or at <= start]
        return Passage(
            self.text[start:end],
            tuple(breaks) or (self.breaks[first],),
            _within(self.emphasis, start, end),
            _within(self.linked, start, end),
        )

    def by_line(self) -> tuple["Passage", ...]:
        """Return one passage for each source line."""
        ends = [at for at, _ in self.breaks[1:]] + [len(self.text)]
        return tuple(self.cut(at, end) for (at, _), end in zip(self.breaks, ends, strict=True))


def joined(passages: Iterable[Passage], glue: str) -> Passage:
    """Return the passages as one, with ``glue`` between them. There must be at least one."""
    text = ""
    breaks: list[tuple[int, int]] = []
    emphasis: list[Span] = []
    linked: list[Span] = []
    for passage in passages:
        text += glue if breaks else ""
        at = len(text)
        breaks += [(at + offset, line) for offset, line in passage.breaks]
        emphasis += [Span(at + s.start, at + s.end, s.strong) for s in passage.emphasis]
        linked += [Span(at + s.start, at + s.end, target=s.target) for s in passage.linked]
        text += passage.text
    return Passage(text, tuple(breaks), tuple(emphasis), tuple(linked))


def _within(spans: tuple[Span, ...], start: int, end: int) -> tuple[Span, ...]:
    return tuple(part for s in spans if (part := s.within(start, end)))
