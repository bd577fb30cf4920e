"""CSV with a header (RFC 4180), in bounded memory; the delimiter is found from the header."""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import Final

from bylaw.base.errors import InputError, Where
from bylaw.events.decode import Codec
from bylaw.events.event import Event
from bylaw.events.sources.lines import Line, opened, read_lines
from bylaw.events.sources.source import Reject, Source, rejected
from bylaw.events.sources.table import fields_of, row_event

_DELIMITERS: Final = ",;\t|"


class _Rows:
    """Feeds lines to the CSV reader and remembers those that the row being read took."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._taken: list[tuple[int, int, bytes]] = []
        self.rejects: list[Reject] = []

    def __iter__(self) -> Iterator[str]:
        for number, offset, data in self._lines:
            if isinstance(data, Reject):
                self.rejects.append(data)
            else:
                self._taken.append((number, offset, data))
                yield data.decode("utf-8", "surrogateescape")

    def taken(self) -> tuple[int, int, bytes]:
        """Return line, offset and bytes of the row just read; the next one begins."""
        (number, offset, _), data = self._taken[0], b"".join(data for _, _, data in self._taken)
        self._taken.clear()
        return number, offset, data


def read_csv(source: Source, codec: Codec) -> Iterator[Event | Reject]:
    """Yield the event of each row.

    Raises:
        InputError: the header is missing or does not fit (``csv.no_header``, ``columns.…``).
    """
    with opened(source) as stream:
        rows = _Rows(read_lines(source, stream, codec.max_line))
        reader, header = _begun(rows, source)
        fields = fields_of(header, source, codec)
        rows.taken()
        while True:
            try:
                row, error = next(reader, None), ""
            except csv.Error as reason:
                row, error = [], str(reason)
            yield from rows.rejects
            rows.rejects.clear()
            if row is None:
                return
            number, offset, data = rows.taken()
            where = Where(source.name, number)
            try:
                _check(row, len(header), data, error, where)
                if row:
                    yield row_event(fields, row, source, codec, where)
            except InputError as refused:
                yield rejected(refused, data, offset)


def _begun(rows: _Rows, source: Source) -> "tuple[Iterator[list[str]], list[str]]":
    lines = iter(rows)
    try:
        first = next(lines)
        delimiter = source.columns.delimiter or max(_DELIMITERS, key=first.count)
        reader = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
        return reader, next(reader)
    except (StopIteration, csv.Error):
        hint = "the first line names the columns"
        raise InputError(
            "csv.no_header", "there is no header", where=Where(source.name, 1), hint=hint
        ) from None


def _check(row: list[str], width: int, data: bytes, error: str, where: Where) -> None:
    if error:
        hint = "quotes inside quotes are doubled; a field holds at most 131072 characters"
        raise InputError("csv.malformed", f"the row cannot be read: {error}", where=where, hint=hint)
    try:
        data.decode()
    except UnicodeDecodeError:
        raise InputError(
            "event.not_utf8", "the row is not UTF-8", where=where, hint="convert the file to UTF-8"
        ) from None
    if row and len(row) != width:
        message = f"the row has {len(row)} cells where the header has {width}"
        raise InputError("csv.row_length", message, where=where, hint="quote cells that hold the delimiter")
