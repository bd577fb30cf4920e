"""``bylaw``: the commands."""

import sys
from typing import Annotated

import typer

from bylaw import __version__
from bylaw.cli import (
    account,
    action,
    backtest,
    book,
    case,
    db,
    erase,
    explain,
    hold,
    incoming,
    init,
    key,
    ledger,
    lock,
    notices,
    patch,
    policy,
    replay,
    retain,
    rules,
    run,
    serve,
    simulate,
    staff,
    transparency,
    undo,
    vault,
)

app = typer.Typer(
    help="Run the policies an online service publishes: every decision cites its clause.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # the styled help takes longer to import than all else together
)
policy.app.command("lock", short_help="Keep the clause ids of a book's documents.")(lock.lock)
app.add_typer(policy.app, name="policy", short_help="Read and compare policy documents.")
app.add_typer(ledger.app, name="ledger", short_help="Prove what was recorded.")
app.add_typer(db.app, name="db", short_help="The data folder: upgrade, status, backup, restore.")
app.add_typer(vault.app, name="vault", short_help="The keys under which the record is sealed.")
app.add_typer(hold.app, name="hold", short_help="Keep records from destruction.")
app.add_typer(notices.app, name="notices", short_help="What people are told.")
app.add_typer(incoming.app, name="incoming", short_help="Services that call with what happened.")
app.add_typer(action.app, name="action", short_help="What is done about accounts.")
app.add_typer(case.app, name="case", short_help="What waits for people.")
app.add_typer(account.app, name="account", short_help="What stands against an account.")
app.add_typer(staff.app, name="staff", short_help="Who works here, and in which roles.")
app.add_typer(key.app, name="key", short_help="What programs come to the API with.")
app.add_typer(transparency.app, name="transparency", short_help="The public account of a period.")
app.add_typer(rules.app, name="rules", short_help="Show the rules of a book, and what they cost.")
for name, run_it, short_help in (
    ("init", init.init, "Make a first book from published policies."),
    ("check", book.check, "Tell everything that is wrong with a book."),
    ("coverage", book.coverage, "Show what carries each clause out."),
    ("test", book.cases, "Run the policy cases of a book."),
    ("run", run.run, "Decide the events of a source by a book."),
    ("serve", serve.serve, "Decide events that are sent over HTTP."),
    ("patch", patch.patch, "Tell what the console changed of the book, for git."),
    ("undo", undo.undo, "Take back everything that a rule did."),
    ("explain", explain.explain, "Tell a decision to a person."),
    ("backtest", backtest.backtest, "Try another book on the recorded events."),
    ("replay", replay.replay, "Make recorded decisions again, byte for byte."),
    ("retain", retain.retain, "Let go what has aged out."),
    ("erase", erase.erase, "Destroy the keys of a person."),
    ("simulate", simulate.simulate, "Make up traffic, and the truth about it."),
):
    app.command(name, short_help=short_help)(run_it)


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
