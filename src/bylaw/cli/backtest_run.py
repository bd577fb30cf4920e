"""The work of ``bylaw backtest``, shared out over cores."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bylaw.base.errors import InputError, NotFoundError
from bylaw.book.book import Book, book_of
from bylaw.book.folder import read_folder
from bylaw.cli.processes import processes_for, shared_out
from bylaw.cli.replay_run import stretch
from bylaw.cli.screen import counting
from bylaw.engine.backtest_counts import Result
from bylaw.engine.stretch import Stretch, balanced
from bylaw.engine.verdicts import Verdict, read_verdicts
from bylaw.runtime.offices import open_record
from bylaw.runtime.trials import backtested


class Task(NamedTuple):
    """What is asked: which record, which other book, which file of verdicts, which rows."""

    data: Path
    book: Path
    verdicts: Path | None
    first: int
    last: int | None


@dataclass(frozen=True, slots=True)
class Done:
    """A back-test that was run. ``before`` is the book in force, nothing where none is."""

    before: Book | None
    after: Book
    whole: Stretch
    in_file: int  # events that the file of verdicts names
    result: Result
    seconds: float


def run_backtest(task: Task, jobs: int) -> Done:
    """Run a back-test.

    Raises:
        Problems: the other book has mistakes.
        InputError: a line of the file is no verdict, or there are no such rows.
    """
    folder = read_folder(task.book)
    after, told = book_of(folder), _told(task.verdicts)
    whole, started = stretch(task.data, task.first, task.last), time.perf_counter()
    own = balanced(whole, processes_for(whole.rows, jobs))
    shares = [(task.data, folder.files, one, told, number) for number, one in enumerate(own)]
    results: dict[int, Result] = {}
    with counting("deciding again", sum(one.last for one in own)) as done:
        for part in shared_out(backtested, shares):
            if isinstance(part, Result):
                results[part.first] = part
            else:
                done(part)
    result = results.pop(whole.first)
    for first in sorted(results):
        result.merge(results[first])
    before = _in_force(task.data, whole)
    in_file = len({verdict.event for verdict in told})
    return Done(before, after, whole, in_file, result, time.perf_counter() - started)


def _told(path: Path | None) -> list[Verdict]:
    if path is None:
        return []
    try:
        with path.open("rb") as file:
            return read_verdicts(str(path), file)
    except FileNotFoundError:
        raise NotFoundError("verdicts.no_file", f"no file `{path}`") from None
    except OSError as error:
        raise InputError("verdicts.file", f"cannot read `{path}`: {(error.strerror or '').lower()}") from None


def _in_force(data: Path, whole: Stretch) -> Book | None:
    with open_record(data, writing=False) as reading:
        digest = reading.archive.book_at(whole.last)
        return reading.shelf.book(digest) if digest else None
