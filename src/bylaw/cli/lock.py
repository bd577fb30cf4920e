"""``bylaw policy lock``: the clause ids of a book's documents, given once and kept."""

from pathlib import Path
from typing import Annotated

import typer


def lock(book: Annotated[Path, typer.Argument(help="The book's folder.", show_default=False)]) -> None:
    """Write ids.lock for every document of a book: new versions inherit the ids of the version before.

    Read `bylaw policy lineage OLD NEW` first: once written, an id is kept.
    """
    import os

    from bylaw.book.documents import locks
    from bylaw.book.folder import read_folder

    for name, text in locks(read_folder(book)).items():
        file = book / name
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            typer.echo(f"{name}: as it was")
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".new")
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, file)  # noqa: PTH105 - atomic, also over an existing file
        typer.echo(f"{name}: written")
