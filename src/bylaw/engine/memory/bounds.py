"""Every bound of the memory: how late is late, how much is kept. Sizes are counts, times microseconds."""

from dataclasses import astuple, dataclass, replace

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR

LATENESS = 300 * SECOND  # how far behind its arrival an event may claim to have happened
SHORTEST = SECOND  # of a window
LONGEST = 366 * DAY

STEP = 64  # a merged cell of a trail holds less than 1/STEP of what is newer
SAMPLE = 1_024  # distinct values of one key kept in full
ITEMS = 1_000  # of a list, counted as distinct values
TABLES = 256  # of one book
IDS = 1_000_000  # of events, to know one that comes again; the latest half of them at least
LARGEST = 1e200  # amount that is summed, either way: sums of such amounts stay finite


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is kept; what was observed longest ago goes first. What each costs: docs/windows.md."""

    keys: int = 200_000  # accounts, addresses and the like, by counter
    entries: int = 1_000_000  # moments and values of all keys of a counter
    all_keys: int = 1_000_000  # of all counters; a book with many has its tables share them evenly
    all_entries: int = 5_000_000  # the same
    groups: int = 50_000  # of texts that resemble each other
    pairs: int = 500_000  # of accounts that have something to do with each other
    accounts: int = 200_000  # whose groups and dealings with the operator are known
    ids: int = IDS

    def shared(self, tables: int) -> "Limits":
        """Return what each of so many tables may keep, so that all of them keep to the sum.

        Raises:
            ValueError: a limit is not above zero.
        """
        if min(astuple(self)) <= 0:
            raise ValueError("limits are above zero")
        keys = min(self.keys, max(1, self.all_keys // max(1, tables)))
        entries = min(self.entries, max(1, self.all_entries // max(1, tables)))
        return replace(self, keys=keys, entries=entries)
