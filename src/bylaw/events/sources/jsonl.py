"""JSON lines: one event a line; blank lines are skipped."""

from collections.abc import Iterator

from bylaw.base.errors import InputError, Where
from bylaw.events.decode import Codec
from bylaw.events.event import Event
from bylaw.events.sources.lines import opened, read_lines
from bylaw.events.sources.source import Reject, Source, rejected


def read_jsonl(source: Source, codec: Codec) -> Iterator[Event | Reject]:
    """Yield what each line says."""
    name, latest = source.name, source.latest
    with opened(source) as stream:
        for number, offset, data in read_lines(source, stream, codec.max_line):
            if isinstance(data, Reject):
                yield data
            elif not data.isspace():
                try:
                    event = codec.decode(data, where=Where(name, number), latest=latest)
                except InputError as error:
                    yield rejected(error, data, offset)
                else:
                    yield event
