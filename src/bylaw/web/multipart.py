"""Forms that bring files: ``multipart/form-data`` (RFC 7578), of a body that is there whole and bounded."""

from email.message import Message
from typing import Final, NamedTuple

from bylaw.base.errors import InputError

MEDIA: Final = b"multipart/form-data"
MAX_PARTS: Final = 20
MAX_HEAD: Final = 2 << 10  # bytes of the head of one part
MAX_BOUNDARY: Final = 70  # RFC 2046, 5.1.1
_END: Final = b"\r\n"


class Part(NamedTuple):
    """A field of a form. ``file`` is the name that a file came under; none, if it is no file."""

    name: str
    file: str | None
    content: bytes

    @property
    def text(self) -> str:
        """What was written.

        Raises:
            InputError: ``web.form``, it is no text.
        """
        try:
            return self.content.decode()
        except UnicodeDecodeError:
            raise _unreadable() from None


def parts_of(body: bytes, content_type: bytes) -> list[Part]:
    """Return the fields of a form, in order; a file input that was left empty is left out.

    Raises:
        InputError: ``web.media``, it is no such form; ``web.form``, it cannot be read.
    """
    head = _header("content-type", content_type)
    boundary = head.get_boundary()
    if head.get_content_type() != MEDIA.decode() or not boundary or len(boundary) > MAX_BOUNDARY:
        raise InputError("web.media", "the body is of no known media type", hint=MEDIA.decode())
    line = _END + b"--" + boundary.encode("latin-1", "replace")
    _, *pieces = (_END + body).split(line, MAX_PARTS + 1)
    if not pieces or not pieces[-1].startswith(b"--") or len(pieces) > MAX_PARTS + 1:
        raise _unreadable()
    found = [_part(piece) for piece in pieces[:-1]]
    return [part for part in found if part.file != "" or part.content]


def _part(piece: bytes) -> Part:
    head, found, content = piece.partition(_END + _END)
    blank, begun, lines = head.partition(_END)
    if not found or not begun or blank.strip(b" \t") or len(head) > MAX_HEAD:
        raise _unreadable()
    for line in lines.split(_END):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-disposition":
            said = _header("content-disposition", value)
            return Part(_param(said, "name") or "", _param(said, "filename"), content)
    raise _unreadable()


def _param(head: Message, name: str) -> str | None:
    value = head.get_param(name, header="content-disposition")
    if not isinstance(value, str):
        return None
    try:
        return value.encode("latin-1").decode()  # browsers send UTF-8 as it is
    except UnicodeError:
        raise _unreadable() from None


def _header(name: str, value: bytes) -> Message:
    made = Message()
    made[name] = value.decode("latin-1").strip()
    return made


def _unreadable() -> InputError:
    return InputError("web.form", "the form cannot be read")
