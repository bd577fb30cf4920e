"""One line of JSON for each request: patterns of paths and ids of keys, never what somebody sent or asked for.

Lines are written by a thread of their own: whoever reads them may be slow. What does not fit is counted and said.
"""

import threading
import traceback
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple, TextIO

import msgspec

MAX_LINES: Final = 20_000
PAUSE_SECONDS: Final = 0.2  # between two writes
ATOMIC: Final = 4_096  # bytes that a pipe takes whole (PIPE_BUF)
_ENCODE: Final = msgspec.json.Encoder().encode


class Entry(NamedTuple):
    """A request that was answered. ``seconds`` is when, since 1970; ``key`` is the id of a key of the API."""

    at: float
    request: str
    method: str
    route: str
    status: int
    ms: float
    sent: int
    key: str


class RequestLog:
    """Lines on their way to a file. ``quiet``: only of requests that failed."""

    def __init__(self, file: TextIO, *, quiet: bool = False) -> None:
        self._file = file
        self._quiet = quiet
        self._lines: deque[Entry | dict[str, object]] = deque()
        self._lost = 0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="request-log", daemon=True)
        self._thread.start()

    def answered(self, entry: Entry) -> None:
        """Take note of a request."""
        if not self._quiet or entry.status >= 400:
            self._add(entry)

    def note(self, said: dict[str, object]) -> None:
        """Take note of something that happened to the service."""
        self._add(said)

    def unforeseen(self, error: BaseException) -> None:
        """Take note of an error that nobody foresaw: what kind and where, not its text, which may repeat anything."""
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
        code = getattr(error, "code", "")
        self._add({"unforeseen": type(error).__name__, "code": code, "at": places})

    def close(self) -> None:
        """Write what is left."""
        self._ending.set()
        self._thread.join()

    def _add(self, line: Entry | dict[str, object]) -> None:
        if len(self._lines) >= MAX_LINES:
            self._lost += 1
        else:
            self._lines.append(line)

    def _run(self) -> None:
        while not self._ending.wait(PAUSE_SECONDS):
            self._write()
        self._write()

    def _write(self) -> None:
        lines = [self._lines.popleft() for _ in range(len(self._lines))]
        lost, self._lost = self._lost, 0
        if lost:
            lines.append({"lost": lost})
        for some in _atomic(_ENCODE(_told(line)).decode() + "\n" for line in lines):
            self._file.write(some)
            self._file.flush()


def _atomic(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines in pieces that a pipe takes whole, for other processes write to the same."""
    some = ""
    for line in lines:
        if len(some) + len(line) > ATOMIC and some:
            yield some
            some = ""
        some += line
    if some:
        yield some


def _told(line: Entry | dict[str, object]) -> dict[str, object]:
    if not isinstance(line, Entry):
        return line
    told: dict[str, object] = {**line._asdict(), "ms": round(line.ms, 2)}
    told["at"] = datetime.fromtimestamp(line.at, UTC).isoformat(timespec="milliseconds")
    return told
