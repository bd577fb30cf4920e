"""Which bytes of an SQLite file are recorded: page headers, cell pointers, cells. The rest is free room.

Of the file format (sqlite.org/fileformat2.html): b-tree pages of one size without reserved bytes, and cells that need
no overflow page.
"""

from collections.abc import Iterator
from typing import Final

HEADER_BYTES: Final = 100
_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE = 2, 5, 10, 13
_UNRECORDED: Final = {
    *range(24, 28),
    *range(36, 40),
    *range(92, 100),
}  # counters, and the version of the library


def recorded_bytes(content: bytes) -> list[int]:
    """Return the offsets of recorded bytes; those of free pages are not among them."""
    size = int.from_bytes(content[16:18], "big")
    found = [at for at in range(HEADER_BYTES) if at not in _UNRECORDED]
    for start in range(0, len(content), size):
        page = content[start : start + size]
        found += [start + at for at in sorted(set(_of_page(page, HEADER_BYTES if start == 0 else 0)))]
    return found


def _of_page(page: bytes, head: int) -> Iterator[int]:
    kind = page[head]
    if kind not in {_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE}:
        return
    interior = kind in {_INTERIOR_INDEX, _INTERIOR_TABLE}
    pointers = head + (12 if interior else 8)
    cells = int.from_bytes(page[head + 3 : head + 5], "big")
    yield from range(head, pointers + 2 * cells)
    for at in range(pointers, pointers + 2 * cells, 2):
        cell = int.from_bytes(page[at : at + 2], "big")
        yield from range(cell, _end_of_cell(page, cell, kind))


def _end_of_cell(page: bytes, cell: int, kind: int) -> int:
    at = cell + (4 if kind in {_INTERIOR_INDEX, _INTERIOR_TABLE} else 0)
    length, at = _varint(page, at)
    if kind == _INTERIOR_TABLE:
        return at
    if kind == _LEAF_TABLE:
        _, at = _varint(page, at)
    return at + length


def _varint(page: bytes, at: int) -> tuple[int, int]:
    value = 0
    while True:
        value = value << 7 | page[at] & 0x7F
        at += 1
        if page[at - 1] < 0x80:
            return value, at
