"""The marks that number the items of a list: ``(a)``, ``3.``, ``iv)``, ``2.1``, and what follows what."""

from collections.abc import Sequence
from dataclasses import dataclass

import re2

from bylaw.policy.passage import Passage

_MARK = r"\(?(?:[a-z]|[A-Z]|[ivxl]{1,6}|[0-9]{1,3}(?:\.[0-9]{1,3})*)[.)]|[0-9]{1,3}(?:\.[0-9]{1,3})+|§{1,2} ?[0-9.]+"
_LEADING = re2.compile(rf"^({_MARK})\s+(\S)")
_INLINE = re2.compile(r"(?:^|\s)(\((?:[a-z]{1,4}|[0-9]{1,2})\)|[0-9]{1,2}\))\s")
_LINE = re2.compile(
    r"^\s*(\(?(?:[a-z]|[ivxl]{1,6}|[0-9]{1,2})\)|\([A-Z]\)|[a-z]\.|[0-9]{1,3}(?:\.[0-9]{1,3})+\.?)\s+\S"
)
_ROMAN = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split()
_FIRST = ("a", "i", "1")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A passage and the mark that stood before it."""

    enumerator: str
    passage: Passage


def bare(enumerator: str) -> str:
    """Return the mark as a part of an id: ``(a)`` is ``a``, ``2.1`` is ``2-1``, a bullet is nothing."""
    letters = "".join(c if c.isalnum() else " " for c in enumerator)
    return "-".join(letters.lower().split())


def leading(passage: Passage) -> Numbered | None:
    """Return the passage without the mark at its start, if it has one."""
    match = _LEADING.search(passage.text)
    if not match or match.group(1)[:1].isupper():
        return None  # a capital with a full stop is an initial
    return Numbered(match.group(1), passage.cut(match.start(2)))


def line_mark(line: str) -> str:
    """Return the mark at the start of a source line that Markdown would not see, or nothing."""
    match = _LINE.search(line)
    return match.group(1) if match else ""


def is_first(enumerator: str) -> bool:
    """Tell whether a mark starts an enumeration."""
    return bare(enumerator) in _FIRST or bare(enumerator).endswith("-1")


def follows(mark: str, other: str) -> bool:
    """Tell whether a mark is the next after another one: ``(c)`` after ``(b)``, ``5.`` after ``4.``."""
    return bool(bare(other)) and bare(mark) in {after(bare(other)) for after in _SUCCESSIONS} - {""}


def inline(passage: Passage) -> tuple[Passage, tuple[Numbered, ...]]:
    """Cut a sentence like "either (a) …, or (b) …" into its lead-in and its numbered parts.

    At least two marks that follow each other make an enumeration; otherwise there are no parts.
    """
    marks = [(m.group(1), m.start(1), m.end(1)) for m in _INLINE.finditer(passage.text)]
    run = _longest_run(marks)
    if len(run) < 2:
        return passage, ()
    ends = [start for _, start, _ in run[1:]] + [len(passage.text)]
    parts = tuple(Numbered(m, passage.cut(after, end)) for (m, _, after), end in zip(run, ends, strict=True))
    return passage.cut(0, run[0][1]), parts


def _longest_run(marks: Sequence[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    best: list[tuple[str, int, int]] = []
    for n, first in enumerate(marks):
        if bare(first[0]) not in _FIRST:
            continue
        for following in _SUCCESSIONS:
            run = [first]
            for mark in marks[n + 1 :]:
                if bare(mark[0]) == following(bare(run[-1][0])):
                    run.append(mark)
            best = max(best, run, key=len)
        if best:
            break
    return best


def _next_letter(mark: str) -> str:
    return chr(ord(mark) + 1) if len(mark) == 1 and "a" <= mark < "z" else ""


def _next_number(mark: str) -> str:
    return str(int(mark) + 1) if mark.isdigit() else ""


def _next_roman(mark: str) -> str:
    return _ROMAN[_ROMAN.index(mark) + 1] if mark in _ROMAN[:-1] else ""


_SUCCESSIONS = (_next_letter, _next_number, _next_roman)
