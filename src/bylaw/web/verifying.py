"""Computing the ledger again while the service goes on: one at a time, in a thread of its own, with its progress told."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from bylaw.base.errors import BusyError, BylawError
from bylaw.records.checking import Checked, problem
from bylaw.records.refolding import Progress

Work = Callable[[Progress], Checked]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far it is. ``began`` and ``ended`` are instants, 0: not yet; ``checked`` is what it found, once it has ended."""

    began: int = 0
    ended: int = 0
    done: int = 0
    total: int = 0
    checked: Checked | None = None

    @property
    def is_running(self) -> bool:
        """Whether one is under way."""
        return self.began > 0 and self.checked is None


class StoppedError(Exception):
    """The service stops, and nobody waits for the outcome any more."""


class Verification:
    """Verifications of one service. Any thread may call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._standing = Standing()
        self._thread: threading.Thread | None = None
        self._stopping = False

    @property
    def standing(self) -> Standing:
        """How far the one under way is, or what the last one found."""
        return self._standing

    def start(self, work: Work, clock: Callable[[], int]) -> None:
        """Begin one.

        Raises:
            BusyError: ``ledger.verifying``, one is under way.
        """
        with self._lock:
            if self._standing.is_running or self._stopping:
                raise BusyError(
                    "ledger.verifying", "the ledger is being verified", hint="wait until it is done"
                )
            self._standing = Standing(began=max(clock(), 1))
            self._thread = threading.Thread(target=self._run, args=(work, clock), name="verification")
            self._thread.start()

    def close(self) -> None:
        """Stop the one under way, and wait until it has."""
        with self._lock:
            self._stopping = True
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self, work: Work, clock: Callable[[], int]) -> None:
        try:
            checked = work(self._tell)
        except StoppedError:
            return
        except BylawError as error:
            checked = Checked(problems=(error.problem,), rows=0, root=b"")
        except Exception as error:  # noqa: BLE001 - whatever it is, the ledger is not shown to be sound
            told = problem("ledger.unreadable", f"it cannot be read: {type(error).__name__}")
            checked = Checked(problems=(told,), rows=0, root=b"")
        self._standing = replace(self._standing, ended=clock(), checked=checked)

    def _tell(self, done: int, total: int) -> None:
        if self._stopping:
            raise StoppedError
        self._standing = replace(self._standing, done=done, total=total)
