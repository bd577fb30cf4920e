"""``bylaw explain``: a decision told to a person."""

from pathlib import Path
from typing import Annotated

import typer


def explain(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DECISIONS] [ID]",
            help="A file that `bylaw run --decisions` wrote, unless there is --data; then the id of a decision or "
            "of an event. Without an id, a list.",
            show_default=False,
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="The data folder where decisions are recorded.", show_default=False)
    ] = None,
    book: Annotated[
        Path | None,
        typer.Option(help="For a file: the book's folder, which shows the words of the clauses."),
    ] = None,
    limit: Annotated[int, typer.Option(help="How many decisions a list shows.")] = 20,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print the decision as JSON.")] = False,
) -> None:
    """Tell what was decided about an event, by which clause, why, and what becomes of it."""
    words = what or []
    if len(words) > (1 if data else 2) or not (words or data):
        raise typer.BadParameter("name a file of decisions or --data, and at most one id")
    if data:
        _from_record(data, words[0] if words else "", limit, json)
    else:
        _from_file(Path(words[0]), words[1] if len(words) > 1 else "", book, limit, json)


def _from_file(file: Path, wanted: str, book: Path | None, limit: int, json: bool) -> None:
    from bylaw.cli.decision_file import find_decision, read_decisions
    from bylaw.cli.decision_report import line_of, print_decision, print_list
    from bylaw.cli.screen import print_json

    if not wanted:
        print_list(map(line_of, read_decisions(file)), limit, f"{file} ID --book …")
        return
    decision = find_decision(file, wanted)
    if json:
        print_json(decision)
    else:
        from bylaw.book.book import load_book

        print_decision(decision, load_book(book).library if book else None)


def _from_record(data: Path, wanted: str, limit: int, json: bool) -> None:
    from bylaw.base.errors import NotFoundError
    from bylaw.cli.decision_report import print_decision, print_list
    from bylaw.cli.screen import print_json
    from bylaw.runtime.offices import open_record

    with open_record(data, writing=False) as reading:
        archive = reading.archive
        if not wanted:
            lines = ((told.decision, told.kind, told.clauses, told.effects) for _, told in archive.latest())
            print_list(lines, limit, f"--data {data} ID")
            return
        row = archive.find(wanted)
        if row is None:
            raise NotFoundError(
                "explain.not_found",
                f"no decision or event `{wanted}` in `{data}`",
                hint=f"`bylaw explain --data {data}` lists the latest",
            )
        decision = archive.recall(row).decision
        if json:
            print_json(decision)
        else:
            print_decision(decision, reading.shelf.book(decision.book).library)
