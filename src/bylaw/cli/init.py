"""``bylaw init``: a first book from policies as they are published."""

from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where the book is made.", show_default=False)
    ],
    policy: Annotated[
        list[Path], typer.Option(help="A policy document; repeat for more.", show_default=False)
    ],
) -> None:
    """Turn published policies into a book that loads, lists what is unbound and suggests rules."""
    from bylaw.cli.start_book import print_start, start_book

    print_start(start_book(folder, policy))
