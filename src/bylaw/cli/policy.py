"""``bylaw policy``: look at documents, at what changed between versions, at what became of every clause."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Read policy documents: clauses, changes, lineage.")

File = Annotated[
    Path, typer.Argument(help="A policy: Markdown or plain text; - reads standard input.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts instead of text.")]


@app.command()
def show(
    file: File,
    json: Json = False,
    strict: Annotated[
        bool, typer.Option(help="Exit with 1 if something must be mended before publishing.")
    ] = False,
) -> None:
    """Show the clauses of a document with their ids and kinds, and what is to be mended."""
    from bylaw.cli import policy_view

    raise typer.Exit(policy_view.show(file, as_json=json, strict=strict))


@app.command()
def diff(
    old: File,
    new: File,
    html: Annotated[Path | None, typer.Option(help="Write the redline to this file as a page.")] = None,
    json: Json = False,
) -> None:
    """Show what changed from one version to another, clause by clause and word by word."""
    from bylaw.cli import policy_view

    raise typer.Exit(policy_view.diff(old, new, html=html, as_json=json))


@app.command("lineage")
def lineage_(
    files: Annotated[list[Path], typer.Argument(help="The versions, oldest first.", show_default=False)],
    json: Json = False,
) -> None:
    """Show what became of every clause over several versions."""
    from bylaw.cli import policy_view

    raise typer.Exit(policy_view.lineage_of(files, as_json=json))
