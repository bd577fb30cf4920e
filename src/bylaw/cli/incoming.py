"""``bylaw incoming``: other services that call with what happened."""

from pathlib import Path
from typing import Annotated

import typer

NOT_YET = frozenset(
    {"vault.read_only", "records.no_database"}
)  # nobody has asked for it: then it is made now

app = typer.Typer(no_args_is_help=True, help="Set up services that call with what happened there.")


@app.callback()
def _here() -> None:
    """Set up services that call with what happened there."""


@app.command()
def secret(
    source: Annotated[str, typer.Argument(help="Its name in operator.toml.", show_default=False)],
    book: Annotated[Path, typer.Option("--book", help="The book's folder.", show_default=False)],
    data: Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)],
) -> None:
    """Print the secret with which a service signs its calls: the first that the book names."""
    from bylaw.base.errors import BylawError, NotFoundError
    from bylaw.base.spelling import did_you_mean
    from bylaw.book.book import load_book
    from bylaw.runtime.offices import open_record
    from bylaw.web.receiving import shared_secret

    sources = load_book(book).operator.incoming
    if source not in sources:
        hint = did_you_mean(source, sources)
        raise NotFoundError("incoming.unknown", f"the book has no source `{source}`", hint=hint)
    where = sources[source].secrets[0]
    try:
        with open_record(data, writing=False) as kept:
            found = shared_secret(source, where, kept.vault)
    except BylawError as error:
        if error.code not in NOT_YET:
            raise
        with open_record(data, writing=True) as kept:
            found = shared_secret(source, where, kept.vault)
    typer.echo(found)
