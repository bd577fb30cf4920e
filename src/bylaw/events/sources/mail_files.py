"""Mail in files of its own: Maildir folders, single ``.eml`` files and folders of them."""

from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path
from typing import Final

from bylaw.base.errors import InputError, Where
from bylaw.events.decode import Codec
from bylaw.events.event import Event
from bylaw.events.sources.lines import unreadable
from bylaw.events.sources.mail import MAX_MESSAGE, message_sent, too_big
from bylaw.events.sources.source import Reject, Source, damaged, rejected

_BOXES: Final = ("cur", "new")  # what is delivered; `tmp` is not


def read_maildir(source: Source, codec: Codec) -> Iterator[Event | Reject]:
    """Yield a ``message.sent`` for each mail in a Maildir and in the folders inside it (Maildir++).

    Raises:
        InputError: it is no Maildir (``maildir.no_maildir``).
    """
    root = Path(source.path)
    if not any((root / box).is_dir() for box in _BOXES):
        hint = "a Maildir has the folders `cur` and `new`"
        raise InputError("maildir.no_maildir", "this is no Maildir", where=Where(source.name), hint=hint)
    try:
        boxes = [folder / box for folder in (root, *sorted(root.glob(".*"))) for box in _BOXES]
        files = [file for box in boxes if box.is_dir() for file in sorted(box.iterdir())]
    except OSError as error:
        raise unreadable(source.name, error) from None
    return _read_files(files, source, codec)


def read_eml(source: Source, codec: Codec) -> Iterator[Event | Reject]:
    """Yield a ``message.sent`` for a file, or for each ``*.eml`` below a folder, in order of name.

    Raises:
        InputError: there is no such file or folder (``source.unreadable``).
    """
    path = Path(source.path)
    try:
        path.stat()
        files = sorted(path.rglob("*.eml")) if path.is_dir() else [path]
    except OSError as error:
        raise unreadable(source.name, error) from None
    return _read_files(files, source, codec)


def _read_files(files: list[Path], source: Source, codec: Codec) -> Iterator[Event | Reject]:
    sizes = [_size(file) for file in files]
    source.progress.total = sum(size or 0 for size in sizes)
    for file, size in zip(files, sizes, strict=True):
        if size is not None:
            yield _read_file(file, source, codec)
            source.progress.consumed += size


def _size(file: Path) -> int | None:
    """Return the size of a file; None for what is none, or is gone."""
    try:
        return file.stat().st_size if file.is_file() else None
    except OSError:
        return None


def _read_file(file: Path, source: Source, codec: Codec) -> Event | Reject:
    where = Where(str(file))
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_MESSAGE + 1)
            if len(data) > MAX_MESSAGE:
                stream.seek(0)
                sha = file_digest(stream, "sha256").hexdigest()
                problem = too_big(where).problem
                return Reject(problem=problem, offset=0, length=stream.tell(), digest=f"sha256:{sha}")
    except OSError:
        return damaged(where, 0)
    try:
        mail = message_sent(data, where=where, latest=source.latest, default_time=source.default_time)
        return codec.check(mail, where=where, latest=source.latest)
    except InputError as error:
        return rejected(error, data, 0)
