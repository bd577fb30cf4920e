"""Where hashes and entries stand in a static log (C2SP tlog-tiles v0.1), and proofs read from such tiles."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from bylaw.base.errors import InputError, IntegrityError
from bylaw.records.ledger.growth import TILE_WIDTH, Read
from bylaw.records.ledger.tree import HASH_BYTES, consistency_ranges, inclusion_ranges, prove, root_of

ENTRY_MAX_BYTES: Final = 0xFFFF


class Part(NamedTuple):
    """A tile or bundle of a tree: its number, and how many hashes, entries or records are in it (1 to 256)."""

    n: int
    width: int


def parts(count: int) -> Iterator[Part]:
    """Return what ``count`` hashes, entries or records are cut into: full parts, and at most one partial."""
    full, rest = divmod(count, TILE_WIDTH)
    for n in range(full):
        yield Part(n, TILE_WIDTH)
    if rest:
        yield Part(full, rest)


def level_counts(size: int) -> list[int]:
    """Return how many hashes each level has in a tree of ``size`` leaves, level 0 first."""
    counts = []
    while size:
        counts.append(size)
        size //= TILE_WIDTH
    return counts


def path(folder: str, part: Part) -> str:
    """Return the path of a part: ``tile/0/x001/x234/067``, or ``tile/0/000.p/17`` when it is partial."""
    digits = [f"{part.n % 1000:03}"]
    above = part.n // 1000
    while above:
        digits.append(f"x{above % 1000:03}")
        above //= 1000
    suffix = "" if part.width == TILE_WIDTH else f".p/{part.width}"
    return f"{folder}/{'/'.join(reversed(digits))}{suffix}"


def bundle(entries: Iterable[bytes]) -> bytes:
    """Return an entry bundle: every entry led by its length in two bytes.

    Raises:
        InputError: an entry is longer than 65,535 bytes.
    """
    try:
        return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])
    except OverflowError:
        raise InputError("ledger.entry_long", f"an entry has more than {ENTRY_MAX_BYTES} bytes") from None


def inclusion(index: int, size: int, read: Read) -> list[bytes]:
    """Return the proof that the leaf at ``index`` is in the tree of the first ``size`` leaves.

    Reads about one tile a level, each once.

    Raises:
        InputError: the tree has no such leaf.
        IntegrityError: a tile lacks hashes.
    """
    return prove(inclusion_ranges(index, size), _Subtrees(read).root)


def consistency(old: int, new: int, read: Read) -> list[bytes]:
    """Return the proof that the tree of ``new`` leaves begins with that of ``old``; see ``inclusion``.

    Raises:
        InputError: the older tree is empty or larger than the newer.
        IntegrityError: a tile lacks hashes.
    """
    return prove(consistency_ranges(old, new), _Subtrees(read).root)


class _Subtrees:
    """Roots of perfect subtrees from tiles: eight heights stand in one tile."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._known: dict[tuple[int, int], bytes] = {}

    def root(self, height: int, index: int) -> bytes:
        level, within = divmod(height, 8)
        n, first = divmod(index << within, TILE_WIDTH)
        if (level, n) not in self._known:
            self._known[level, n] = self._read(level, n)
        hashes = self._known[level, n][first * HASH_BYTES : (first + (1 << within)) * HASH_BYTES]
        if len(hashes) != HASH_BYTES << within:
            raise IntegrityError("ledger.tile_short", f"tile {level}/{n} lacks hashes")
        return root_of(hashes)
