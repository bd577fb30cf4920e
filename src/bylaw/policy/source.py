"""From the bytes of a file to lines of text, whatever their encoding.

Decides what can be a policy document at all. Everything else is mended and told as a warning: a wrong
encoding, a file that was cut off, control characters. Knows nothing about Markdown.
"""

import unicodedata
from dataclasses import dataclass

from bylaw.base.canonical import digest
from bylaw.base.errors import InputError, Problem, Where

MAX_BYTES = 1 << 20  # a policy of 160,000 words; the longest in the wild have a tenth of it
MAX_LINES = 20_000
MAX_CONTROL_SHARE = 0.02  # more control characters than this, and it is no text

_MAGIC = {  # files that are mistaken for documents, by their first bytes
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a Word or other zipped file",
    b"\xd0\xcf\x11\xe0": "an old Word file",
    b"{\\rtf": "an RTF file",
}
_MARKS = {  # byte order marks; the longer one first
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"\xef\xbb\xbf": "utf-8-sig",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The lines of a file without their ends, and what was odd about its bytes."""

    file: str
    lines: tuple[str, ...]
    digest: str
    problems: tuple[Problem, ...]


def read_source(data: bytes, file: str) -> Source:
    """Decode a file.

    Raises:
        InputError: it is too large (``policy.too_large``) or no text (``policy.binary``).
    """
    if len(data) > MAX_BYTES:
        raise too_large(f"more than {MAX_BYTES} bytes", file)
    text, problems = _decode(data, file)
    written = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(written) > MAX_LINES:
        raise too_large(f"more than {MAX_LINES} lines", file)
    lines, odd = _without_control_characters(written, file)
    return Source(file=file, lines=lines, digest=digest(data), problems=(*problems, *odd))


def too_large(message: str, file: str) -> InputError:
    """Return the error for what is beyond every policy in the wild."""
    hint = "give the text of the policy alone, or split it into several documents"
    return InputError("policy.too_large", message, where=Where(file), hint=hint)


def _decode(data: bytes, file: str) -> tuple[str, list[Problem]]:
    _refuse_known_formats(data, file)
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return _decode_as(encoding, data, file)
    if 0 in data:
        return _decode_as(_utf16_without_mark(data, file), data, file, odd=True)
    return _decode_as("utf-8", data, file)


def _decode_as(encoding: str, data: bytes, file: str, *, odd: bool = False) -> tuple[str, list[Problem]]:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        return _decode_damaged(encoding, data, file, error)
    return text, [_encoding_problem(encoding, file, 1)] if odd else []


def _decode_damaged(
    encoding: str, data: bytes, file: str, error: UnicodeDecodeError
) -> tuple[str, list[Problem]]:
    line = data.count(b"\n", 0, error.start) + 1
    lenient = data.decode(encoding, errors="replace")
    if error.reason in ("unexpected end of data", "truncated data"):
        hint = "the end of the document may be missing: get the file again"
        message = "the file ends in the middle of a character"
        return lenient, [
            Problem(code="policy.truncated", message=message, where=Where(file, line), hint=hint)
        ]
    good = sum(c > "\x7f" and c != "�" for c in lenient)
    if encoding != "utf-8" or good > lenient.count("�"):
        return lenient, [_encoding_problem("damaged " + encoding, file, line)]
    return data.decode("cp1252", errors="replace"), [_encoding_problem("Windows-1252", file, line)]


def _encoding_problem(read_as: str, file: str, line: int) -> Problem:
    return Problem(
        code="policy.encoding",
        message=f"not UTF-8; read as {read_as}",
        where=Where(file, line),
        hint="save the file as UTF-8",
    )


def _refuse_known_formats(data: bytes, file: str) -> None:
    for magic, name in _MAGIC.items():
        if data.startswith(magic):
            raise _binary(f"this is {name}", file)


def _utf16_without_mark(data: bytes, file: str) -> str:
    # In UTF-16 every other byte of Western text is zero; in a binary file zeros fall anywhere.
    half = len(data) // 2
    if data[1::2].count(0) > 0.7 * half and data[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if data[::2].count(0) > 0.7 * half and data[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    raise _binary("this is a binary file", file)


def _binary(message: str, file: str) -> InputError:
    hint = "save the document as Markdown or plain text"
    return InputError("policy.binary", message, where=Where(file), hint=hint)


def _without_control_characters(lines: list[str], file: str) -> tuple[tuple[str, ...], list[Problem]]:
    cleaned = tuple(line if line.isprintable() else _clean(line) for line in lines)
    marks = {n: line.count("�") for n, line in enumerate(cleaned, 1) if "�" in line}
    before = sum(line.count("�") for line in lines)
    found = sum(marks.values()) - before
    if found > MAX_CONTROL_SHARE * max(1, sum(map(len, lines))):
        raise _binary("this is a binary file", file)
    if not found:
        return cleaned, []
    message = f"{found} control characters, shown as �"
    where = Where(file, min(marks))
    return cleaned, [
        Problem(code="policy.control_characters", message=message, where=where, hint="remove them")
    ]


def _clean(line: str) -> str:
    return "".join(
        " " if c in "\f\v\x85" else "�" if c != "\t" and unicodedata.category(c) == "Cc" else c for c in line
    )
