"""The growing edge of the ledger: append leaves, learn which tiles to store, know the root.

How the store uses it::

    growth = Growth.load(size, read)              # at opening: reads one tile a level, not the journal
    grown, tiles = growth.append(leaves)          # in a commit: pure, nothing has happened yet
    …insert the rows; put every tile over (level, n) in the table; commit…
    growth = grown                                # only once the commit is durable

``append`` returns a new value, so a commit that is rolled back leaves nothing to undo.

Level 0 is never returned: its hashes are the leaves of the journal's rows. A tile of level ``L ≥ 1`` holds up to
256 hashes, each the root over 256 hashes of the level below (C2SP tlog-tiles). It is returned, whole as far as it
is known, each time a hash is added to it: once per 256 leaves for level 1, once per 65,536 for level 2. The store
replaces the row ``(level, n)``; earlier hashes in it never change.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

from bylaw.base.errors import IntegrityError
from bylaw.records.ledger.tree import EMPTY_ROOT, HASH_BYTES, node_hash, root_of

TILE_WIDTH: Final = 256
TILE_BYTES: Final = TILE_WIDTH * HASH_BYTES

Read = Callable[[int, int], bytes]
"""``read(level, n)``: the hashes of a tile, joined, as many as there are (at most 256).

For level 0: the leaves of the journal's rows ``256 * n + 1`` up to ``256 * n + 256``. Empty if there is no tile.
"""


class Tile(NamedTuple):
    """A row of the table of tiles: ``hashes`` are 32 to 8,192 bytes; ``level`` is 1 or more."""

    level: int
    n: int
    hashes: bytes


@dataclass(frozen=True, slots=True)
class Growth:
    """A tree of ``size`` leaves, of which only the unfilled tile of each level is kept: under 8 KiB a level.

    ``edge[level]`` are the joined hashes of that tile, 0 to 255 of them.
    """

    size: int = 0
    edge: tuple[bytes, ...] = ()

    @classmethod
    def load(cls, size: int, read: Read) -> Self:
        """Return the tree of the first ``size`` leaves, from stored tiles: one call of ``read`` a level.

        The tiles may have grown further since.

        Raises:
            IntegrityError: a tile holds fewer hashes than a tree of this size needs.
        """
        edge: list[bytes] = []
        while (count := size >> 8 * len(edge)) > 0:
            level, width = len(edge), count % TILE_WIDTH
            hashes = read(level, count // TILE_WIDTH) if width else b""
            if len(hashes) < width * HASH_BYTES:
                raise IntegrityError("ledger.tile_short", f"tile {level}/{count // TILE_WIDTH} lacks hashes")
            edge.append(hashes[: width * HASH_BYTES])
        return cls(size, tuple(edge))

    def append(self, leaves: Sequence[bytes]) -> tuple[Self, tuple[Tile, ...]]:
        """Return the tree with more leaves, and the tiles to store with them."""
        edge: list[bytes] = []
        tiles: list[Tile] = []
        new, level = b"".join(leaves), 0
        while new or level < len(self.edge):
            known = self.edge[level] if level < len(self.edge) else b""
            if level and new:
                first = (self.size >> 8 * level) // TILE_WIDTH
                tiles += (Tile(level, n, one) for n, one in enumerate(_tiles(known + new), start=first))
            full, rest = _cut(known + new)
            edge.append(rest)
            new, level = b"".join(map(root_of, full)), level + 1
        return type(self)(self.size + len(leaves), tuple(edge)), tuple(tiles)

    @property
    def root(self) -> bytes:
        """The root of the tree. Costs up to 255 hashes a level: for checkpoints, not for every commit."""
        root = b""
        for hashes in self.edge:
            root = _under(hashes, root)
        return root or EMPTY_ROOT


def _tiles(hashes: bytes) -> Iterable[bytes]:
    return (hashes[at : at + TILE_BYTES] for at in range(0, len(hashes), TILE_BYTES))


def _cut(hashes: bytes) -> tuple[list[bytes], bytes]:
    whole = len(hashes) // TILE_BYTES * TILE_BYTES
    return list(_tiles(hashes[:whole])), hashes[whole:]


def _under(hashes: bytes, right: bytes) -> bytes:
    # What stands to the right of a tile's last hashes is lower than they are: it goes under each in turn.
    while hashes:
        count = len(hashes) // HASH_BYTES
        lowest = (count & -count) * HASH_BYTES
        left, hashes = root_of(hashes[-lowest:]), hashes[:-lowest]
        right = node_hash(left, right) if right else left
    return right
