"""``bylaw transparency``: the public account of a period, and statements of reasons for the EU's database."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Publish what was done in a period, and let anybody verify it.")

Data = Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)]
From = Annotated[
    datetime,
    typer.Option("--from", formats=["%Y-%m-%d"], help="The first day, UTC.", show_default=False),
]
To = Annotated[
    datetime,
    typer.Option("--to", formats=["%Y-%m-%d"], help="The day after the last.", show_default=False),
]
Replace = Annotated[bool, typer.Option("--replace", help="Overwrite an earlier file.")]


@app.command(short_help="Write the account of a period.")
def report(
    data: Data,
    since: From,
    until: To,
    out: Annotated[Path, typer.Option(help="A new folder.", show_default=False)],
) -> None:
    """Count a period and write it into a folder: report.json, report.html, and the sheets of the EU's template as CSV.

    Days are those on which things were recorded, UTC. Also beside a service that runs.
    """
    from bylaw.cli.transparency_run import write_report

    write_report(data, since.date(), until.date(), out)


@app.command(short_help="Count a published account again, from an export of the ledger.")
def verify(
    published: Annotated[Path, typer.Argument(help="A report.json.", show_default=False)],
    export: Annotated[Path, typer.Option(help="The folder of an export of the ledger.", show_default=False)],
    key: Annotated[
        str,
        typer.Option(help="The log's key, NAME+ID+KEY, from elsewhere than the export.", show_default=False),
    ],
    witness: Annotated[
        list[str] | None, typer.Option(help="The key of a witness; repeat.", show_default=False)
    ] = None,
) -> None:
    """See to it that an export is sound, count the period again from its records, and compare. Exit 1: not the same.

    What lies beside report.json and is made from it is compared too. The operator's own words are not in the ledger.
    """
    from bylaw.cli.transparency_run import verify_report

    raise typer.Exit(verify_report(published, export, key, tuple(witness or ())))


@app.command(short_help="Write statements of reasons for the EU's database.")
def statements(
    data: Data,
    since: From,
    until: To,
    out: Annotated[Path, typer.Option(help="A file of JSON lines.", show_default=False)],
    puid_prefix: Annotated[
        str, typer.Option(help="Leads the ids of statements: letters, digits, `-`, `_`.")
    ] = "",
    batches: Annotated[bool, typer.Option("--batches", help="Lines that each send up to 100.")] = False,
    replace: Replace = False,
) -> None:
    """Write what came into force in a period as the EU's transparency database takes it: one JSON object a line.

    No personal data: nothing comes from what people wrote. Each statement is checked as the database checks it.
    """
    from bylaw.cli.transparency_run import write_statements

    write_statements(
        data, since.date(), until.date(), out, prefix=puid_prefix, batches=batches, replace=replace
    )
