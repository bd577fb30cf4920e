"""``bylaw account``: what stands against an account."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Look at accounts.")


@app.command(short_help="Tell what an account may do, and why.")
def show(
    account: Annotated[str, typer.Argument(help="By the service's id.", show_default=False)],
    data: Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)],
    *,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Tell what an account may do, its strikes that count and what stands against it, also beside a service."""
    from bylaw.cli.account_view import print_account

    print_account(data, account, json=json)


@app.callback()
def _accounts() -> None:
    """Look at accounts."""
