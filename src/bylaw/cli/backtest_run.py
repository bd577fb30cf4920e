"""The work of ``bylaw backtest``, shared out over cores."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bylaw.base.errors import InputError, NotFoundError
from bylaw.book.book import Book, book_of
from bylaw.book.folder import folder_of, read_folder
from bylaw.book.shelf import charter_of
from bylaw.cli.processes import processes_for, shared_out
from bylaw.cli.replay_run import stretch
from bylaw.cli.screen import counting
from bylaw.engine.backtest import Backtest
from bylaw.engine.backtest_counts import Result
from bylaw.engine.stretch import Stretch, balanced
from bylaw.engine.verdicts import Verdicts, read_verdicts
from bylaw.runtime.offices import open_record


class Task(NamedTuple):
    """What is asked: which record, which other book, whose verdicts, which rows."""

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
    verdicts: int  # events that somebody looked at
    result: Result
    seconds: float


def run_backtest(task: Task, jobs: int) -> Done:
    """Run a back-test.

    Raises:
        Problems: the other book has mistakes.
        InputError: a line of the file is no verdict, or there are no such rows.
    """
    folder = read_folder(task.book)
    after, verdicts = book_of(folder), _verdicts(task.verdicts)
    whole, started = stretch(task.data, task.first, task.last), time.perf_counter()
    own = balanced(whole, processes_for(whole.rows, jobs))
    shares = [(task.data, folder.files, verdicts, one, number) for number, one in enumerate(own)]
    results: dict[int, Result] = {}
    with counting("deciding again", sum(one.last for one in own)) as done:
        for part in shared_out(backtest_share, shares):
            if isinstance(part, Result):
                results[part.first] = part
            else:
                done(part)
    result = results.pop(whole.first)
    for first in sorted(results):
        result.merge(results[first])
    before = _in_force(task.data, whole)
    return Done(before, after, whole, len(verdicts), result, time.perf_counter() - started)


def backtest_share(
    data: Path, files: Mapping[str, bytes], verdicts: Verdicts, own: Stretch, number: int
) -> Iterator[int | Result]:
    """Follow what comes before a stretch and decide it; yield rows done, and the result at last."""
    charter = charter_of(book_of(folder_of("", files)))
    with open_record(data, writing=False) as reading:
        yield from Backtest(reading.archive, reading.keys, charter, verdicts).run(own, leads=number == 0)


def _verdicts(path: Path | None) -> Verdicts:
    if path is None:
        return Verdicts()
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
