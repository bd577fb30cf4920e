"""Persons in the vault's tables: found by a look-up, made with their keys, read again. No cache; with the lock held."""

import hmac
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bylaw.base.errors import IntegrityError, NotFoundError
from bylaw.records.vault.caches import Nonces
from bylaw.records.vault.keys import INDEX_KEY, Keys
from bylaw.records.vault.rows import KeyRow, living
from bylaw.records.vault.uses import KEY_VERSION, NONCE_BYTES, State, Use, key_name
from bylaw.records.vault.wrapping import RESTORE

NEAR_BYTES: Final = 3  # the same for all who are made in one call: their rows stand together in indexes
FAR_BYTES: Final = 13
LOOKUP_BYTES: Final = 16
_EXTERNAL: Final = 0  # in the place of a use: the external id itself
_PROFILE: Final = int(Use.PROFILE)
_EVIDENCE: Final = int(Use.EVIDENCE)
_LIVE: Final = int(State.LIVE)


class Person(NamedTuple):
    """Somebody who was found, or just made."""

    name: str
    subject: bytes


class Made(NamedTuple):
    """Who was made, and the keys that were, by ``uses.key_name``."""

    persons: list[Person]
    keys: dict[bytes, bytes]


class Persons:
    """Finds and makes persons."""

    def __init__(self, keys: Keys, nonces: Nonces) -> None:
        self._keys = keys
        self._nonces = nonces
        self._index_key = keys.secret(INDEX_KEY)

    def find(self, space: str, names: Sequence[str]) -> tuple[list[Person], dict[bytes, str]]:
        """Return who is known, and the names of the others by their look-ups."""
        lookups = {self._lookup(_text(space, name)): name for name in names}
        rows = list(self._keys.by_lookup(list(lookups)))
        return [Person(lookups.pop(row.lookup or b""), row.subject) for row in rows], lookups

    def make(
        self, lacking: Sequence[bytes], space: str, strangers: Mapping[bytes, str], suspects: Collection[str]
    ) -> Made:
        """Make persons, and evidence keys of persons, in one transaction; durable on return.

        Args:
            lacking: known persons who get an evidence key.
            space: what kind of ids the names of strangers are.
            strangers: the names of new persons by their look-ups, as from ``find``.
            suspects: those of them who get an evidence key at once.

        Raises:
            Destroyed: the key of somebody who was known is gone.
        """
        for subject in lacking:
            living(self.profile(subject))
        made, rows = self._made(space, strangers)
        new = [person.subject for person in made.persons if person.name in suspects]
        second, its_rows = self._evidence([*lacking, *new])
        with self._keys.file.transaction("persons" if rows else "evidence"):
            self._keys.insert([*rows, *its_rows])
        return Made(made.persons, {**made.keys, **second})

    def _made(self, space: str, strangers: Mapping[bytes, str]) -> tuple[Made, list[KeyRow]]:
        keys, count = self._keys, len(strangers)
        near, far = keys.means.chance(NEAR_BYTES), keys.means.chance(count * FAR_BYTES)
        nonces = iter(self._nonces.draw(2 * count))
        made, rows = Made([], {}), list[KeyRow]()
        for at, (key, (lookup, name)) in enumerate(zip(keys.fresh(count), strangers.items(), strict=True)):
            subject = near + far[at * FAR_BYTES : (at + 1) * FAR_BYTES]
            cipher, nonce = AESGCM(key), next(nonces)
            sealed = nonce + cipher.encrypt(nonce, _text(space, name), key_name(_EXTERNAL, subject))
            wrapped = keys.wrapped(_PROFILE, subject, key, next(nonces))
            rows.append(
                KeyRow(subject, _PROFILE, KEY_VERSION, _LIVE, keys.epoch, wrapped, lookup, sealed, None)
            )
            made.persons.append(Person(name, subject))
            made.keys[key_name(_PROFILE, subject)] = key
        return made, rows

    def _evidence(self, subjects: Sequence[bytes]) -> tuple[dict[bytes, bytes], list[KeyRow]]:
        keys, count = self._keys, len(subjects)
        fresh = list(zip(subjects, keys.fresh(count), self._nonces.draw(count), strict=True))
        wrapped = [(one, keys.wrapped(_EVIDENCE, one, key, nonce)) for one, key, nonce in fresh]
        rows = [
            KeyRow(one, _EVIDENCE, KEY_VERSION, _LIVE, keys.epoch, sealed, None, None, None)
            for one, sealed in wrapped
        ]
        return {key_name(_EVIDENCE, one): key for one, key, _ in fresh}, rows

    def key(self, subject: bytes, use: Use) -> bytes | None:
        """Return a key; None where it was never made.

        Raises:
            Destroyed: the key is gone, or could never be made any more.
            NotFoundError: ``vault.unknown``.
        """
        row = self._keys.row(subject, use)
        if row is None:
            living(self.profile(subject))
            return None
        return self._keys.unwrapped(row, living(row))

    def profile(self, subject: bytes) -> KeyRow:
        """Return a person's first row.

        Raises:
            NotFoundError: ``vault.unknown``.
        """
        row = self._keys.row(subject, Use.PROFILE)
        if row is None:
            raise NotFoundError("vault.unknown", "there is no such subject in this vault", hint=RESTORE)
        return row

    def external(self, subject: bytes) -> tuple[str, str] | None:
        """Return space and external id; None where the profile key is gone."""
        row = self.profile(subject)
        if row.state != State.LIVE:
            return None
        space, _, name = self._external(row).decode("utf-8", "surrogatepass").partition("\0")
        return space, name

    def verify(self, row: KeyRow) -> None:
        """Open every part of a living row, or raise ``IntegrityError``."""
        self._keys.unwrapped(row, living(row))
        if row.use == Use.PROFILE and self._lookup(self._external(row)) != row.lookup:
            raise IntegrityError("vault.row", "a look-up does not lead to its person", hint=RESTORE)

    def _external(self, row: KeyRow) -> bytes:
        cipher = AESGCM(self._keys.unwrapped(row, living(row)))
        return opened(cipher, row.external or b"", key_name(_EXTERNAL, row.subject))

    def _lookup(self, text: bytes) -> bytes:
        return hmac.digest(self._index_key, text, "sha256")[:LOOKUP_BYTES]


def opened(cipher: AESGCM, sealed: bytes, associated: bytes) -> bytes:
    """Return what was sealed, or raise ``IntegrityError``."""
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)
    except (InvalidTag, ValueError):
        raise IntegrityError(
            "vault.forged", "a sealed part was not sealed for this subject, use and place"
        ) from None


def _text(space: str, name: str) -> bytes:
    return f"{space}\0{name}".encode("utf-8", "surrogatepass")
