"""Git and console are both sources of the book: what a folder says, and what only the console changed, put together. Pure.

Three books are compared, file by file: the folder as it was read last, the folder as it is, and the book in force. What only
one side changed is taken; what both changed alike has arrived; what they changed otherwise is refused, and both are told.
"""

from typing import NamedTuple

from bylaw.base.errors import ConflictError
from bylaw.drafts.patches import Files, differing


class Together(NamedTuple):
    """The book to put into force, and the files in which it is the console's and not the folder's."""

    files: dict[str, bytes]
    carried: tuple[str, ...]


def together(last: Files, folder: Files, in_force: Files) -> Together:
    """Return what the folder and the console say together.

    Raises:
        ConflictError: ``book.console_change``; it names the files that both changed.
    """
    carried: list[str] = []
    torn: list[str] = []
    for path in differing(last, in_force):
        if folder.get(path) == in_force.get(path):
            continue
        (carried if folder.get(path) == last.get(path) else torn).append(path)
    if torn:
        named = ", ".join(f"`{path}`" for path in torn)
        raise ConflictError(
            "book.console_change",
            f"the folder and the console both changed {named}, and not alike",
            hint="`bylaw patch` tells what the console changed: apply it to the folder, or take it back in the console",
        )
    files = {path: data for path, data in folder.items() if path not in carried}
    files |= {path: in_force[path] for path in carried if path in in_force}
    return Together(files, tuple(carried))
