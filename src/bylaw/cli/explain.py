"""``bylaw explain``: a decision told to a person."""

from pathlib import Path
from typing import Annotated

import typer


def explain(
    decisions: Annotated[
        Path, typer.Argument(help="A file that `bylaw run --decisions` wrote.", show_default=False)
    ],
    wanted: Annotated[
        str, typer.Argument(metavar="[ID]", help="The id of a decision or of an event; without it, a list.")
    ] = "",
    book: Annotated[
        Path | None, typer.Option(help="The book's folder: shows the words of the clauses.")
    ] = None,
    limit: Annotated[int, typer.Option(help="How many decisions a list shows.")] = 20,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print the decision as JSON.")] = False,
) -> None:
    """Tell what was decided about an event, by which clause, why, and what becomes of it."""
    from bylaw.cli.decision_file import find_decision, read_decisions
    from bylaw.cli.decision_report import print_decision, print_list
    from bylaw.cli.screen import print_json

    if not wanted:
        print_list(read_decisions(decisions), limit, decisions)
        return
    decision = find_decision(decisions, wanted)
    if json:
        print_json(decision)
    else:
        print_decision(decision, book)
