"""The work of ``bylaw transparency``."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

import typer

from bylaw.base.errors import InputError, NotFoundError, Problem
from bylaw.book.book import Book
from bylaw.book.reporting import Transparency
from bylaw.cli.output_file import LineFile
from bylaw.cli.screen import counting, following, print_problems
from bylaw.records.ledger import verifier
from bylaw.runtime.offices import Reading, open_record
from bylaw.transparency.database import MOST, encode
from bylaw.transparency.published import Period, demand_period
from bylaw.transparency.publishing import verify, write
from bylaw.transparency.report import report_of
from bylaw.transparency.sources import OfExport, OfRecord, count
from bylaw.transparency.statements import PREFIX, Statements

SHOWN: Final = 20  # differences


def write_report(data: Path, since: date, until: date, out: Path) -> None:
    """Count a period and write its report into a new folder.

    Raises:
        InputError: the period has no days, or too many.
        ConflictError: the folder exists.
    """
    period = demand_period(since, until)
    with open_record(data, writing=False) as reading:
        book = _book(reading)
        operator = book.operator.operator.name
        settings = book.operator.transparency or Transparency()
        ledger = OfRecord(reading.records)
        first, last = ledger.extent(period)
        _warn_if_growing(reading, period)
        with counting("counting", last - first + 1) as done:
            counted = count(ledger, first, last, done)
    report = report_of(counted.account, period, counted.extent, operator, settings)
    files = write(report, out)
    typer.echo(f"{out}: {len(files)} files of {counted.extent.records:,} records")


def verify_report(published: Path, export: Path, key: str, witnesses: Sequence[str]) -> int:
    """Compare a report with an export; return the exit status.

    Raises:
        InputError: the file is no report, or the folder no export.
    """
    ledger = OfExport(export)
    with following("verifying the ledger") as done:
        found = verifier.verify(
            verifier.files_below(export),
            lambda name: (export / name).read_bytes(),
            key,
            witnesses=witnesses,
            progress=lambda records: done(records, ledger.checkpoint.size),
        )
    if found.findings or found.checkpoint is None:
        _tell(f"{where}: {what}" for where, what in found.findings)
        typer.echo("NOT SOUND")
        return 1
    with counting("counting again", ledger.checkpoint.size) as counted:
        differences = list(verify(published, ledger, counted))
    if differences:
        _tell(f"{one.where}: published {one.published}, the ledger says {one.ledger}" for one in differences)
        typer.echo("NOT THE SAME")
        return 1
    typer.echo(
        f"the same: counted again from {ledger.checkpoint.size:,} records of {ledger.checkpoint.origin}"
    )
    return 0


def write_statements(
    data: Path, since: date, until: date, out: Path, *, prefix: str, batches: bool, replace: bool
) -> None:
    """Write the statements of a period.

    Raises:
        InputError: the period has no days, or the prefix has other characters than ids may have.
        ConflictError: the file exists, and is not to be overwritten.
    """
    period = demand_period(since, until)
    if not PREFIX.issuperset(prefix):
        raise InputError("transparency.prefix", "a prefix has letters, digits, `-` and `_` only")
    with open_record(data, writing=False) as reading:
        making = Statements(reading.records, _book(reading), prefix)
        first, last = OfRecord(reading.records).extent(period)
        made = 0
        with counting("writing", last - first + 1) as done, LineFile(out, replace=replace) as file:
            lines = (encode(one) for one in making.made(period, done))
            while some := list(islice(lines, MOST if batches else 1)):
                made += len(some)
                file.write(b'{"statements":[%b]}' % b",".join(some) if batches else some[0])
    typer.echo(f"{out}: {made:,} statements")


def _book(reading: Reading) -> Book:
    digest = reading.archive.book_at(reading.records.head)
    if not digest:
        raise NotFoundError("transparency.no_book", "nothing was ever decided here by a book")
    return reading.shelf.book(digest)


def _warn_if_growing(reading: Reading, period: Period) -> None:
    if reading.records.clock() < period.end:
        message = f"the period is not over before {period.until}: later records will not be in this report"
        print_problems([Problem(code="transparency.growing", message=message, hint="", severity="warning")])


def _tell(lines: Iterable[str]) -> None:
    for line in islice(lines, SHOWN):
        typer.echo(line)
