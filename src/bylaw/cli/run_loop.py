"""The loop of ``bylaw run``: read, decide, write, show progress, survive being interrupted."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bylaw.base.canonical import canonical_bytes
from bylaw.book.book import Book, load_book
from bylaw.cli.output_file import LineFile, OutputError
from bylaw.cli.run_summary import print_summary
from bylaw.cli.screen import err, print_problems
from bylaw.engine.decision import Decision
from bylaw.events.event import Event
from bylaw.events.sources.records import Reject
from bylaw.runtime import Tally, decide_all

PROGRESS_EVERY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where a run writes."""

    decisions: Path | None
    rejects: Path | None
    replace: bool
    every: bool


def run_book(
    path: Path, source: str, source_format: str, column_map: Path | None, files: Files, *, json: bool
) -> Tally:
    """Run a book over a source and print the summary, also when the run is cut short."""
    book = load_book(path)
    print_problems(book.warnings if len(book.warnings) <= 5 else ())
    tally, started, status = Tally(), time.perf_counter(), 0
    try:
        with ExitStack() as stack:
            _write_all(book, _records(book, source, source_format, column_map), files, tally, stack)
    except KeyboardInterrupt:
        status = 130
        err().print("[yellow]interrupted[/]: what was decided before is kept")
    except OutputError as error:
        status = 3
        err().print(f"[bold red]error:[/] {error}; what was decided before is kept. Make room and run again.")
    print_summary(tally, time.perf_counter() - started, json=json, texts=_clause_texts(book), written=files.decisions)
    if status:
        sys.exit(status)
    return tally
