"""The journal outside: facts about holds and destructions, in a file that no backup of the database carries.

A restored database has forgotten what was held and destroyed since. The file tells it: a line a fact, with the number
and the leaf that it had, appended after its commit. Nothing in it is personal but sealed parts, under keys of holds.
Each checksum is over the line and the checksum before it.
"""

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Self

import msgspec

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import IntegrityError, UpstreamError
from bylaw.records.durable import Boundary, no_boundary, sync_folder
from bylaw.records.fact import Fact, Row

NAME: Final = "holds.log"
_SUM: Final = 32  # hexadecimal digits


class Line(msgspec.Struct, frozen=True, array_like=True):
    """One fact, and the row that it was."""

    seq: int
    leaf: bytes
    kind: str
    body: str
    subject: bytes | None
    sealed: bytes | None

    @classmethod
    def of(cls, row: Row) -> Self:
        """Return the line of a row."""
        return cls(row.seq, row.leaf, row.kind, row.body.decode(), row.subject, row.sealed)

    @property
    def fact(self) -> Fact:
        """The fact, to be recorded again."""
        return Fact(self.kind, self.body.encode(), None, self.subject, self.sealed)


class _Reading(NamedTuple):
    good: bytes
    lines: list[Line]
    checksum: str


class Outside:
    """The file, and a second copy where one is configured; the longer one mends the other."""

    def __init__(self, paths: Sequence[Path], installation: str, boundary: Boundary = no_boundary) -> None:
        self._paths = tuple(paths)
        self._boundary = boundary
        self._pending: list[Line] = []
        self._end = 0
        self._sum = self._first = hashlib.sha256(f"holds of {installation}".encode()).hexdigest()[:_SUM]

    def read(self, *, mend: bool) -> list[Line]:
        """Return every line. With ``mend`` a torn end is cut off and a short copy is completed.

        Raises:
            IntegrityError: ``holds.outside``, a line is not what was written.
        """
        contents = [path.read_bytes() if path.exists() else b"" for path in self._paths]
        readings = [self._parsed(content) for content in contents]
        best = max(readings, key=lambda reading: len(reading.good))
        if not all(best.good.startswith(reading.good) for reading in readings):
            raise IntegrityError("holds.outside", f"the copies of `{NAME}` contradict each other")
        for path, content, reading in zip(self._paths, contents, readings, strict=True):
            if mend and content != best.good:
                self._write(path, best.good[len(reading.good) :], len(reading.good))
        self._sum, self._end = best.checksum, len(best.good)
        return best.lines

    def append(self, rows: Iterable[Row]) -> None:
        """Write what was committed, and before it what could not be written earlier. Durable on return.

        After ``read`` only.

        Raises:
            UpstreamError: ``holds.outside_closed``; nothing may be destroyed until this succeeds.
        """
        self._pending += map(Line.of, rows)
        if not self._pending:
            return
        checksum, text = self._sum, b""
        for line in self._pending:
            said = canonical_bytes(line)
            checksum = _next(checksum, said)
            text += _written(said, checksum)
        try:
            for path in self._paths:
                self._write(path, text, self._end)
        except OSError as error:
            raise UpstreamError(
                "holds.outside_closed",
                f"cannot write `{NAME}`: {(error.strerror or '').lower()}",
                hint="make room or mend the disk; what was begun is finished when the folder is opened again",
            ) from error
        self._sum, self._end, self._pending = checksum, self._end + len(text), []

    def _parsed(self, content: bytes) -> _Reading:
        lines: list[Line] = []
        checksum, good = self._first, 0
        for raw in content.splitlines(keepends=True):
            said, _, _ = raw.rpartition(b" ")
            following = _next(checksum, said)
            if _written(said, following) != raw:
                break
            lines.append(msgspec.json.decode(said, type=Line))
            checksum, good = following, good + len(raw)
        if b"\n" in content[good:]:  # one line that never ended is a crash, more is damage
            raise IntegrityError(
                "holds.outside", f"line {len(lines) + 1} of `{NAME}` is not what was written"
            )
        return _Reading(content[:good], lines, checksum)

    def _write(self, path: Path, text: bytes, end: int) -> None:
        made = not path.exists()
        self._boundary("before holds outside")
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.ftruncate(handle, end)
            os.pwrite(handle, text, end)
            os.fsync(handle)
        finally:
            os.close(handle)
        if made:
            sync_folder(path.parent)
        self._boundary("after holds outside")


def _written(said: bytes, checksum: str) -> bytes:
    return said + b" " + checksum.encode() + b"\n"


def _next(checksum: str, said: bytes) -> str:
    return hashlib.sha256(checksum.encode() + said).hexdigest()[:_SUM]
