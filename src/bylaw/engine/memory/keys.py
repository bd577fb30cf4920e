"""Keys as the memory holds them: digests under the operator's secret, never what they were made from.

A digest has one length whatever it was made from, so a key of a megabyte costs as much as a short one.
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

BYTES = 16  # of a digest: 2**64 keys before two are likely to meet
REMEMBERED = 65_536  # digests kept at hand; the state does not depend on them
REMEMBERED_CHARS = 128  # of a text whose digest is kept at hand


class Keys:
    """Digests of keys under one secret (16 to 64 bytes).

    Raises:
        ValueError: the secret is too short or too long.
    """

    def __init__(self, secret: bytes) -> None:
        if not 16 <= len(secret) <= 64:
            raise ValueError("the secret of the memory has 16 to 64 bytes")
        self._empty = blake2b(digest_size=BYTES, key=secret)
        self._at_hand = lru_cache(REMEMBERED)(self._digest)
        self.word = lru_cache(REMEMBERED)(self._number)  # of a short text, at hand
        self.check = self._digest("\0which secret")

    def of(self, value: str | int) -> bytes:
        """Return the digest of a key. ``1`` and ``"1"`` differ."""
        if isinstance(value, str) and len(value) <= REMEMBERED_CHARS:
            return self._at_hand(value)
        return self._digest(value)

    def number(self, value: str | int) -> int:
        """Return 64 bits of the digest."""
        if isinstance(value, str) and len(value) <= REMEMBERED_CHARS:
            return self.word(value)
        return self._number(value)

    def _number(self, value: str | int) -> int:
        return int.from_bytes(self._digest(value)[:8], "big")

    def _digest(self, value: str | int) -> bytes:
        made = self._empty.copy()
        made.update(
            b"s" + value.encode("utf-8", "surrogatepass") if isinstance(value, str) else b"i%d" % value
        )
        return made.digest()


def pair(of: bytes, towards: bytes) -> bytes:
    """Return the key of an ordered pair."""
    return of + towards


def items_of(value: object, limit: int) -> Iterable[str | int]:
    """Yield what a field holds, item by item if it is a list, as keys."""
    if isinstance(value, list):
        for item in value[:limit]:
            yield from items_of(item, limit)
    elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        yield value
    else:
        yield repr(value)
