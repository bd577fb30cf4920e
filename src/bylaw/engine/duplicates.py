"""Events are idempotent by id: the same event once, the same id with other content never.

A bounded memory of the latest ids, in two halves: when the newer is full it becomes the older, and what was
the older is forgotten. So the latest half of ``limit`` is always known, never more than ``limit``, and no event
pays for forgetting. What is forgotten would be decided again. The record, when there is one, remembers everything.
"""

from enum import StrEnum
from hashlib import blake2b

from bylaw.engine.memory.bounds import IDS

BYTES = 15  # of a digest: 2**60 of them before two are likely to meet; one more would take 16 bytes of memory


class Seen(StrEnum):
    """What the memory says of an event."""

    NEW = "new"
    SAME = "same"  # decided before; the first decision stands
    CONFLICT = "conflict"  # the id was used for something else


class Duplicates:
    """Ids of the latest events with what they were used for, as digests: 156 bytes each, however long an id is."""

    def __init__(self, limit: int = IDS) -> None:
        """Remember at most ``limit`` ids, two at least."""
        self._half = max(1, limit // 2)
        self._newer: dict[bytes, bytes] = {}
        self._older: dict[bytes, bytes] = {}

    def see(self, event_id: str, event_digest: str) -> Seen:
        """Remember an event, and say whether it was seen before."""
        key, content = _short(event_id), _short(event_digest)
        known = self._newer.get(key) or self._older.get(key)
        if known is not None:
            return Seen.SAME if known == content else Seen.CONFLICT
        if len(self._newer) >= self._half:
            self._newer, self._older = {}, self._newer
        self._newer[key] = content
        return Seen.NEW


def _short(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=BYTES).digest()
