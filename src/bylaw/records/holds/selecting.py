"""Finding what a hold is to keep: records by kind of event, clause, period and person."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bylaw.records.fact import Row
from bylaw.records.holds.copies import Copies
from bylaw.records.people import concerned, told
from bylaw.records.records import Records
from bylaw.records.refolding import Progress, quiet
from bylaw.records.store import PAGE

ALWAYS: Final = 1 << 62  # microseconds since 1970


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which records: all that is given must be so of one. ``since`` and ``until`` (exclusive) are instants of events."""

    kinds: frozenset[str] = frozenset()
    clauses: frozenset[str] = frozenset()
    people: frozenset[bytes] = frozenset()
    since: int = -ALWAYS
    until: int = ALWAYS

    def has(self, row: Row) -> bool:
        """Tell whether a record is one of them."""
        said = told(row)
        at = row.at if said.at is None else said.at
        return (
            bool(said.kind)
            and self.since <= at < self.until
            and (not self.kinds or said.kind in self.kinds)
            and (not self.clauses or not self.clauses.isdisjoint(said.clauses))
            and (not self.people or not self.people.isdisjoint(concerned(row)))
        )


def sought(records: Records, copies: Copies, what: Sought, progress: Progress = quiet) -> Iterator[int]:
    """Yield the records that are sought and can still be read, in order. It reads the whole journal."""
    head = records.head
    for first in range(1, head + 1, PAGE):
        last = min(head, first + PAGE - 1)
        for row in records.page(first, last):
            if what.has(row) and (copies.original(row) or copies.read(row)):
                yield row.seq
        progress(last, head)
