"""What a mail shows: its text, the links behind its text, and the names and sizes of what is attached.

Attachments are never kept. Of alternatives the last that has text counts, as readers of mail show it
(RFC 2046, 5.1.4). HTML is turned to text by linear-time patterns, not by a parser that clever input can
slow down; what a browser would show is close enough for rules.
"""

import html
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from typing import Final

import re2

MAX_TEXT = 100_000  # characters kept of a mail
MAX_HTML = 1 << 20  # bytes of HTML looked at
MAX_LINKS = 200
MAX_LINK = 2048  # characters
MAX_ATTACHMENTS = 200  # named; all sizes are counted
MAX_NAME = 255  # characters of an attachment's name

_UNSHOWN: Final = re2.compile(
    rb"(?is)<!--.*?(?:-->|\z)|<script\b.*?(?:</script\s*>|\z)|<style\b.*?(?:</style\s*>|\z)|<!doctype[^>]*>"
)
_BREAK: Final = re2.compile(
    rb"(?i)<(?:br|/?p|/?div|/?tr|/?li|/?h[1-6]|/?table|/?[uo]l|hr|/?blockquote|/title)\b[^>]*>"
)
_CELL: Final = re2.compile(rb"(?i)</?t[dh]\b[^>]*>")
_TAG: Final = re2.compile(rb"(?s)</?[a-zA-Z][^>]*(?:>|\z)")
_LINK: Final = re2.compile(rb"""(?i)\b(?:href|action)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_LEADS_OUT: Final = ("http:", "https:", "ftp:", "//")
# Codecs of Python that are no charsets of mail, or slow on crafted bytes.
_NO_CHARSETS: Final = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"})
_MALFORMED: Final = (ValueError, TypeError, LookupError, AttributeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a mail or a part of it shows; ``attachment_bytes`` is the size of all that is attached."""

    text: str = ""
    links: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    attachment_bytes: int = 0
    truncated: bool = False


def read_body(part: Message) -> Body:
    """Return what a parsed mail, or a part of it, shows."""
    if part.is_multipart():
        bodies = [read_body(child) for child in part.get_payload() if isinstance(child, Message)]
        is_choice = part.get_content_type() == "multipart/alternative"
        return _joined(bodies, _chosen(bodies) if is_choice else bodies)
    if _is_shown(part):
        return _shown(part)
    return _attached(part)


def decoded(data: bytes, charset: str = "") -> str:
    """Return bytes as text: in the charset stated if it is one, else UTF-8, else Latin 1."""
    name = charset.strip("\"' ").lower().replace("-", "_")
    for candidate in ("utf_8" if name in {"", "us_ascii", "ascii"} else name, "utf_8"):
        if candidate not in _NO_CHARSETS:
            try:
                return clean(data.decode(candidate))
            except (LookupError, ValueError):
                continue
    return data.decode("latin_1")


def clean(text: str) -> str:
    """Return text without lone surrogates, which have no bytes in UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def html_to_text(data: bytes) -> str:
    """Return the words of HTML (in UTF-8), roughly as a browser shows them."""
    for pattern, instead in ((_UNSHOWN, b""), (_BREAK, b"\n"), (_CELL, b" "), (_TAG, b"")):
        data = pattern.sub(instead, data)
    text = html.unescape(data.decode("utf-8", "replace"))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _joined(all_of_them: list[Body], shown: list[Body]) -> Body:
    text = "\n".join(body.text for body in shown if body.text)
    names = tuple(name for body in all_of_them for name in body.attachments)
    return Body(
        text=text[:MAX_TEXT],
        links=tuple(dict.fromkeys(link for body in all_of_them for link in body.links))[:MAX_LINKS],
        attachments=names[:MAX_ATTACHMENTS],
        attachment_bytes=sum(body.attachment_bytes for body in all_of_them),
        truncated=len(text) > MAX_TEXT or any(body.truncated for body in shown),
    )


def _chosen(bodies: list[Body]) -> list[Body]:
    return next(([body] for body in reversed(bodies) if body.text.strip()), bodies[:1])


def _is_shown(part: Message) -> bool:
    is_text = part.get_content_type() in {"text/plain", "text/html", "text/enriched"}
    return is_text and not str(part.get("content-disposition", "")).lower().lstrip().startswith("attachment")


def _shown(part: Message) -> Body:
    data, charset = _content(part), _charset(part)
    if part.get_content_type() == "text/html":
        page = decoded(data, charset).encode()
        text = html_to_text(page[:MAX_HTML])
        links = tuple(dict.fromkeys(_links(page[:MAX_HTML])))[:MAX_LINKS]
        return Body(text=text[:MAX_TEXT], links=links, truncated=len(text) > MAX_TEXT or len(page) > MAX_HTML)
    text = decoded(data, charset).replace("\r\n", "\n").strip()
    return Body(text=text[:MAX_TEXT], truncated=len(text) > MAX_TEXT)


def _links(page: bytes) -> Iterable[str]:
    for match in _LINK.finditer(page):
        link = html.unescape((match.group(1) or match.group(2) or match.group(3) or b"").decode()).strip()
        if link.lower().startswith(_LEADS_OUT) and len(link) <= MAX_LINK:
            yield link


def _attached(part: Message) -> Body:
    try:
        name = part.get_filename() or ""
    except _MALFORMED:
        name = ""
    name = clean(name)[:MAX_NAME] or part.get_content_type()
    return Body(attachments=(name,), attachment_bytes=len(_content(part)))


def _content(part: Message) -> bytes:
    """Return a part's bytes, decoded from what they travelled as; as they travelled if that fails."""
    try:
        payload = part.get_payload(decode=True)
    except _MALFORMED:
        del part["content-transfer-encoding"]
        payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset("")
    except _MALFORMED:
        return ""
