"""Calls of other services: who called, what they say happened, and under which id it is decided.

A signature is over the body, so an event's id is made from what the body says: a call that is made again, by whoever,
is the same event. Ids are keyed: they say nothing about the ids of those who call.
"""

import hmac
import os
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from bylaw.base.errors import InputError, RefusedError
from bylaw.book.incoming import STANDARD, Incoming
from bylaw.events.decode import Codec
from bylaw.events.event import Event
from bylaw.events.sources.forums import HEADER, Forum
from bylaw.events.sources.mapped import about, event_of, fitting, found
from bylaw.notices.ways import secret_at
from bylaw.notices.webhooks.signing import PREFIX, key_of, verify
from bylaw.records.vault.vault import Vault

SECRET: Final = "incoming"  # noqa: S105 - the name of the vault's secrets
MAX_TYPE: Final = 128  # characters
_ID_DIGITS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call as it came. ``headers`` by name in small letters."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Receiver:
    """One source of the book in force, with the keys that it may sign with, and the key that its events' ids are made with."""

    name: str
    source: Incoming
    forum: Forum
    keys: tuple[bytes, ...]
    ids: bytes

    def event(self, call: Call, codec: Codec, arrived: datetime) -> Event | None:
        """Return what a call says happened; nothing if it is of a type that nothing becomes of.

        Raises:
            RefusedError: ``webhook.signature``, ``webhook.timestamp``: no key has signed this, or long ago.
            InputError: ``web.not_json``; ``incoming.nameless``, ``incoming.too_old``, ``event.…``.
        """
        delivery = self._verified(call, arrived)
        try:
            document = msgspec.json.decode(call.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise InputError("web.not_json", "the body is not JSON") from None
        kind = self._type(call, document)
        table = fitting(document, self.forum.tables.get(kind, ()))
        if table is None:
            return None
        return event_of(
            document,
            table,
            codec,
            name=self._id(kind, about(document, table), delivery),
            prefix=f"{self.name}:" if self.source.prefix is None else self.source.prefix,
            arrived=arrived,
            oldest=timedelta(hours=self.source.max_age_hours),
        )

    def _verified(self, call: Call, arrived: datetime) -> str:
        """Return the delivery's id, if it is signed with one."""
        if self.forum.signature == STANDARD:
            return verify(self.keys, call.headers, call.body, int(arrived.timestamp())).id
        given = _digest(call.headers.get(self.forum.signature.removeprefix(HEADER).lower(), ""))
        genuine = False
        for key in self.keys:  # each, so that nothing is learned from the time it takes
            genuine |= hmac.compare_digest(hmac.digest(key, call.body, "sha256"), given)
        if not genuine:
            raise RefusedError("webhook.signature", "no known key has signed this")
        return ""

    def _type(self, call: Call, document: Any) -> str:  # noqa: ANN401 - whatever JSON holds
        where = self.forum.type
        header = where.removeprefix(HEADER)
        said = found(document, where) if header == where else call.headers.get(header.lower(), "")
        return said if isinstance(said, str) and len(said) <= MAX_TYPE else ""

    def _id(self, kind: str, thing: str, delivery: str) -> str:
        if not thing and not delivery:
            raise InputError("incoming.nameless", "nothing in it tells this event from another")
        named = ["thing", kind, thing] if thing else ["delivery", delivery]
        digest = hmac.digest(self.ids, msgspec.json.encode([self.name, *named]), "sha256")
        return f"evt_{digest.hex()[:_ID_DIGITS]}"


def receiver(
    name: str, source: Incoming, vault: Vault, environment: Mapping[str, str] = os.environ
) -> Receiver:
    """Return what takes the calls of a source.

    Raises:
        InputError: ``secret.missing``, ``webhook.secret``: a key is not where the book says, or is none.
    """
    forum = source.forum
    secrets = [shared_secret(name, where, vault, environment) for where in source.secrets]
    if forum.signature == STANDARD:
        keys = [key_of(secret) for secret in secrets]
    elif all(secrets):
        keys = [secret.encode() for secret in secrets]
    else:
        raise InputError("webhook.secret", "a secret of a source is empty")
    return Receiver(name, source, forum, tuple(keys), vault.secret(SECRET))


def shared_secret(name: str, where: str, vault: Vault, environment: Mapping[str, str] = os.environ) -> str:
    """Return a secret as whoever calls needs it.

    Raises:
        InputError: ``secret.missing``.
        RefusedError: the vault is to make it, and is only being read.
    """
    scheme, _, which = where.partition(":")
    if scheme == "vault":
        return PREFIX + b64encode(vault.secret(f"{SECRET}.{name}.{which}")).decode()
    return secret_at(where, environment)


def _digest(signature: str) -> bytes:
    """Return the digest that a header shows: hexadecimal or base64, after ``sha256=`` or alone."""
    text = signature.strip().removeprefix("sha256=")
    try:
        return bytes.fromhex(text) if len(text) == 64 else b64decode(text, validate=True)
    except (Error, ValueError):
        return b""
