"""What mail servers report back about our mail: delivery status notifications (RFC 3464).

Which message it is about is known by our own mark alone, in the return address or in the Message-ID of what was
returned. Nothing else in a report is believed, and nothing of it is kept but the status.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message as Part
from typing import Final

from bylaw.notices.mail.tags import Tags
from bylaw.notices.model import BOUNCED, DELIVERED

MAX_REPORT: Final = 4 << 20  # bytes
MAX_PARTS: Final = 50
_ADDRESSED: Final = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
_NAMING: Final = ("Message-ID", "References", "In-Reply-To", "Original-Envelope-Id")
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")  # noqa: TID251 - RFC 3463
_MEANING: Final = {
    "failed": BOUNCED,
    "delivered": DELIVERED,
}  # delayed, relayed and expanded: nothing is known yet
_DELAYED: Final = "delayed"


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a message: the fact to record (``notice.bounced``, ``notice.delivered``), or none as yet."""

    message: str
    kind: str | None
    code: str  # the status: ``5.1.1``


def read_report(data: bytes, tags: Tags, envelope_to: str = "") -> Report | None:
    """Return what a mail reports of one of our messages; nothing if it is no report, or not about ours.

    ``envelope_to`` is the address that it came to, where the server tells.
    """
    mail = message_from_bytes(data[:MAX_REPORT])
    parts = list(zip(range(MAX_PARTS), mail.walk(), strict=False))
    fields = [block for _, part in parts for block in _recipients(part)]
    if not fields:
        return None
    message = _message(mail, [part for _, part in parts], tags, envelope_to)
    if message is None:
        return None
    actions = [(str(block["Action"] or "").strip().lower(), str(block["Status"] or "")) for block in fields]
    for wanted in ("failed", "delivered", _DELAYED):
        for action, status in actions:
            if action == wanted:
                found = _STATUS.search(status)
                return Report(message, _MEANING.get(action), found[0] if found else "")
    return None


def _recipients(part: Part) -> Iterator[Part]:
    """Yield the blocks of a status part that are about a recipient: those with an action."""
    if part.get_content_type() == "message/delivery-status" and part.is_multipart():
        yield from (block for block in part.get_payload() if isinstance(block, Part) and block["Action"])


def _message(mail: Part, parts: list[Part], tags: Tags, envelope_to: str) -> str | None:
    texts = [envelope_to, *(str(value) for name in _ADDRESSED for value in mail.get_all(name, []))]
    for part in parts:
        texts += [str(value) for name in _NAMING for value in part.get_all(name, [])]
        if part.get_content_type() == "text/rfc822-headers":
            texts.append(str(part.get_payload()))
        if part.is_multipart():
            inner = (block for block in part.get_payload() if isinstance(block, Part))
            texts += [str(value) for block in inner for name in _NAMING for value in block.get_all(name, [])]
    return next((found for text in texts if (found := tags.message(text)) is not None), None)
