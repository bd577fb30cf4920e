"""Marks by which a message is recognised when it comes back: in the return address (VERP) and in the Message-ID.

A mark holds the message's id and a keyed digest of it: nobody can make us believe that another message bounced.
"""

import hmac
import re
from email.utils import parseaddr
from hashlib import blake2b
from typing import Final

_PREFIX: Final = "msg_"
_NAME: Final = 30  # hexadecimal digits of a message's id
_DIGEST: Final = 12
_MARK: Final = re.compile(f"[0-9a-f]{{{_NAME + _DIGEST}}}")  # noqa: TID251 - our own form


class Tags:
    """Makes marks and knows them again, under a secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def tag(self, message: str) -> str:
        """Return the mark of a message: 42 hexadecimal digits, the same in capitals."""
        name = message.removeprefix(_PREFIX)
        return name + self._digest(name)

    def message(self, text: str) -> str | None:
        """Return the message of which a text (an address, a header) holds the mark; nothing if it holds none of ours."""
        for found in _MARK.finditer(text.lower()):
            name, digest = found[0][:_NAME], found[0][_NAME:]
            if hmac.compare_digest(digest, self._digest(name)):
                return _PREFIX + name
        return None

    def return_address(self, bounces: str, message: str) -> str:
        """Return where reports about a message are to come: ``bounces+mark@domain``."""
        local, _, domain = parseaddr(bounces)[1].rpartition("@")
        return f"{local}+{self.tag(message)}@{domain}"

    def _digest(self, name: str) -> str:
        return blake2b(b"mail\x00" + name.encode(), key=self._secret, digest_size=_DIGEST // 2).hexdigest()
