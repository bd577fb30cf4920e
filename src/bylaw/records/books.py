"""Books that ever decided, whole: each in a folder named by its digest.

What lies there is what was decided by. It is written once and never changed; whoever reads it compares the
digest, so a changed byte is found before anything is decided or explained by it.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from bylaw.base.canonical import digest, digest_of
from bylaw.base.errors import IntegrityError, NotFoundError
from bylaw.records.durable import Boundary, no_boundary, sync_folder

_PREFIX = "sha256:"


class Books:
    """The books in a folder."""

    def __init__(self, folder: Path, boundary: Boundary = no_boundary) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._boundary = boundary

    def digests(self) -> list[str]:
        """Return the digests of the books that are kept."""
        return sorted(_PREFIX + path.name for path in self._folder.iterdir() if not path.name.startswith("."))

    def keep(self, files: Mapping[str, bytes]) -> str:
        """Keep the files of a book by their paths in it, and return its digest. Durable on return."""
        book = book_digest(files)
        place = self._place(book)
        if place.is_dir():
            return book
        made = place.with_name(f".{place.name}.new")
        shutil.rmtree(made, ignore_errors=True)
        self._boundary("before book")
        for name, data in files.items():
            _write(made / PurePosixPath(name), data)
        for folder in [made, *(path for path in made.rglob("*") if path.is_dir())]:
            sync_folder(folder)
        self._boundary("before book name")
        made.rename(place)
        sync_folder(self._folder)
        self._boundary("after book")
        return book

    def read(self, book: str) -> dict[str, bytes]:
        """Return the files of a book by their paths in it.

        Raises:
            NotFoundError: it was never kept.
            IntegrityError: it is not what it was when it was kept.
        """
        place = self._place(book)
        if not place.is_dir():
            hint = "it may be in a backup"
            raise NotFoundError("record.no_book", f"the book `{book}` is not in the record", hint=hint)
        files = {
            path.relative_to(place).as_posix(): path.read_bytes()
            for path in sorted(place.rglob("*"))
            if path.is_file()
        }
        if book_digest(files) != book:
            hint = "take this book's folder from a backup"
            raise IntegrityError("record.book_changed", f"the kept book `{book}` was changed", hint=hint)
        return files

    def _place(self, book: str) -> Path:
        return self._folder / book.removeprefix(_PREFIX)


def book_digest(files: Mapping[str, bytes]) -> str:
    """Return the digest that names a book: of the paths and the digests of its files."""
    return digest_of({path: digest(data) for path, data in files.items()})


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
