"""The formats that can be read, and the door to them all."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from bylaw.base.errors import InputError, Where
from bylaw.base.spelling import did_you_mean
from bylaw.events.decode import Codec
from bylaw.events.event import Event
from bylaw.events.sources.access_log import read_access_log
from bylaw.events.sources.csv_table import read_csv
from bylaw.events.sources.jsonl import read_jsonl
from bylaw.events.sources.mail_files import read_eml, read_maildir
from bylaw.events.sources.mbox import read_mbox
from bylaw.events.sources.parquet import read_parquet
from bylaw.events.sources.source import STDIN, Reject, Source


class Format(NamedTuple):
    """One way events may be written down."""

    read: Callable[[Source, Codec], Iterator[Event | Reject]]
    doc: str
    endings: tuple[str, ...] = ()  # of file names, before `.gz`
    stdin: bool = True


FORMATS: Final[Mapping[str, Format]] = {
    "jsonl": Format(read_jsonl, "one event a line, as JSON", (".jsonl", ".ndjson", ".json")),
    "mbox": Format(read_mbox, "mail in one file", (".mbox", ".mbx")),
    "maildir": Format(read_maildir, "mail in a Maildir", stdin=False),
    "eml": Format(read_eml, "a mail in a file, or a folder of such files", (".eml",), stdin=False),
    "access-log": Format(read_access_log, "requests, as Apache and nginx log them", (".log",)),
    "csv": Format(read_csv, "a table with a header and a column map", (".csv", ".tsv")),
    "parquet": Format(read_parquet, "a table with a column map; needs the extra `tables`", (".parquet",), stdin=False),
}  # fmt: skip


def read_events(source: Source, format_name: str, codec: Codec) -> Iterator[Event | Reject]:
    """Yield an event or a reject for every record of a source, in order, in bounded memory.

    Raises:
        InputError: at once, when the format is unknown or does not come from standard input
            (``source.unknown_format``, ``source.no_stdin``); when the first record is asked for, if
            the source as a whole cannot be read (``source.…``, ``columns.…`` and the like).
    """
    if format_name not in FORMATS:
        message, hint = f"the format `{format_name}` is not known", did_you_mean(format_name, FORMATS)
        raise InputError("source.unknown_format", message, hint=hint)
    chosen = FORMATS[format_name]
    if source.path == STDIN and not chosen.stdin:
        message = f"`{format_name}` is not read from standard input"
        raise InputError("source.no_stdin", message, where=Where(source.name), hint="name the file or folder")
    return chosen.read(source, codec)


def format_of(path: str) -> str | None:
    """Return the format that a file's or folder's name suggests, or None."""
    if (Path(path) / "cur").is_dir():
        return "maildir"
    name = path.lower().removesuffix(".gz")
    return next((key for key, each in FORMATS.items() if each.endings and name.endswith(each.endings)), None)
