"""Looking through files for bytes that must not be there: destroyed keys, and canaries of tests.

Never over a database that this process has open: to close a file drops every POSIX lock the process has on it,
SQLite's too.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from ahocorasick_rs import BytesAhoCorasick

CHUNK_BYTES: Final = 8 * 1024 * 1024


class Finding(NamedTuple):
    """Where a needle stands: its place in what was asked for, and the first byte's offset in the file."""

    path: Path
    needle: int
    offset: int


def scan(paths: Iterable[Path], needles: Sequence[bytes]) -> list[Finding]:
    """Return every place of every needle in files, and in all files of folders; what does not exist holds nothing.

    Raises:
        ValueError: a needle is empty.
        OSError: a file cannot be read.
    """
    if not needles:
        return []
    machine = BytesAhoCorasick(list(needles))
    overlap = max(map(len, needles)) - 1
    return [finding for path in _files(paths) for finding in _in_file(path, machine, overlap)]


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(
                inner for inner in path.rglob("*") if inner.is_file() and not inner.is_symlink()
            )
        elif path.is_file():
            yield path


def _in_file(path: Path, machine: BytesAhoCorasick, overlap: int) -> Iterator[Finding]:
    with path.open("rb") as file:
        kept, at = b"", 0
        while chunk := file.read(CHUNK_BYTES):
            window = kept + chunk
            for needle, start, end in machine.find_matches_as_indexes(window, overlapping=True):
                if end > len(kept):  # else it was found in the window before
                    yield Finding(path, needle, at + start)
            kept = window[len(window) - overlap :] if overlap else b""
            at += len(window) - len(kept)
