"""What many pages show alike, such as how much waits: looked up once in a while, not once a page."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

AGE: Final = timedelta(seconds=2)  # for which what was seen is shown again

T = TypeVar("T")


class Glance:
    """What was seen last, by name. Any thread may look; the names are few, and fixed in the program."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[datetime, Any]] = {}
        self._lock = threading.Lock()

    def at(self, name: str, now: datetime, look: Callable[[], T]) -> T:
        """Return what was seen under a name, looked up anew if that was longer ago than ``AGE``."""
        with self._lock:
            at, seen = self._seen.get(name, (None, None))
        if at is None or not timedelta(0) <= now - at < AGE:
            seen = look()
            with self._lock:
                self._seen[name] = now, seen
        found: T = seen
        return found
