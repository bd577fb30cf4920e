"""The operator's folder as bytes: read once, named by its content.

The only part of the book that touches the disk. Everything else works on the bytes that were read, so a
folder edited while it is being used changes nothing until it is loaded again.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bylaw.base.errors import BusyError, InputError, NotFoundError, Where
from bylaw.records.books import book_digest

MAX_FILES = 10_000
MAX_FILE_BYTES = 8 << 20
MAX_BOOK_BYTES = 256 << 20
READINGS = 3  # how often a folder that changes under us is read again

PARTS = ("operator.toml", "promises.yaml", "limits.yaml", "simulation.yaml")
ROOMS = ("policies", "rules", "lists", "notices", "tests")


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of a book by their path in it (``rules/spam.yaml``), and the digest of them all."""

    name: str
    files: Mapping[str, bytes]
    digest: str

    def under(self, room: str, *endings: str) -> Iterable[tuple[str, bytes]]:
        """Return the files of a sub-folder in the order of their paths; all, or those with an ending."""
        prefix = room + "/"
        endings = endings or ("",)
        return (
            (p, self.files[p]) for p in sorted(self.files) if p.startswith(prefix) and p.endswith(endings)
        )


def folder_of(name: str, files: Mapping[str, bytes]) -> Folder:
    """Return a folder made from bytes. Its digest names the paths and the content of every file."""
    return Folder(name, files, book_digest(files))


def read_folder(path: Path) -> Folder:
    """Read a book's folder.

    Raises:
        NotFoundError: there is no such folder.
        InputError: it is over a limit of size or count.
        BusyError: it kept changing while it was read.
    """
    if not path.is_dir():
        raise NotFoundError(
            "book.not_found", f"no folder `{path}`", hint="`bylaw init DIR --policy FILE` makes one"
        )
    for _ in range(READINGS):
        places = _places(path)
        before = _stamps(places)
        files = {name: _bytes(place, name) for name, place in places.items()}
        if _stamps(_places(path)) == before:
            return folder_of(str(path), files)
    raise BusyError("book.changing", f"`{path}` changes while it is read", hint="wait for the edit to finish")


def _places(path: Path) -> dict[str, Path]:
    """Return where each file of the book lies: in the folder, or where operator.toml says a policy is kept."""
    places = {name: path / name for name in PARTS if (path / name).is_file()}
    for room in ROOMS:
        for file in sorted((path / room).rglob("*")):
            name = file.relative_to(path)
            if file.is_file() and not any(part.startswith(".") for part in name.parts):
                places[name.as_posix()] = file
    return places | _kept_elsewhere(path)


def _kept_elsewhere(path: Path) -> dict[str, Path]:
    try:
        policies = tomllib.loads((path / "operator.toml").read_text(encoding="utf-8")).get("policies", {})
        outside = {key: [path / file for file in table["files"]] for key, table in policies.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # reading operator.toml properly tells what is wrong with it
    for files in outside.values():
        for file in files:
            if not file.is_file():
                where = Where("operator.toml")
                raise NotFoundError(
                    "book.policy_file", f"no file `{file}`", where=where, hint="mend `files` under [policies]"
                )
    return {f"policies/{key}/{file.name}": file for key, files in outside.items() for file in files}


def _stamps(places: Mapping[str, Path]) -> dict[str, tuple[int, int]]:
    stamps = {}
    for name, place in places.items():
        stat = place.stat()
        stamps[name] = (stat.st_mtime_ns, stat.st_size)
        if stat.st_size > MAX_FILE_BYTES:
            raise InputError("book.file_size", f"larger than {MAX_FILE_BYTES >> 20} MiB", where=Where(name))
    if sum(size for _, size in stamps.values()) > MAX_BOOK_BYTES or len(stamps) > MAX_FILES:
        raise InputError(
            "book.size",
            f"more than {MAX_FILES} files or {MAX_BOOK_BYTES >> 20} MiB",
            hint="a book holds documents, rules and lists; keep data elsewhere",
        )
    return stamps


def _bytes(file: Path, name: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(
            "book.unreadable", (error.strerror or "unreadable").lower(), where=Where(name)
        ) from None
