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
from bylaw.notices.mail.bounces import read_report
from bylaw.notices.mail.composing import Composer
from bylaw.notices.mail.smtp import Smtp
from bylaw.notices.mail.tags import Tags
from bylaw.notices.store import HANDED, MAIL, TIMER
from bylaw.notices.telling import AddressOf, Gathering, Mailing, Waiting, Way, Wording
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
        self._made: tuple[str, Mapping[str, Handler]] = ("", {})

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """Handlers for ``Rounds``."""
        return {name: _Current(name, self._set_up) for name in (TIMER, MAIL, HANDED, DESTINATION)}

    def settling(self) -> list[Fact]:
        """Return the facts to record when a book has come into force: who hears what. None if nothing changed.

        Keys that the vault makes are made here, so that they can be handed to receivers before the first call.
        """
        webhooks = self._current().operator.webhooks
        for name, webhook in webhooks.items():
            self._keys(name, webhook)
        return settling(self._records, webhooks)

    def came_back(self, mail: bytes, envelope_to: str = "") -> bool:
        """Note what a mail server reports about one of our messages; False if it says nothing new of one.

        Raises:
            NotFoundError: it is ours by its mark, and not on record.
        """
        report = read_report(mail, self._tags, envelope_to)
        if report is None or report.kind is None:
            return False
        return self._notices.note(report.kind, report.message, report.code)

    def _set_up(self) -> Mapping[str, Handler]:
        book = self._current()
        if self._made[0] != book.digest:
            for handler in self._made[1].values():
                handler.rest()
            self._made = (book.digest, self._new(book))
        return self._made[1]

    def _new(self, book: Book) -> Mapping[str, Handler]:
        way = Way(book.digest, book.operator.notices.by)
        place = self._records.place
        source = f"urn:bylaw:{place.operator}:{place.installation}"
        endpoints = {
            name: Endpoint(one, self._keys(name, one)) for name, one in book.operator.webhooks.items()
        }
        line = Line(lambda: endpoints, self._poster)
        return {
            TIMER: Gathering(self._notices, lambda: way),
            MAIL: self._mailing(book),
            HANDED: Handing(self._vault, self._wording, line, source),
            DESTINATION: Calling(self._records, self._vault, line, source),
        }

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

    def __init__(self, name: str, set_up: Callable[[], Mapping[str, Handler]]) -> None:
        self._name = name
        self._set_up = set_up

    def deliver(self, entry: Entry, now: int) -> Delivered | Undelivered:
        return self._set_up()[self._name].deliver(entry, now)

    def rest(self) -> None:
        self._set_up()[self._name].rest()


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
