"""``bylaw key``: what programs come to the API with."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke keys of the API.")

Data = Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)]
DAY = 86_400_000_000  # microseconds


@app.command(short_help="Make a key, and print it.")
def create(
    data: Data,
    name: Annotated[str, typer.Option(help="What it is for, such as `shop`; no person.", show_default=False)],
    may: Annotated[list[str], typer.Option(help="A permission, such as `event.write`.", show_default=False)],
    queue: Annotated[list[str], typer.Option(help="Only in this queue.")] = [],  # noqa: B006 - typer's way
    clause: Annotated[list[str], typer.Option(help="Only on this clause, and what stands below.")] = [],  # noqa: B006
    days: Annotated[int, typer.Option(help="How long it is good for; 0: until revoked.", min=0)] = 365,
    rate: Annotated[int, typer.Option(help="Requests a minute; 0: as many as there are.", min=0)] = 0,
) -> None:
    """Make a key. It is printed this once, and cannot be read again."""
    from bylaw.cli.staff_view import when
    from bylaw.records.folder import machine_clock
    from bylaw.runtime.staffing import open_staffing

    expires = machine_clock() + days * DAY if days else 0
    with open_staffing(data, writing=True) as here:
        made = here.staff.keys.create(name, may, queues=queue, clauses=clause, expires=expires, rate=rate)
    typer.echo(made.token)
    end = f"until {when(expires)}" if expires else "until it is revoked"
    typer.echo(f"{made.key.id} `{name}` may {', '.join(made.key.permissions)} {end}", err=True)


@app.command("list", short_help="Show the keys there are.")
def list_(data: Data, json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Show keys, what they may, and the day on which each was last used; beside a service that runs."""
    from bylaw.cli.staff_view import print_keys
    from bylaw.runtime.staffing import open_staffing

    with open_staffing(data, writing=False) as here:
        print_keys(here.staff.keys.keys(), here.staff.keys.used(), json=json)


@app.command(short_help="Let nobody in by a key any more.")
def revoke(data: Data, key: Annotated[str, typer.Argument(help="Its id.", show_default=False)]) -> None:
    """Revoke a key."""
    from bylaw.runtime.staffing import open_staffing

    with open_staffing(data, writing=True) as here:
        gone = here.staff.keys.revoke(key)
    typer.echo(f"{gone.id} `{gone.name}`: revoked")
