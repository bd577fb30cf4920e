"""The ways out as the book in force sets them up: handlers for the outbox, and the keys that they need.

A book says where a secret is, never what it is: ``env:NAME``, ``file:PATH``, ``vault:NAME``. When another book comes into
force the ways are set up anew, before the next entry is taken.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from bylaw.base.errors import InputError
from bylaw.book.book import Book
from bylaw.book.outgoing import Webhook
from bylaw.notices.choosing import voice_of
from bylaw.notices.mail.composing import Composer
from bylaw.notices.mail.smtp import Smtp
from bylaw.notices.mail.tags import Tags
from bylaw.notices.store import HANDED, MAIL, TIMER
from bylaw.notices.telling import BLOCKED_WAIT, AddressOf, Gathering, Mailing, Waiting, Way, Wording
from bylaw.notices.webhooks.announcing import DESTINATION, settling
from bylaw.notices.webhooks.calling import Calling, Endpoint, Handing, Line
from bylaw.notices.webhooks.posting import Poster
from bylaw.notices.webhooks.signing import key_of
from bylaw.notices.workflow import KEY, Notices
from bylaw.records.fact import Fact
from bylaw.records.outbox import Entry
from bylaw.records.records import Records
from bylaw.records.rounds import Delivered, Handler, Undelivered
from bylaw.records.vault.vault import Vault

MAX_SECRET: Final = 64 << 10  # bytes of a file


class Ways:
    """Everything between the outbox and the world.

    Args:
        records: of the operator, open for writing.
        vault: of the operator.
        current: returns the book in force.
        kept: returns a book that ever decided, by its digest.
        address_of: returns where somebody is reached now; nothing if that is not known.
        poster: makes calls.
        environment: where ``env:`` secrets are.
    """

    def __init__(  # noqa: PLR0913 - what the ways are made of
        self,
        records: Records,
        vault: Vault,
        current: Callable[[], Book],
        kept: Callable[[str], Book],
        address_of: AddressOf,
        *,
        poster: Poster | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._records = records
        self._vault = vault
        self._current = current
        self._kept = kept
        self._poster = poster or Poster()
        self._environment = environment
        self._tags = Tags(vault.secret(KEY))
        self._notices = Notices(records, vault)
        self._wording = Wording(self._notices, lambda digest: voice_of(kept(digest)), address_of)

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """New handlers for ``Rounds``: each for one thread, all for one or each for its own."""
        made = {
            TIMER: self._gathering,
            MAIL: self._mailing,
            HANDED: self._handing,
            DESTINATION: self._calling,
        }
        return {name: _Current(self._current, new) for name, new in made.items()}

    def settling(self) -> list[Fact]:
        """Return the facts to record when a book has come into force: who hears what. None if nothing changed.

        Keys that the vault makes are made here, so that they can be handed to receivers before the first call.
        """
        webhooks = self._current().operator.webhooks
        for name, webhook in webhooks.items():
            self._keys(name, webhook)
        return settling(self._records, webhooks)

    def _gathering(self, book: Book) -> Handler:
        way = Way(book.digest, book.operator.notices.by)
        return Gathering(self._notices, lambda: way)

    def _handing(self, book: Book) -> Handler:
        return Handing(self._vault, self._wording, self._line(book), self._source)

    def _calling(self, book: Book) -> Handler:
        return Calling(self._records, self._vault, self._line(book), self._source)

    @property
    def _source(self) -> str:
        place = self._records.place
        return f"urn:bylaw:{place.operator}:{place.installation}"

    def _line(self, book: Book) -> Line:
        webhooks = book.operator.webhooks
        endpoints = {name: Endpoint(one, self._keys(name, one)) for name, one in webhooks.items()}
        return Line(lambda: endpoints, self._poster)

    def _mailing(self, book: Book) -> Handler:
        settings = book.operator.mail
        if settings is None:
            return Waiting("mail.not_set_up")
        dkim_key = self._found(settings.dkim.key) if settings.dkim else ""
        password = self._found(settings.password) if settings.password else ""
        composer = Composer(settings, self._tags, dkim_key.encode())
        return Mailing(self._wording, composer, Smtp(settings, self._records.clock, password))

    def _keys(self, name: str, webhook: Webhook) -> list[bytes]:
        return [signing_key(name, where, self._vault, self._environment) for where in webhook.secrets]

    def _found(self, where: str) -> str:
        return secret_at(where, self._environment)


class _Current:
    """Delivers as the book in force has it."""

    def __init__(self, book: Callable[[], Book], new: Callable[[Book], Handler]) -> None:
        self._book = book
        self._new = new
        self._made: tuple[str, Handler] | None = None

    def deliver(self, entry: Entry, now: int) -> Delivered | Undelivered:
        book = self._book()
        if self._made is None or self._made[0] != book.digest:
            self.rest()
            try:
                self._made = (book.digest, self._new(book))
            except InputError as error:  # a secret that is not where the book says holds up all alike
                return Undelivered(error.code, BLOCKED_WAIT, blameless=True)
        return self._made[1].deliver(entry, now)

    def rest(self) -> None:
        if self._made is not None:
            self._made[1].rest()


def signing_key(name: str, where: str, vault: Vault, environment: Mapping[str, str] = os.environ) -> bytes:
    """Return a key under which a webhook is called, from where the book says it is.

    Raises:
        InputError: ``secret.missing``, ``webhook.secret``.
        RefusedError: the vault is to make it, and is only being read.
    """
    scheme, _, which = where.partition(":")
    if scheme == "vault":
        return vault.secret(f"{DESTINATION}.{name}.{which}")
    return key_of(secret_at(where, environment))


def secret_at(where: str, environment: Mapping[str, str]) -> str:
    """Return a secret that stands in the environment or in a file.

    Raises:
        InputError: ``secret.missing``, it is not there.
    """
    scheme, _, name = where.partition(":")
    try:
        if scheme == "file":
            with Path(name).open(encoding="utf-8") as file:
                return file.read(MAX_SECRET).strip()
        return environment[name]
    except (OSError, UnicodeDecodeError, KeyError):
        hint = "put it there, or mend operator.toml"
        raise InputError("secret.missing", f"there is no secret at `{where}`", hint=hint) from None
