"""``bylaw rules``: the rules of a book as they are evaluated, and what they cost."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)

Book = Annotated[Path, typer.Option("--book", help="The book's folder.", show_default=False)]


@app.command(short_help="Show the rules of a book, or the code made from them.")
def show(
    book: Book,
    rule: Annotated[
        str, typer.Argument(metavar="[RULE]", help="One rule in full; without it, all in a table.")
    ] = "",
    kind: Annotated[str, typer.Option(help="Only rules on this kind of event.")] = "",
    *,
    generated: Annotated[
        bool, typer.Option("--generated", help="Print the Python made from the rules.")
    ] = False,
) -> None:
    """Show the rules of a book: their clauses, conditions, signals and costs; or the code made from them."""
    from bylaw.book.book import load_book
    from bylaw.cli.rule_view import print_generated, print_rule, print_rules

    loaded = load_book(book)
    if generated:
        print_generated(loaded, kind, rule)
    elif rule:
        print_rule(loaded, rule)
    else:
        print_rules(loaded, kind)


@app.command(short_help="Measure what each rule costs.")
def profile(
    book: Book,
    source: Annotated[str, typer.Option(help="Events to measure with.", show_default=False)],
    format_: Annotated[str, typer.Option("--format", help="The source's format.")] = "jsonl",
    limit: Annotated[int, typer.Option(help="How many events are read.")] = 2000,
    top: Annotated[int, typer.Option(help="How many rules are shown for each kind.")] = 10,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Measure what each rule costs on real events, alone, in CPU time: the dearest first."""
    from bylaw.book.book import load_book
    from bylaw.cli.rule_view import measure, print_profile
    from bylaw.cli.screen import print_json

    measured = measure(load_book(book), source, format_, limit)
    if json:
        print_json(measured)
    else:
        print_profile(measured, top)
