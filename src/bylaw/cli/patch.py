"""``bylaw patch``: what the console changed of the book, for its folder in git."""

from pathlib import Path
from typing import Annotated

import typer


def patch(
    data: Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)],
    book: Annotated[
        Path | None,
        typer.Option("--book", help="The folder to patch; without, as it was read last.", show_default=False),
    ] = None,
) -> None:
    """Print what makes of the book's folder the book in force, as `git apply` takes it. Also beside a service.

    Nothing is printed where the two are the same.
    """
    import sys

    from bylaw.book.folder import read_folder
    from bylaw.drafts.patches import patch
    from bylaw.drafts.workflow import Drafts
    from bylaw.runtime.offices import open_record

    with open_record(data, writing=False) as reading:
        drafts = Drafts(reading.records, reading.vault, reading.books)
        before = read_folder(book).files if book else drafts.folder()
        sys.stdout.buffer.write(patch(before, drafts.now()))
