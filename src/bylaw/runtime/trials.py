"""Back-tests and looks back beside deciding: one at a time, in a process of its own, so that events wait for none of it.

Progress and the wish to stop are in memory; what came of it is handed to ``done``. A service that is stopped ends it.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from bylaw.base.errors import BusyError, BylawError, Problem, UpstreamError
from bylaw.book.book import book_of
from bylaw.book.folder import folder_of
from bylaw.book.shelf import charter_of
from bylaw.cases.judged import judged
from bylaw.enforcement.retroactive.model import MOST
from bylaw.engine.backtest import Backtest
from bylaw.engine.backtest_counts import Result
from bylaw.engine.retrospect import Found, Retrospect
from bylaw.engine.stretch import Stretch
from bylaw.engine.verdicts import Verdict, Verdicts
from bylaw.runtime.offices import open_record

MEEK: Final = 10  # how much is given way to deciding, as ``nice`` means it
_CONTEXT: Final = get_context("spawn")
_WAIT_SECONDS: Final = 0.2
_END_SECONDS: Final = 5.0


Task = Callable[
    ..., Iterator[Any]
]  # a function of a module; yields numbers of rows done, and at last what came of it


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked: about which draft or rule, by whom, over how many rows, and the work, all of which can be pickled."""

    about: str
    version: int
    by: str
    last: int
    task: Task
    arguments: tuple[Any, ...]


@dataclass(slots=True)
class Running:
    """Work under way: ``rows`` of ``job.last`` were done. ``failed`` is why it ended so."""

    job: Job
    rows: int = 0
    stopped: bool = False
    failed: Problem | None = None

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return min(1.0, self.rows / max(1, self.job.last))


Done = Callable[[Any], object]


class Trials:
    """Runs them. Any thread may call."""

    def __init__(self, report: Callable[[BaseException], None]) -> None:
        """``report`` is told what nobody foresaw."""
        self._report = report
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._latest: Running | None = None

    @property
    def latest(self) -> Running | None:
        """The back-test under way, or the last one that this process ran."""
        return self._latest

    @property
    def busy(self) -> bool:
        """Whether one is under way."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, job: Job, done: Done) -> Running:
        """Begin a back-test. ``done`` is called in a thread of its own when it has come to its end.

        Raises:
            BusyError: ``draft.busy``, one is under way.
        """
        with self._lock:
            if self.busy:
                hint = "wait for it, or stop it"
                raise BusyError("draft.busy", "another back-test is under way", hint=hint)
            running = self._latest = Running(job)
            self._thread = threading.Thread(
                target=self._run, name="back-test", args=(running, done), daemon=True
            )
            self._thread.start()
            return running

    def stop(self) -> bool:
        """Stop the one under way; tell whether there was one."""
        running, busy = self._latest, self.busy
        if running and busy:
            running.stopped = True
        return busy

    def wait(self) -> None:
        """Return when none is under way."""
        if self._thread is not None:
            self._thread.join()

    def close(self) -> None:
        """Stop, and wait for the end of it."""
        self.stop()
        self.wait()

    def _run(self, running: Running, done: Done) -> None:
        try:
            result = self._result(running)
            if result is not None:
                done(result)
        except BylawError as error:
            running.failed = error.problem
        except Exception as error:  # noqa: BLE001 - it is shown as failed, and told to whoever runs the service
            running.failed = Problem(code="draft.failed", message="the back-test could not be run")
            self._report(error)

    def _result(self, running: Running) -> Any:  # noqa: ANN401 - what the task comes to
        job = running.job
        here, there = _CONTEXT.Pipe()
        process = _CONTEXT.Process(target=_work, args=(there,), daemon=True)
        process.start()
        there.close()
        try:
            here.send((job.task, job.arguments))
            while not running.stopped:
                if not here.poll(_WAIT_SECONDS):
                    continue
                said = here.recv()
                if isinstance(said, Problem):
                    raise _told(said)
                if not isinstance(said, int):
                    return said
                running.rows += said
        except (EOFError, OSError):
            hint = "was it out of memory?"
            raise UpstreamError("draft.died", "the back-test ended without a word", hint=hint) from None
        finally:
            process.terminate()
            process.join(_END_SECONDS)
            here.close()
        return None


def _told(problem: Problem) -> BylawError:
    return BylawError(problem.code, problem.message, where=problem.where, hint=problem.hint)


def _work(pipe: "Connection[Any, Any]") -> None:
    os.nice(MEEK)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it will stop it
    task, arguments = pipe.recv()
    try:
        for said in task(*arguments):
            pipe.send(said)
    except BylawError as error:
        pipe.send(error.problem)


def backtested(
    data: Path, files: Mapping[str, bytes], own: Stretch, told: Sequence[Verdict] = (), number: int = 0
) -> Iterator[int | Result]:
    """Decide a stretch of a record by another book: yield how many rows were done, and the result at last.

    Args:
        data: the folder of the record.
        files: of the other book.
        own: the rows to decide; all before them are followed.
        told: verdicts that count beside those on record, and before them.
        number: of this stretch, where several processes share a record.
    """
    charter = charter_of(book_of(folder_of("", files)))
    with open_record(data, writing=False) as reading:
        with reading.records.reading() as core:
            verdicts = Verdicts(told, judged(core, own.first, own.last))
        yield from Backtest(reading.archive, reading.keys, charter, verdicts).run(own, leads=number == 0)


def looked_back(data: Path, rule: str, own: Stretch) -> Iterator[int | Found]:
    """Look for what a rule of the book in force would have asked for: yield rows done, and what was found at last."""
    with open_record(data, writing=False) as reading:
        charter = charter_of(reading.in_force())
        yield from Retrospect(reading.archive, reading.keys, charter, rule).run(own, MOST)
