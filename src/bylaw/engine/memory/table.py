"""What is remembered by key, within bounds: the key that was observed longest ago is forgotten first.

The order is that of observation, which is total: no two keys tie, and the same events forget the same
keys on any machine. A key whose newest moment no window reaches any more makes room for a new one; at most
STALE of them for each, so that one wrong clock cannot empty a table.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

STALE = 2
FOR_EVER = 2**62  # microseconds: longer than there are dates


class Entry(Protocol):
    """What a table keeps for one key."""

    @property
    def latest(self) -> int:
        """The newest moment observed."""

    @property
    def weight(self) -> int:
        """How much room it takes."""

    def add(self, at: int, oldest: int, value: Any, /) -> int:  # noqa: ANN401 - each has its own
        """Take in one event; return by how much the weight changed."""

    def dump(self) -> Any:  # noqa: ANN401
        """Return what a snapshot holds."""


E = TypeVar("E", bound=Entry)


class Table(Generic[E]):
    """Entries by digest.

    ``keep`` is how long a moment matters, in microseconds; nothing means for ever. ``forgotten`` is told of
    each entry that goes.
    """

    def __init__(
        self,
        make: Callable[[], E],
        *,
        keep: int | None,
        keys: int,
        entries: int,
        forgotten: Callable[[bytes, E], None] | None = None,
    ) -> None:
        self._make = make
        self._keep = FOR_EVER if keep is None else keep
        self._keys = keys
        self._entries = entries
        self._forgotten = forgotten
        self.rows: OrderedDict[bytes, E] = OrderedDict()
        self.weight = 0
        self.get = self.rows.get

    def add(self, key: bytes, at: int, value: Any) -> None:  # noqa: ANN401 - what the entry takes
        """Take in one event under a key."""
        rows = self.rows
        row = rows.get(key)
        oldest = at - self._keep
        if row is None:
            self._forget_stale(oldest)
            row = rows[key] = self._make()
            self.weight += row.weight
        else:
            rows.move_to_end(key)
        self.weight += row.add(at, oldest, value)
        if self.weight > self._entries or len(rows) > self._keys:
            self._forget_surplus()

    def _forget_stale(self, oldest: int) -> None:
        for _ in range(STALE):
            if self.rows and next(iter(self.rows.values())).latest < oldest:
                self._forget_one()

    def _forget_surplus(self) -> None:
        while len(self.rows) > self._keys or (self.weight > self._entries and len(self.rows) > 1):
            self._forget_one()

    def _forget_one(self) -> None:
        key, row = self.rows.popitem(last=False)
        self.weight -= row.weight
        if self._forgotten:
            self._forgotten(key, row)

    def dump(self) -> Any:  # noqa: ANN401 - what a snapshot holds
        """Return the rows as a snapshot holds them, in the order of observation."""
        return [[key, row.dump()] for key, row in self.rows.items()]

    def load(self, dumped: Any, read: Callable[[Any], E]) -> None:  # noqa: ANN401
        """Take in the rows of a snapshot; the table is empty before."""
        for key, row in dumped:
            self.rows[key] = read(row)
        self.weight = sum(row.weight for row in self.rows.values())
        self._forget_surplus()
