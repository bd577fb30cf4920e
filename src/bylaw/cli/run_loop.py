"""The loop of ``bylaw run``: read, decide, write, show progress, survive being interrupted."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bylaw.base.canonical import canonical_bytes
from bylaw.book.book import Book, book_of, load_book
from bylaw.book.folder import read_folder
from bylaw.cli.interruption import Interruption
from bylaw.cli.job import Job
from bylaw.cli.output_file import LineFile, OutputError
from bylaw.cli.run_summary import print_summary
from bylaw.cli.screen import err, print_problems
from bylaw.engine.decision import Decision
from bylaw.events.decode import CLOCK_SKEW
from bylaw.events.event import Event
from bylaw.events.sources.columns import ColumnMap, read_column_map
from bylaw.events.sources.formats import read_events
from bylaw.events.sources.source import Reject, Source
from bylaw.runtime.deciding import Tally, decide_all, record_all
from bylaw.runtime.folders import init_data, short_name
from bylaw.runtime.offices import open_office

PROGRESS_EVERY = 200  # records between two looks at the bar
SHOWN_WARNINGS = 5
SHOWN_REJECTS = 3


def run_job(job: Job) -> Tally:
    """Run a book over a source and print the summary, also when the run is cut short.

    Exits with 130 when interrupted and 3 when the disk refused; what was decided before is kept.
    """
    with _desk(job) as desk:
        return _run(job, desk)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Who decides: a book in memory, or the decider of a record."""

    book: Book
    decide: Callable[[Iterable[Event | Reject], Tally], Iterator[Decision | Reject]]


@contextmanager
def _desk(job: Job) -> Iterator[_Desk]:
    if job.data is None:
        book = load_book(job.book)
        yield _Desk(book, partial(decide_all, book))
        return
    folder = read_folder(job.book)
    if not job.data.exists() or not any(job.data.iterdir()):
        init_data(job.data, short_name(book_of(folder).operator.operator.name))
    with open_office(job.data, acting=False) as office:
        charter = office.appoint(folder.files)
        yield _Desk(office.shelf.book(charter.basis.book), partial(record_all, office))


def _run(job: Job, desk: _Desk) -> Tally:
    if len(desk.book.warnings) <= SHOWN_WARNINGS:
        print_problems(desk.book.warnings)
    else:
        err().print(f"[yellow]{len(desk.book.warnings)} warnings[/] about the book: bylaw check {job.book}")
    source = _source(job)
    tally, started, status = Tally(), time.perf_counter(), 0
    try:
        _decide_and_write(job, desk, source, tally)
    except KeyboardInterrupt:
        status = 130
        err().print("[yellow]interrupted[/]: what was decided before is kept")
    except OutputError as error:
        status = 3
        err().print(f"[bold red]error:[/] {error}; what was decided before is kept. Make room and run again.")
    print_summary(job, tally, time.perf_counter() - started, clause_texts(desk.book))
    if status:
        sys.exit(status)
    return tally


def clause_texts(book: Book) -> dict[str, str]:
    """Return the words of every clause by its id, in the latest version that has it."""
    return {c.id: c.text for versions in book.library.versions.values() for d in versions for c in d.clauses}


def _source(job: Job) -> Source:
    columns = read_column_map(str(job.column_map)) if job.column_map else ColumnMap()
    columns = columns.with_pairs(columns=job.columns, constants=job.constants)
    now = datetime.now(UTC)  # noqa: TID251 - the command line is where time enters
    return Source(path=job.source, latest=now + CLOCK_SKEW, default_time=now, columns=columns)


def _decide_and_write(job: Job, desk: _Desk, source: Source, tally: Tally) -> None:
    with ExitStack() as stack:
        interruption = stack.enter_context(Interruption())
        decisions = (
            stack.enter_context(LineFile(job.decisions, replace=job.replace)) if job.decisions else None
        )
        rejects = stack.enter_context(LineFile(job.rejects, replace=job.replace)) if job.rejects else None
        records = interruption.between(read_events(source, job.format, desk.book.codec))
        results = desk.decide(records, tally)
        for result in _with_progress(results, source, tally):
            if isinstance(result, Reject):
                _tell_reject(result, tally)
                if rejects:
                    rejects.write(canonical_bytes(result.row()))
            elif decisions and (job.every or not result.silent):
                decisions.write(canonical_bytes(result))


def _tell_reject(reject: Reject, tally: Tally) -> None:
    if tally.rejected <= SHOWN_REJECTS:
        print_problems([reject.problem])
    if tally.rejected == SHOWN_REJECTS + 1:
        err().print("[dim]more rejects follow; --rejects FILE keeps them all[/]")


def _with_progress(
    results: Iterator[Decision | Reject], source: Source, tally: Tally
) -> Iterator[Decision | Reject]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err(), transient=True) as bar:
        task = bar.add_task("deciding", total=None, rate="")
        started = time.perf_counter()
        for number, result in enumerate(results, start=1):
            if number % PROGRESS_EVERY == 0:
                rate = f"{tally.events / (time.perf_counter() - started):,.0f} events/s"
                bar.update(task, total=source.progress.total, completed=source.progress.consumed, rate=rate)
            yield result
