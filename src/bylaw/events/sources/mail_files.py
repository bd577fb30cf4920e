"""Mail in files of its own: Maildir folders, single ``.eml`` files and folders of them."""

from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path

from bylaw.base.errors import InputError, Where
from bylaw.events.decode import Codec
from bylaw.events.event import Event
from bylaw.events.sources.lines import unreadable
from bylaw.events.sources.mail import MAX_MESSAGE, message_sent, too_big
from bylaw.events.sources.source import Reject, Source, damaged, rejected


def read_maildir(source: Source, codec: Codec) -> Iterator[Event | Reject]:
    """Yield a ``message.sent`` for each mail in a Maildir and in the folders inside it (Maildir++).

    Raises:
        InputError: it is no Maildir (``maildir.no_maildir``).
    """
    root = Path(source.path)
    folders = [root, *sorted(root.glob(".*"))]
    boxes = [folder / name for folder in folders for name in ("cur", "new")]
    if not any(box.is_dir() for box in boxes[:2]):
        hint = "a Maildir has the folders `cur` and `new`"
        raise InputError("maildir.no_maildir", "this is no Maildir", where=Where(source.name), hint=hint)
    files = [file for box in boxes if box.is_dir() for file in sorted(box.iterdir())]
    return _read_files(files, source, codec)


def read_eml(source: Source, codec: Codec) -> Iterator[Event | Reject]:
    """Yield a ``message.sent`` for a file, or for each ``*.eml`` below a folder, in order of name.

    Raises:
        InputError: there is no such file or folder (``source.unreadable``).
    """
    path = Path(source.path)
    if not path.exists():
        raise unreadable(source.name, FileNotFoundError(2, "no such file or folder"))
    files = sorted(path.rglob("*.eml")) if path.is_dir() else [path]
    return _read_files(files, source, codec)


def _read_files(files: list[Path], source: Source, codec: Codec) -> Iterator[Event | Reject]:
    files = [file for file in files if file.is_file()]
    sizes = [file.stat().st_size for file in files]
    source.progress.total = sum(sizes)
    for file, size in zip(files, sizes, strict=True):
        yield _read_file(file, source, codec)
        source.progress.consumed += size


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
