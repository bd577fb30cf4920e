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
            kept = self._seen.get(name)
        if kept is None or not timedelta(0) <= now - kept[0] < AGE:
            kept = now, look()
            with self._lock:
                self._seen[name] = kept
        found: T = kept[1]
        return found
