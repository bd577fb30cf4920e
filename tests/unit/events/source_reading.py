"""Reading a source in a test."""

from pathlib import Path
from typing import Any

from bylaw.events.decode import Codec
from bylaw.events.event import Event
from bylaw.events.sources.formats import read_events
from bylaw.events.sources.source import Reject, Source


def read_path(path: Path | str, format_name: str, **options: Any) -> tuple[list[Any], list[Reject]]:
    """Return the events and the rejects of a source."""
    records = list(read_events(Source(path=str(path), **options), format_name, Codec()))
    return [r for r in records if isinstance(r, Event)], [r for r in records if isinstance(r, Reject)]


def read(
    folder: Path, content: bytes | str, format_name: str, **options: Any
) -> tuple[list[Any], list[Reject]]:
    """Return the events and the rejects of a file with this content."""
    path = folder / "source"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_path(path, format_name, **options)
