"""``bylaw run``: a book over a source of real events."""

from pathlib import Path
from typing import Annotated

import typer


def run(
    book: Annotated[Path, typer.Option("--book", help="The book's folder.", show_default=False)],
    source: Annotated[
        str, typer.Option(help="A file or folder of records; `-` is standard input.", show_default=False)
    ],
    format_: Annotated[
        str,
        typer.Option(
            "--format", help="jsonl, mbox, maildir, eml, access-log, csv or parquet.", show_default=False
        ),
    ],
    data: Annotated[
        Path | None,
        typer.Option(
            help="Record events and decisions in this data folder; it is made if there is none.",
            show_default=False,
        ),
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option(help="Write decisions here, one JSON object a line.", show_default=False)
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            help="Write records that are no events here: place, reason and digest, never the content."
        ),
    ] = None,
    column_map: Annotated[
        Path | None,
        typer.Option("--map", help="For csv and parquet: a TOML file that maps columns to fields."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=COLUMN", help="For csv and parquet: one mapping; repeat."),
    ] = None,
    constant: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=VALUE", help="For csv and parquet: a field that never varies."),
    ] = None,
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite the files of an earlier run.")
    ] = False,
    every: Annotated[bool, typer.Option("--every", help="Write silent decisions too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON for scripts.")] = False,
    fail_on_rejects: Annotated[
        bool, typer.Option("--fail-on-rejects", help="Exit 1 when a record was rejected.")
    ] = False,
) -> None:
    """Decide every event of a source by a book, and say which clauses were broken.

    A bad record is rejected with its reason and the run goes on. When it is interrupted, what was decided
    is on disk. With --data every event is decided once, however often a source is given. Nothing is done about
    what is decided, and nobody is told: `bylaw serve` does that.
    """
    from bylaw.cli.job import Job
    from bylaw.cli.run_loop import run_job

    tally = run_job(
        Job(
            book=book,
            source=source,
            format=format_,
            column_map=column_map,
            columns=tuple(column or ()),
            constants=tuple(constant or ()),
            data=data,
            decisions=decisions,
            rejects=rejects,
            replace=replace,
            every=every,
            json=json,
        )
    )
    if fail_on_rejects and tally.rejected:
        raise typer.Exit(1)
