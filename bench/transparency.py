"""The public account: facts folded, read from a record and folded, counted again from an export, drawn.

The traffic is the simulated day, decided by Harbour's book and acted on; then a thousand actions are taken back.
"""

import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from bench.measure import Rate, rate, show
from bench.record import BATCH, ROOT
from bylaw.book.folder import read_folder
from bylaw.book.reporting import Transparency
from bylaw.enforcement import store
from bylaw.engine.decider import Arrival
from bylaw.records.ledger.export import export
from bylaw.records.ledger.signing import checkpoint
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Office, open_office
from bylaw.simulation.stream import Plan, simulate
from bylaw.transparency.folding import fold
from bylaw.transparency.page import document
from bylaw.transparency.published import Period, encode
from bylaw.transparency.report import report_of
from bylaw.transparency.sheets import csv_of, sheets
from bylaw.transparency.sources import OfExport, OfRecord, count
from bylaw.transparency.statements import Statements

EVENTS = 30_000
UNDONE = 1_000
PERIOD = Period(date(2026, 1, 1), date(2028, 1, 1))


def bench() -> None:
    files = read_folder(ROOT / "examples/harbour").files
    with tempfile.TemporaryDirectory(prefix="bylaw-bench-") as folder:
        data = Path(folder) / "data"
        init_data(data, "bench")
        with open_office(data) as office:
            _happen(office, files)
            export(office.records, checkpoint(office.records, office.log_key), Path(folder) / "export")
            title = f"The public account of {office.records.head:,} facts, {EVENTS:,} of them events"
            show(title, _rates(office, OfExport(Path(folder) / "export")), "facts")
            show("What is made of it", _outputs(office), "reports")
            show("Statements of reasons", [_statements(office)], "statements")


def _happen(office: Office, files: Mapping[str, bytes]) -> None:
    office.appoint(files)
    events = [labelled.event for labelled in simulate(Plan(events=EVENTS))]
    for start in range(0, len(events), BATCH):
        office.decider.decide([Arrival(event, event.at) for event in events[start : start + BATCH]])
    with office.records.reading() as core:
        made = [one.action for one in store.actions(core, limit=UNDONE)]
    for action in made[:UNDONE]:
        if action.effect == "hold":
            office.enforcement.undo(action.action, "staff_1", "It was a song.")


def _rates(office: Office, exported: OfExport) -> list[Rate]:
    ledger = OfRecord(office.records)
    first, last = ledger.extent(PERIOD)
    rows = list(office.records.rows(first, last))

    def folded() -> int:
        fold(rows, ledger.origins)
        return len(rows)

    def from_record() -> int:
        return count(ledger, first, last).extent.records

    def from_export() -> int:
        return count(exported, *exported.extent(PERIOD)).extent.records

    return [
        rate("folded, in memory", folded),
        rate("read from the record, verified and folded", from_record),
        rate("read from an export and folded", from_export),
    ]


def _outputs(office: Office) -> list[Rate]:
    ledger = OfRecord(office.records)
    counted = count(ledger, *ledger.extent(PERIOD))
    book = office.shelf.book(office.archive.book_at(office.records.head))
    settings = book.operator.transparency or Transparency()
    report = report_of(counted.account, PERIOD, counted.extent, "Harbour", settings)

    def once(work: object) -> int:
        return 1 if work else 0

    return [
        rate("report.json", lambda: once(encode(report))),
        rate("sheets", lambda: once([csv_of(sheet) for sheet in sheets(report)])),
        rate("page with charts", lambda: once(document(report))),
    ]


def _statements(office: Office) -> Rate:
    book = office.shelf.book(office.archive.book_at(office.records.head))

    def made() -> int:
        return sum(1 for _ in Statements(office.records, book).made(PERIOD))

    return rate("made and read from the record", made)
