"""What to read, how far reading has come, and what could not be read."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from bylaw.base.canonical import digest
from bylaw.base.errors import InputError, Problem, Where
from bylaw.events.sources.columns import ColumnMap

STDIN = "-"


@dataclass(slots=True)
class Progress:
    """How far reading has come, for a bar: in bytes as they lie on the disk, compressed ones as such.

    ``total`` is None where nobody can know it (standard input, a pipe). Both are set while reading.
    """

    total: int | None = None
    consumed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One thing to read.

    Args:
        path: a file or folder; ``-`` is standard input.
        latest: the latest time an event may bear; see ``Codec.check``.
        default_time: for mail that bears no usable date, aware.
        columns: how the columns of a table become fields.
        progress: kept up to date while reading.
        stdin: what ``-`` reads; the process's standard input if not given.
    """

    path: str
    latest: datetime | None = None
    default_time: datetime | None = None
    columns: ColumnMap = field(default_factory=ColumnMap)
    progress: Progress = field(default_factory=Progress)
    stdin: BinaryIO | None = None

    @property
    def name(self) -> str:
        """What errors call it."""
        return "standard input" if self.path == STDIN else self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A record that is no event: why, and how to find it again. Its content is not kept.

    ``offset`` is where it begins, in bytes after decompression; None where records have no place of
    their own. ``length`` and ``digest`` are those of its bytes.
    """

    problem: Problem
    offset: int | None
    length: int
    digest: str

    def row(self) -> dict[str, str | int | None]:
        """Return the line of a reject file, to be written as JSON."""
        return {
            "file": self.problem.where.file,
            "line": self.problem.where.line,
            "code": self.problem.code,
            "message": self.problem.message,
            "hint": self.problem.hint,
            "offset": self.offset,
            "length": self.length,
            "digest": self.digest,
        }


def rejected(error: InputError, data: bytes, offset: int | None) -> Reject:
    """Return the reject for a record's bytes and what was wrong with them."""
    return Reject(problem=error.problem, offset=offset, length=len(data), digest=digest(data))


def damaged(where: Where, offset: int | None) -> Reject:
    """Return the reject for the rest of a source that cannot be read on."""
    problem = Problem(
        code="source.damaged",
        message="the source cannot be read beyond this point",
        where=where,
        hint="it is cut off, damaged, or the disk failed; what came before was read",
    )
    return Reject(problem=problem, offset=offset, length=0, digest=digest(b""))
