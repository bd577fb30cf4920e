"""Bytes from a file or standard input, line by line in bounded memory, gzip seen through."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, cast

from bylaw.base.errors import InputError, Where
from bylaw.events.decode import too_long
from bylaw.events.sources.source import STDIN, Progress, Reject, Source, damaged

_GZIP: Final = b"\x1f\x8b"
_UTF8_MARK: Final = b"\xef\xbb\xbf"
# How a file begins that cannot be read as lines → what it is.
_FOREIGN: Final = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"PK\x03\x04": "a ZIP archive",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"PAR1": "a Parquet file",
}
_LOOK_AT: Final = 8  # bytes that tell what a file is
_LINES_A_LOOK: Final = 256  # lines between two updates of the progress

READ_ERRORS: Final = (OSError, EOFError, zlib.error)


class Line(NamedTuple):
    """A line with its end, or a reject in its place when it is too long."""

    number: int
    offset: int
    data: bytes | Reject


class Stream(NamedTuple):
    """An open source: its bytes decompressed, and the file whose position tells the progress."""

    data: io.BufferedIOBase
    file: io.BufferedIOBase


@contextmanager
def opened(source: Source) -> Iterator[Stream]:
    """Open a source for reading; standard input is left open afterwards.

    Raises:
        InputError: it cannot be opened (``source.unreadable``) or is of another kind
            (``source.wrong_format``).
    """
    file = _file(source)
    try:
        begins = file.peek(_LOOK_AT)
        for mark, what in _FOREIGN.items():
            if begins.startswith(mark):
                hint = "convert or unpack it first; gzip is read as it is"
                message = f"the source is {what}"
                raise InputError("source.wrong_format", message, where=Where(source.name), hint=hint)
        zipped = begins.startswith(_GZIP)
        data = io.BufferedReader(cast("io.RawIOBase", gzip.GzipFile(fileobj=file))) if zipped else file
        yield Stream(data, file)
    except OSError as error:
        raise unreadable(source.name, error) from None
    finally:
        if source.path != STDIN:
            file.close()


def read_lines(source: Source, stream: Stream, limit: int) -> Iterator[Line]:
    """Yield every line; what is longer than ``limit`` bytes is skipped to its end, not kept.

    A mark of UTF-8 at the beginning is dropped. When the source cannot be read on, a last reject says so.
    """
    offset = number = 0
    readline = stream.data.readline
    progress = source.progress
    try:
        while data := readline(limit + 1):
            number += 1
            length = len(data)
            if length > limit:
                reject = _skipped(stream.data, data, offset, Where(source.name, number))
                yield Line(number, offset, reject)
                offset += reject.length
                continue
            if number == 1:
                data = data.removeprefix(_UTF8_MARK)
            yield Line(number, offset, data)
            offset += length
            if not number % _LINES_A_LOOK:
                look(stream, progress)
    except READ_ERRORS:
        yield Line(number + 1, offset, damaged(Where(source.name, number + 1), offset))
    look(stream, progress)


def unreadable(name: str, error: OSError) -> InputError:
    """Return the error for a source that cannot be opened."""
    reason = (error.strerror or "it cannot be read").lower()
    return InputError("source.unreadable", f"cannot read the source: {reason}", where=Where(name))


def _file(source: Source) -> io.BufferedReader:
    if source.path == STDIN:
        return _peekable(source.stdin or sys.stdin.buffer)
    path = Path(source.path)
    try:
        file = path.open("rb")
        source.progress.total = path.stat().st_size if path.is_file() else None
    except OSError as error:
        raise unreadable(source.name, error) from None
    return file


def _peekable(stream: BinaryIO) -> io.BufferedReader:
    return (
        stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", stream))
    )


def _skipped(data: io.BufferedIOBase, begun: bytes, offset: int, where: Where) -> Reject:
    limit = len(begun) - 1
    length, sha, piece = len(begun), sha256(begun), begun
    while not piece.endswith(b"\n") and (piece := data.readline(limit + 1)):
        length += len(piece)
        sha.update(piece)
    problem = too_long(where, limit).problem
    return Reject(problem=problem, offset=offset, length=length, digest=f"sha256:{sha.hexdigest()}")


def look(stream: Stream, progress: Progress) -> None:
    """Note how far reading has come."""
    try:
        progress.consumed = stream.file.tell()
    except OSError:  # a pipe has no position
        return
