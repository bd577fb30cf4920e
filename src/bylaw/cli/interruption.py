"""Being asked to stop, without losing what was decided.

A signal that comes while a record is being decided and written waits until that is done; one that comes
while the next record is awaited takes effect at once.
"""

import signal
from collections.abc import Iterable, Iterator
from types import FrameType, TracebackType
from typing import Self, TypeVar

Record = TypeVar("Record")

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Takes SIGINT and SIGTERM for as long as it is entered; raises KeyboardInterrupt where it is safe."""

    def __init__(self) -> None:
        self._busy = False
        self._wanted = False
        self._before = {number: signal.getsignal(number) for number in SIGNALS}

    def __enter__(self) -> Self:
        for number in SIGNALS:
            signal.signal(number, self._asked)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self._wanted = True
        if not self._busy:
            raise KeyboardInterrupt

    def between(self, records: Iterable[Record]) -> Iterator[Record]:
        """Return the records; interruption happens only while one is awaited."""
        waiting = iter(records)
        while True:
            self._busy = False
            if self._wanted:
                raise KeyboardInterrupt
            record = next(waiting, None)
            self._busy = True
            if record is None:
                return
            yield record
