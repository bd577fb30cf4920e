"""``bylaw db``: the data folder of an operator."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Make, look at, upgrade, back up and restore a data folder.")

Data = Annotated[Path, typer.Option("--data", help="The data folder.", show_default=False)]
Database = Annotated[
    str,
    typer.Option("--database", help="A PostgreSQL URL without a password; none: a file.", show_default=False),
]


@app.command("init", short_help="Make a data folder.")
def init(
    data: Data,
    operator: Annotated[str, typer.Option(help="The operator's name.", show_default=False)],
    database: Database = "",
) -> None:
    """Make a data folder for an operator: its empty database, and its vault."""
    from bylaw.runtime.folders import init_data
    from bylaw.runtime.offices import open_record

    init_data(data, operator, database=database)
    with open_record(data, writing=True):
        pass
    typer.echo(f"{data}: made for {operator}")


@app.command("upgrade", short_help="Bring the database to this program's schema.")
def upgrade(data: Data) -> None:
    """Upgrade the schema, all or nothing. Make a backup first, and stop whoever works with it."""
    from bylaw.records.folder import Lock, open_folder
    from bylaw.records.opening import upgrade_place

    place = open_folder(data)
    lock = Lock.take(place.folder)
    try:
        before, after = upgrade_place(place)
    finally:
        lock.release()
    typer.echo(f"schema {after}: as it was" if before == after else f"schema {before or 'none'} → {after}")


@app.command("status", short_help="Show what stands in the record.")
def status(data: Data, json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Show the record's head, sizes and outbox, beside whoever works with it."""
    import msgspec

    from bylaw.cli.screen import out, print_json, table
    from bylaw.records.folder import machine_clock, open_folder
    from bylaw.records.records import Records
    from bylaw.records.status import status as figures

    with Records.open(open_folder(data), writing=False) as records:
        found = figures(records, machine_clock())
    if json:
        print_json(found)
        return
    told = msgspec.to_builtins(found)
    counted = told.pop("outbox")
    told["at"] = (
        datetime.fromtimestamp(found.at / 1e6, UTC).isoformat(timespec="seconds") if found.at else "–"
    )
    rows = [(name.replace("_", " "), _figure(value)) for name, value in told.items()]
    rows += [(f"outbox: {name}", _figure(value)) for name, value in counted.items()]
    out().print(table(f"The record of {found.operator}", ("", "now"), rows))


@app.command("backup", short_help="Write a backup into a new folder.")
def backup(
    data: Data,
    to: Annotated[Path, typer.Option("--to", help="A new folder.", show_default=False)],
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys", help="A folder elsewhere for what a backup must not hold.", show_default=False
        ),
    ] = None,
) -> None:
    """Write a consistent backup, beside whoever works with the record.

    Keep what --keys writes apart from backups: with it, a backup can be read; without it, nothing can.
    """
    from bylaw.runtime.safekeeping import back_up

    manifest = back_up(data, to, keys=keys)
    typer.echo(f"{to}: {manifest.head:,} rows, {len(manifest.files)} files")


@app.command("restore", short_help="Make a data folder from a backup.")
def restore(
    data: Data,
    source: Annotated[Path, typer.Option("--from", help="The backup's folder.", show_default=False)],
    keys: Annotated[
        Path,
        typer.Option("--keys", help="The old data folder, or its files kept apart.", show_default=False),
    ],
    database: Database = "",
) -> None:
    """Compare every file of a backup with its digest, then make a new data folder from it.

    Give --keys the newest there is: its erasures.log and holds.log tell what was destroyed and held since.
    """
    from bylaw.runtime.safekeeping import restore as fetch

    place = fetch(source, data, keys, database=database)
    typer.echo(
        f"{data}: restored for {place.operator}; `bylaw hold replay --data {data}` tells it what it forgot"
    )


def _figure(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
