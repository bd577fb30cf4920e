"""``bylaw vault``: keys of persons, looked after."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Look after the keys under which the record is sealed.")

Data = Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)]


@app.command()
def rotate(data: Data) -> None:
    """Wrap every living key anew, and destroy what wrapped them before: old backups of the vault end with it."""
    from bylaw.runtime.offices import open_record

    with open_record(data, writing=True) as kept:
        count = kept.vault.rotate()
    typer.echo(f"{count:,} keys wrapped anew; take a new backup of the vault now")


@app.command()
def check(data: Data) -> None:
    """Tell everything that is wrong with the vault. Exit 1 when something is."""
    from bylaw.cli.screen import print_problems
    from bylaw.runtime.offices import open_record

    with open_record(data, writing=True) as kept:
        problems = kept.vault.check()
    print_problems(problems)
    if problems:
        raise typer.Exit(1)
    typer.echo("the vault is sound")
