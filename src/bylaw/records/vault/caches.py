"""What the hot path keeps in memory: recent keys within bounds, and nonces drawn ahead."""

import os
import weakref
from collections.abc import Callable
from threading import Lock
from typing import Final, Generic, TypeVar

from bylaw.records.vault.uses import NONCE_BYTES

NONCES_AHEAD: Final = 1_024

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """At most twice ``size`` values, in two generations: what was not asked for during a whole one is let go.

    A hit in the young generation is one dictionary look-up: ``recent.young.get(key)``, from any thread. What
    that misses, ``get`` finds in the old one.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self.young: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """Return a value, and count it as asked for."""
        with self._lock:
            value = self.young.get(key)
            if value is None and (value := self._old.get(key)) is not None:
                self._put(key, value)
            return value

    def put(self, key: K, value: V) -> None:
        """Remember a value."""
        with self._lock:
            self._put(key, value)

    def drop(self, key: K) -> None:
        """Forget a value at once."""
        with self._lock:
            self.young.pop(key, None)
            self._old.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self.young, self._old = {}, {}

    def _put(self, key: K, value: V) -> None:
        if len(self.young) >= self._size:
            self.young, self._old = {}, self.young
        self.young[key] = value


class Nonces:
    """Random nonces, each handed out once, to one thread; drawn in blocks, which a forked child throws away."""

    def __init__(self, chance: Callable[[int], bytes]) -> None:
        self._chance = chance
        self._ready: list[bytes] = []
        _ALL.add(self)

    def take(self) -> bytes:
        """Return 12 random bytes."""
        try:
            return self._ready.pop()
        except IndexError:
            fresh = self.draw(NONCES_AHEAD)
            nonce = fresh.pop()
            self._ready.extend(fresh)
            return nonce

    def draw(self, count: int) -> list[bytes]:
        """Return many at once."""
        block = self._chance(count * NONCE_BYTES)
        return [block[at : at + NONCE_BYTES] for at in range(0, len(block), NONCE_BYTES)]

    def forget(self) -> None:
        """Throw away what was drawn ahead."""
        self._ready.clear()


_ALL: Final[weakref.WeakSet[Nonces]] = weakref.WeakSet()


def _after_fork() -> None:
    for nonces in list(_ALL):
        nonces.forget()


os.register_at_fork(after_in_child=_after_fork)
