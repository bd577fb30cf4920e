"""``bylaw backtest``: what another book would have decided of the events on record."""

from pathlib import Path
from typing import Annotated

import typer


def backtest(
    data: Annotated[Path, typer.Option(help="The data folder.", show_default=False)],
    book: Annotated[Path, typer.Option(help="The folder of the other book.", show_default=False)],
    verdicts: Annotated[
        Path | None,
        typer.Option(
            help="What people said besides the verdicts on record, one JSON object a line: event, clause, violates.",
            show_default=False,
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Write a page to look at.", show_default=False)
    ] = None,
    jobs: Annotated[int, typer.Option(min=0, help="How many processes; 0: as many as are worth it.")] = 0,
    first: Annotated[
        int, typer.Option("--from", min=1, help="The first row to decide; all before it are followed.")
    ] = 1,
    last: Annotated[
        int | None, typer.Option("--to", min=1, help="The last row; the whole record without it.")
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON for scripts.")] = False,
) -> None:
    """Decide the recorded events by another book, and say what would change. Nothing is recorded.

    Windows are made again from the first event. Quotas and brakes are left out: this asks what rules say.
    """
    from bylaw.cli.backtest_report import print_result, write_page
    from bylaw.cli.backtest_run import Task, run_backtest

    done = run_backtest(Task(data, book, verdicts, first, last), jobs)
    if report:
        write_page(done, report)
    print_result(done, report, json=json)
