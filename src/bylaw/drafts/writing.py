"""Writing what the console changed back into the book's folder, file by file, each whole or not at all."""

from pathlib import Path, PurePosixPath
from typing import NamedTuple

from bylaw.drafts.patches import Files, differing
from bylaw.records.durable import sync_folder, write_whole


class Written(NamedTuple):
    """The files that were written, and those that were left because the folder does not hold what was read of it last."""

    written: tuple[str, ...]
    left: tuple[str, ...]


def write_back(folder: Path, last: Files, now: Files) -> Written:
    """Make a folder hold a book. Durable on return, each file by itself.

    Args:
        folder: of the book.
        last: as it was read last: a file that somebody edits meanwhile, or that is kept elsewhere, is left alone.
        now: the book in force.
    """
    written: list[str] = []
    left: list[str] = []
    for path in differing(last, now):
        place = folder / PurePosixPath(path)
        if _held(place) != last.get(path):
            left.append(path)
            continue
        if path in now:
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, now[path])
        else:
            place.unlink()
            sync_folder(place.parent)
        written.append(path)
    return Written(tuple(written), tuple(left))


def _held(place: Path) -> bytes | None:
    return place.read_bytes() if place.is_file() else None
