"""Links by which somebody comes to the page of a notice without an account.

A link's token is the notice's id and a keyed digest of it: whoever has it may come in, and nobody can make one for
another notice. Nothing is kept of it; with the vault's secret destroyed every link ever told is dead.
"""

import hmac
from hashlib import blake2b
from typing import Final

from bylaw.base.errors import NotFoundError

KEY: Final = "member"  # the secret of the vault that links are made with
PATH: Final = "/your/"
_PREFIX: Final = "not_"
_NAME: Final = 30  # hexadecimal digits of a notice's id
_MARK: Final = 20  # bytes: 160 bits, of which nobody guesses one
LENGTH: Final = _NAME + 2 * _MARK


class Links:
    """The links of a record. ``secret`` is 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def token(self, notice: str) -> str:
        """Return what stands in the link to a notice's page."""
        name = notice.removeprefix(_PREFIX)
        return name + self._mark(name)

    def link(self, page: str, notice: str) -> str:
        """Return the link to a notice's page. ``page`` is where pages are, as the book says."""
        return f"{page.rstrip('/')}{PATH}{self.token(notice)}"

    def notice(self, token: str) -> str:
        """Return the id of the notice to whose page a token leads.

        Every wrong token costs the same: one digest, compared in constant time, and no look at the record.

        Raises:
            NotFoundError: ``notice.no_page``.
        """
        given = token[:LENGTH].encode("ascii", "replace").decode()
        name, mark = given[:_NAME], given[_NAME:]
        right = hmac.compare_digest(self._mark(name), mark)
        if not right or len(token) != LENGTH:
            raise NotFoundError("notice.no_page", "there is no such page", hint="take the link of the notice")
        return _PREFIX + name

    def _mark(self, name: str) -> str:
        return blake2b(b"page\x00" + name.encode(), key=self._secret, digest_size=_MARK).hexdigest()
