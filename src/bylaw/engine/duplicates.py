"""Events are idempotent by id: the same event once, the same id with other content never.

A bounded memory of the latest ids; what is older than ``limit`` events is forgotten, and would be
decided again. The record, when there is one, remembers everything.
"""

from enum import StrEnum

LIMIT = 1_000_000


class Seen(StrEnum):
    """What the memory says of an event."""

    NEW = "new"
    SAME = "same"  # decided before; the first decision stands
    CONFLICT = "conflict"  # the id was used for something else


class Duplicates:
    """Ids of the latest events with the digests of their content."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._digests: dict[str, str] = {}

    def see(self, event_id: str, event_digest: str) -> Seen:
        """Remember an event, and say whether it was seen before."""
        known = self._digests.get(event_id)
        if known is not None:
            return Seen.SAME if known == event_digest else Seen.CONFLICT
        if len(self._digests) >= self._limit:
            del self._digests[next(iter(self._digests))]
        self._digests[event_id] = event_digest
        return Seen.NEW
