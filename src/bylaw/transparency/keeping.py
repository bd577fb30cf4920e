"""Accounts of days, kept in files, so that the account of a period is a sum of what was counted once.

A file saves time and is never the truth: it names the last record that it counts by its leaf, and one that does not fit
the ledger is counted anew. In it are counts, and nobody.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from bylaw.records.durable import write_whole
from bylaw.transparency.model import TABLES, Account, By, Daily, Lasted, Measure, Objection
from bylaw.transparency.published import Extent
from bylaw.transparency.sources import Counted

VERSION: Final = 1  # of what is counted; a file of another one is counted anew

Leaf = Callable[[int], bytes]  # of a record by its number


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A day as it is kept: its tables, each entry with how often."""

    version: int
    extent: Extent
    leaf: bytes
    facts: list[tuple[str, int]]
    events: list[tuple[By, int]]
    measures: list[tuple[Measure, int]]
    reversals: list[tuple[Measure, int]]
    clauses: list[tuple[By, int]]
    rules: list[tuple[By, int]]
    days: list[tuple[Daily, int]]
    notices: list[tuple[str, int]]
    cases: list[tuple[By, int]]
    appeals: list[tuple[Objection, int]]
    limits: list[tuple[str, int]]
    times: list[tuple[Lasted, int]]


class Days:
    """The accounts of days in a folder; ``leaf`` returns the hash of a record's leaf."""

    def __init__(self, folder: Path, leaf: Leaf) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._leaf = leaf

    def save(self, day: date, counted: Counted) -> None:
        """Keep a day's account. Durable on return."""
        tables: dict[str, Any] = {name: list(getattr(counted.account, name).items()) for name in TABLES}
        last = counted.extent.last
        kept = Kept(version=VERSION, extent=counted.extent, leaf=self._leaf(last) if last else b"", **tables)
        write_whole(self._path(day), msgspec.msgpack.encode(kept))

    def load(self, day: date) -> Counted | None:
        """Return a day's account; None if it is not kept, or is not of this ledger."""
        try:
            kept = msgspec.msgpack.decode(self._path(day).read_bytes(), type=Kept)
        except (OSError, msgspec.MsgspecError):
            return None
        last = kept.extent.last
        if kept.version != VERSION or kept.leaf != (self._leaf(last) if last else b""):
            return None
        tables: Mapping[str, Counter[Any]] = {name: Counter(dict(getattr(kept, name))) for name in TABLES}
        return Counted(Account(**tables), kept.extent)

    def missing(self, days: Iterable[date]) -> list[date]:
        """Return the days that are not kept."""
        return [day for day in days if not self._path(day).exists()]

    def _path(self, day: date) -> Path:
        return self._folder / f"{day.isoformat()}.account"


def together(parts: Iterable[Counted]) -> Counted:
    """Return the account of days that follow each other."""
    account, first, last, records = Account(), 0, 0, 0
    for part in parts:
        account += part.account
        first, last = first or part.extent.first, part.extent.last or last
        records += part.extent.records
    return Counted(account, Extent(first, last, records))
