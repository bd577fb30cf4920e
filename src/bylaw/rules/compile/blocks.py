"""The lines of each rule, put together: rules that need something in a text stand where it was found.

Rules that are false unless a scan found one of some answers are passed over by the dozen where it found
none of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bylaw.rules.compile.written import Names, Needs, indented

TOGETHER: Final = 12  # rules passed over by one look


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One rule: what stands ``before`` it for others too, its own ``lines``, and what it needs to be true."""

    place: int
    lines: tuple[str, ...]
    before: tuple[str, ...] = ()
    needs: Needs | None = None


def gated(blocks: Sequence[Block], names: Names) -> Iterator[str]:
    """Yield the lines of all rules: first those that always run, then the others, some at a time."""
    waiting: dict[str, list[tuple[Needs, Block]]] = {}
    for block in blocks:
        yield from block.before
        if block.needs:
            waiting.setdefault(block.needs.found, []).append((block.needs, block))
        else:
            yield from ("", *block.lines)
    for rows in waiting.values():
        rows.sort(key=lambda row: (min(row[0].places), row[1].place))
        for start in range(0, len(rows), TOGETHER):
            yield from _gate(rows[start : start + TOGETHER], names)


def _gate(rows: Sequence[tuple[Needs, Block]], names: Names) -> Iterator[str]:
    answers = frozenset[int]().union(*(needs.places for needs, _ in rows))
    note = f"{len(answers)} answers, of which {len(rows)} rules need one"
    test = f"not {rows[0][0].found}.isdisjoint({names.name('C', ('gate', answers), answers, note)})"
    yield ""
    if rows[0][0].sure:
        yield f"if {test}:"
    else:
        places = [block.place for _, block in rows]
        yield from ("try:", f"    needed = {test}", "except Exception:")
        yield from (f"    redos += {places}", "    needed = False", "if needed:")
    for _, block in rows:
        yield from indented(block.lines)
