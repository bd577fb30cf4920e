"""Mail in one file (mbox), streamed: one message in memory at a time.

A message begins at a line ``From …`` that bears a time and follows a blank line or the beginning; the
same words inside a message do not end it. Lines quoted as ``>From `` are unquoted. A message that grows
too big is measured, not kept.
Source: RFC 4155, and the variant of quoting called "mboxrd".
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final, NamedTuple

import re2

from bylaw.base.errors import InputError, Where
from bylaw.events.decode import Codec
from bylaw.events.event import Event
from bylaw.events.sources.lines import READ_ERRORS, Stream, look, opened
from bylaw.events.sources.mail import MAX_MESSAGE, message_sent, too_big
from bylaw.events.sources.source import Reject, Source, damaged

MAX_PIECE = 1 << 16  # bytes of a line read at once

_BEGINS: Final = re2.compile(rb"From \C*\d:\d\d\C*\d{4}")  # \C: any byte, UTF-8 or not
_QUOTED: Final = re2.compile(rb"(?m)^>(>*From )")


class _Piece(NamedTuple):
    line: int
    offset: int
    data: bytes
    begins: bool  # a message


class _Message:
    """The bytes of one message, as they come."""

    def __init__(self, first: _Piece) -> None:
        self.line, self.offset, self.headed = first.line, first.offset, first.begins
        self.size = 0
        self.sha = sha256()
        self.pieces: list[bytes] = []
        self.add(first.data)

    def add(self, data: bytes) -> None:
        self.size += len(data)
        self.sha.update(data)
        if self.size <= MAX_MESSAGE:
            self.pieces.append(data)
        else:
            self.pieces.clear()

    def content(self) -> bytes:
        """Return the message without the line it begins at, the blank line after it, and the quoting."""
        data = b"".join(self.pieces[1:])
        data = data[: -2 if data.endswith(b"\r\n\r\n") else -1 if data.endswith(b"\n\n") else None]
        return bytes(_QUOTED.sub(rb"\1", data)) if b"\n>" in data else data


def read_mbox(source: Source, codec: Codec) -> Iterator[Event | Reject]:
    """Yield a ``message.sent`` for each mail."""
    with opened(source) as stream:
        for message in _messages(source, stream):
            if isinstance(message, Reject):
                yield message
                continue
            where = Where(source.name, message.line)
            try:
                yield codec.check(_event(message, where, source), where=where, latest=source.latest)
            except InputError as error:
                yield Reject(
                    problem=error.problem,
                    offset=message.offset,
                    length=message.size,
                    digest=f"sha256:{message.sha.hexdigest()}",
                )
            look(stream, source.progress)


def _event(message: _Message, where: Where, source: Source) -> Event:
    if not message.headed:
        hint = "a mailbox begins with `From `; a single mail is read as `eml`"
        raise InputError("mbox.no_from_line", "no message begins here", where=where, hint=hint)
    if message.size > MAX_MESSAGE:
        raise too_big(where)
    content = message.content()
    return message_sent(content, where=where, latest=source.latest, default_time=source.default_time)


def _messages(source: Source, stream: Stream) -> Iterator[_Message | Reject]:
    message: _Message | None = None
    line = offset = 0
    try:
        for piece in _pieces(stream):
            line, offset = piece.line, piece.offset
            if message is None or piece.begins:
                if message is not None:
                    yield message
                message = _Message(piece)
            else:
                message.add(piece.data)
    except READ_ERRORS:
        yield damaged(Where(source.name, line), offset)
        return
    if message is not None:
        yield message


def _pieces(stream: Stream) -> Iterator[_Piece]:
    line = offset = 0
    after_blank = at_line_start = True
    while data := stream.data.readline(MAX_PIECE):
        line += at_line_start
        begins = at_line_start and after_blank and data.startswith(b"From ") and bool(_BEGINS.match(data))
        yield _Piece(line, offset, data, begins)
        offset += len(data)
        after_blank = at_line_start and data in {b"\n", b"\r\n"}
        at_line_start = data.endswith(b"\n")
