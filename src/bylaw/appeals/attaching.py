"""What may be attached: told by what is in a file, under a name that says the same. Pure.

Attachments are never shown, only handed to staff for download; so what is asked here is whether a file is plainly one
of few types, not whether it is harmless.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from bylaw.appeals.model import File
from bylaw.base.errors import InputError
from bylaw.book.appealing import Attachments

MAX_NAME: Final = 120  # characters
KIB: Final = 1 << 10
_ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "text/plain": ("txt",),
    "application/pdf": ("pdf",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
}
_RUN: Final = frozenset(  # endings that some program runs, opens as a page or unpacks, wherever in a name they stand
    "7z apk app asp aspx bat cmd com docm dll exe gz hta htm html iso jar js jse jsp lnk mht mhtml msi php pif ps1 py rar "
    "reg scr sh svg svgz swf tar url vb vbe vbs wsf xhtml xls xlsm xml xsl zip".split()
)
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_END: Final = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_JPEG: Final = b"\xff\xd8\xff"
_JPEG_END: Final = b"\xff\xd9"
_PDF: Final = b"%PDF-"
_PDF_END: Final = b"%%EOF"
_PDF_TAIL: Final = 1 << 10  # bytes in which the end of a PDF stands
_LINES: Final = frozenset("\t\n\r\f")


class Checked(NamedTuple):
    """A file that may be taken, and of which type it is."""

    file: File
    media: str


def checked(files: Sequence[File], allowed: Attachments) -> list[Checked]:
    """Return files with their types.

    Raises:
        InputError: ``appeal.files``, too many; ``appeal.file_size``, ``appeal.file_type``, ``appeal.file_name``. What
            somebody named a file is not repeated.
    """
    if len(files) > allowed.most:
        raise InputError("appeal.files", f"at most {allowed.most} files come with a text")
    return [_checked(file, allowed) for file in files]


def media_of(content: bytes) -> str:
    """Return of which type a file is; empty, if it is none of those that are told."""
    return next((media for media, is_one in _TOLD.items() if is_one(content)), "")


def _checked(file: File, allowed: Attachments) -> Checked:
    if not 0 < len(file.content) <= allowed.kibibytes * KIB:
        raise InputError("appeal.file_size", f"a file has 1 byte to {allowed.kibibytes:,} KiB")
    media = media_of(file.content)
    if media not in allowed.types:
        hint = f"send one of {', '.join(ending for one in allowed.types for ending in _ENDINGS[one])}"
        raise InputError("appeal.file_type", "a file is of none of the types that are taken", hint=hint)
    name = "".join(map(_spaced, unicodedata.normalize("NFC", file.name)))
    if not _is_plain(name) or name.rpartition(".")[2].lower() not in _ENDINGS[media]:
        hint = f"name it so that it ends in .{_ENDINGS[media][0]}"
        raise InputError("appeal.file_name", "the name of a file does not say what it is", hint=hint)
    return Checked(File(name, file.content), media)


def _is_plain(name: str) -> bool:
    """Tell whether a name is one word or several, with one ending: no path, no control signs, no second type."""
    stem, dot, _ = name.rpartition(".")
    return (
        bool(dot)
        and len(stem.strip(". ")) > 0
        and len(name) <= MAX_NAME
        and name == name.strip()
        and not stem.startswith(".")
        and all(_is_letter(sign) for sign in name)
        and not any(part.strip().lower() in _RUN for part in stem.split("."))
    )


def _spaced(sign: str) -> str:
    return " " if unicodedata.category(sign) == "Zs" else sign


def _is_letter(sign: str) -> bool:
    return sign not in '/\\:*?"<>|%;' and (sign == " " or unicodedata.category(sign)[0] in "LMNPS")


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(sign in _LINES or unicodedata.category(sign) != "Cc" for sign in text)


def _is_pdf(content: bytes) -> bool:
    return content.startswith(_PDF) and _PDF_END in content[-_PDF_TAIL:]


def _is_png(content: bytes) -> bool:
    return content.startswith(_PNG) and content.endswith(_PNG_END)


def _is_jpeg(content: bytes) -> bool:
    return content.startswith(_JPEG) and _JPEG_END in content  # cameras write more behind it


_TOLD: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "application/pdf": _is_pdf,
    "image/png": _is_png,
    "image/jpeg": _is_jpeg,
    "text/plain": _is_text,
}
