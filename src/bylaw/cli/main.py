"""``bylaw``: the commands."""

import signal
import sys
from typing import Annotated

import typer

from bylaw import __version__
from bylaw.cli import book, explain, init, lock, policy, run

app = typer.Typer(
    help="Run the policies an online service publishes: every decision cites its clause.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
policy.app.command("lock")(lock.lock)
app.add_typer(policy.app, name="policy")
app.command("init")(init.init)
app.command("check")(book.check)
app.command("coverage")(book.coverage)
app.command("test")(book.cases)
app.command("run")(run.run)
app.command("explain")(explain.explain)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bylaw {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Take the options of every command."""


def main() -> None:
    """Run a command; errors go to standard error, each with its place and what to do."""
    from bylaw.base.errors import BylawError, Problems

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to stop is interrupted
    try:
        app()
    except Problems as error:
        from bylaw.cli.screen import print_problems

        print_problems(error.problems)
        sys.exit(2)
    except BylawError as error:
        from bylaw.cli.screen import print_problems

        print_problems([error.problem])
        sys.exit(2)
