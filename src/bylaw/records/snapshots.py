"""Snapshots of what the engine remembers: sealed files, named by the last fact that they hold.

A snapshot saves time and is never the truth: without one, or with one that does not open, the memory is
made again from the journal.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bylaw.records.durable import Boundary, no_boundary, write_whole

KEPT = 2  # the newest may turn out unreadable

_ENDING = ".sealed"


class Snapshot(NamedTuple):
    """A sealed snapshot and the number of the last fact in it."""

    seq: int
    sealed: bytes


class Snapshots:
    """The snapshots in a folder."""

    def __init__(self, folder: Path, boundary: Boundary = no_boundary) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._boundary = boundary

    def save(self, snapshot: Snapshot) -> None:
        """Keep a snapshot and remove the oldest. Durable on return."""
        write_whole(self._folder / f"{snapshot.seq:020d}{_ENDING}", snapshot.sealed, self._boundary)
        for path in self._paths()[KEPT:]:
            path.unlink()

    def newest(self) -> Iterator[Snapshot]:
        """Yield the snapshots, the newest first."""
        for path in self._paths():
            yield Snapshot(int(path.name.removesuffix(_ENDING)), path.read_bytes())

    def forget(self) -> None:
        """Remove all of them: the memory will be made again from the journal."""
        for path in self._paths():
            path.unlink()

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9]*" + _ENDING), reverse=True)
