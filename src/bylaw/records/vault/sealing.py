"""The hot half of the vault: who is known, and sealing, answered from memory as far as it goes."""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bylaw.base.errors import InputError, IntegrityError, RefusedError
from bylaw.records.vault.caches import Nonces, Recent
from bylaw.records.vault.keys import Keys
from bylaw.records.vault.outside import Target
from bylaw.records.vault.persons import Person, Persons, opened
from bylaw.records.vault.uses import KEY_VERSION, NONCE_BYTES, Use

PERSONS_IN_MEMORY: Final = 40_000  # of each cache's two generations; about 400 bytes a person
MOST_SPACE: Final = 64  # characters of a space's name
MOST_SPACES: Final = 64  # kinds of external ids
DAYS: Final = "day"  # the space of those who are nobody in particular
SEAL_BYTES: Final = 2 + NONCE_BYTES + 16  # what sealing adds
NOBODY: Final[Mapping[str, bytes]] = MappingProxyType({})
NO_STRANGERS: Final[Mapping[bytes, str]] = MappingProxyType({})
_HEADERS: Final = {use: bytes((use, KEY_VERSION)) for use in Use}
_USES: Final = {header: use for use, header in _HEADERS.items()}


class Sealing:
    """Persons and their sealed parts, over the open files of a vault."""

    def __init__(self, keys: Keys, *, restored: bool, persons_in_memory: int = PERSONS_IN_MEMORY) -> None:
        self._keys = keys
        self._restored = restored
        self._size = persons_in_memory
        self._nonces = Nonces(keys.means.chance)
        self._persons = Persons(keys, self._nonces)
        self._known: dict[str, Recent[str, bytes]] = {}
        # COST: a cipher takes 2.5 KB and is made in 0.8 microseconds; a key takes 65 bytes.
        self._unwrapped: Recent[bytes, bytes] = Recent(persons_in_memory)
        self._externals: Recent[bytes, tuple[str, str]] = Recent(persons_in_memory)
        self._watching = not keys.writing
        self._looking = self._watching  # at every call, whether the writer has destroyed something
        self._seen = keys.file.changes()

    # -- persons

    def subjects(self, space: str, ids: Iterable[str], evidence: Iterable[str] = ()) -> dict[str, bytes]:
        """Return the subject (16 random bytes) of each external id; a new one gets a key, durable before return.

        ``evidence`` are those of the ids whose evidence keys will be needed: they are made in the same transaction.

        Raises:
            Destroyed: evidence is asked for of somebody whose key is gone.
        """
        if self._looking:
            self._look()
        known = self._known.get(space) or self._space(space)
        young = known.young
        found: dict[str, bytes] = {}
        missing: dict[str, None] = {}
        for name in ids:
            subject = young.get(name)
            if subject is None:
                missing[name] = None
            else:
                found[name] = subject
        suspects = {name for name in evidence if name in missing or self._lacks(found[name])}
        if missing or suspects:
            found.update(self._meet(space, known, list(missing), suspects, found))
        return found

    def known(self, space: str, name: str) -> bytes | None:
        """Return the subject of an external id, if there is one; nobody is made."""
        with self._keys.lock:
            self._demand_served()
            found, _ = self._persons.find(space, [name])
        return found[0].subject if found else None

    def day(self, day: date) -> bytes:
        """Return the subject of a day: whose key seals what has no known person."""
        known = self._known.get(DAYS) or self._new_space(DAYS)
        name = day.isoformat()
        return known.young.get(name) or self._meet(DAYS, known, [name])[name]

    def external(self, subject: bytes) -> tuple[str, str] | None:
        """Return space and external id of a subject; None once its profile key is destroyed.

        Raises:
            NotFoundError: ``vault.unknown``, there was never such a subject.
        """
        if self._looking:
            self._look()
        known = self._externals.young.get(subject)
        if known is not None:
            return known
        with self._keys.lock:
            self._demand_served()
            known = self._externals.get(subject)
            if known is None and (known := self._persons.external(subject)) is not None:
                self._externals.put(subject, known)
            return known

    @contextlib.contextmanager
    def steady(self) -> Iterator[None]:
        """As a reader, look for what was destroyed once now, and no more until this is left: for a batch.

        One thread at a time. For whoever writes there is no difference: what it destroys it forgets at once.
        """
        if self._watching:
            self._look()
        self._looking = False
        try:
            yield
        finally:
            self._looking = self._watching

    # -- sealing

    def prepare_evidence(self, subjects: Iterable[bytes]) -> None:
        """Make the evidence keys that these persons lack, in one transaction; durable on return.

        ``seal`` makes them too, one at a time: this is for many.

        Raises:
            Destroyed: somebody's key is gone.
        """
        missing = [one for one in dict.fromkeys(subjects) if self._lacks(one)]
        if not missing:
            return
        with self._keys.lock:
            self._demand_served()
            self._make(self._lacking(missing))

    def seal(self, subject: bytes, use: Use, plaintext: bytes, associated: bytes) -> bytes:
        """Return use, version, nonce and AES-256-GCM ciphertext: 30 bytes more than the plaintext.

        Raises:
            Destroyed: the key is gone.
            NotFoundError: ``vault.unknown``.
        """
        header = _HEADERS[use]
        name = header + subject
        if self._looking:
            self._look()
        key = self._unwrapped.young.get(name) or self._key(subject, use, making=True)
        nonce = self._nonces.take()
        return header + nonce + AESGCM(key).encrypt(nonce, plaintext, name + associated)

    def unseal(self, subject: bytes, sealed: bytes, associated: bytes) -> bytes:
        """Return what was sealed for this subject with the same associated data.

        Raises:
            Destroyed: the key is gone, and with it the meaning.
            IntegrityError: ``vault.forged``, these bytes were not sealed here, or belong elsewhere.
            NotFoundError: ``vault.unknown``.
        """
        header = sealed[:2]
        use = _USES.get(header)
        if use is None:
            raise IntegrityError("vault.forged", "a sealed part has no known form")
        name = header + subject
        if self._looking:
            self._look()
        key = self._unwrapped.young.get(name) or self._key(subject, use, making=False)
        return opened(AESGCM(key), sealed[2:], name + associated)

    def secret(self, name: str) -> bytes:
        """Return 32 secret bytes by name; made once, durable before return."""
        with self._keys.lock:
            self._demand_served()
            return self._keys.secret(name)

    # --

    def _space(self, space: str) -> Recent[str, bytes]:
        if space == DAYS or not 0 < len(space) <= MOST_SPACE or "\0" in space:
            raise InputError("vault.space", f"`{space}` cannot name a kind of external ids")
        return self._new_space(space)

    def _new_space(self, space: str) -> Recent[str, bytes]:
        if len(self._known) >= MOST_SPACES:
            raise InputError("vault.spaces", f"there are more than {MOST_SPACES} kinds of external ids")
        return self._known.setdefault(space, Recent(self._size))

    def _meet(
        self,
        space: str,
        known: Recent[str, bytes],
        names: Sequence[str],
        suspects: Collection[str] = (),
        others: Mapping[str, bytes] = NOBODY,
    ) -> dict[str, bytes]:
        """Return the subjects of names. ``others`` were known before; ``suspects``, of both, are given evidence keys."""
        with self._keys.lock:
            self._demand_served()
            met = {name: subject for name in names if (subject := known.get(name)) is not None}
            found, strangers = self._persons.find(space, [name for name in names if name not in met])
            met.update(found)
            there = (met.get(name) or others.get(name) for name in suspects)
            lacking = self._lacking(one for one in there if one is not None)
            for name, subject in (*found, *self._make(lacking, space, strangers, suspects)):
                met[name] = subject
                known.put(name, subject)
        return met

    def _make(
        self,
        lacking: Sequence[bytes],
        space: str = "",
        strangers: Mapping[bytes, str] = NO_STRANGERS,
        suspects: Collection[str] = (),
    ) -> list[Person]:
        """Make in one transaction whatever is missing, and remember its keys. With the lock held."""
        if not strangers and not lacking:
            return []
        self._demand_writing()
        made = self._persons.make(lacking, space, strangers, suspects)
        for name, key in made.keys.items():
            self._unwrapped.put(name, key)
        return made.persons

    def _lacks(self, subject: bytes) -> bool:
        """Tell whether the evidence key of somebody may be missing."""
        return self._unwrapped.young.get(_HEADERS[Use.EVIDENCE] + subject) is None

    def _lacking(self, subjects: Iterable[bytes]) -> list[bytes]:
        """Return those whose evidence keys are missing. With the lock held."""
        header = _HEADERS[Use.EVIDENCE]
        return [
            one
            for one in subjects
            if self._unwrapped.get(header + one) is None and self._keys.row(one, Use.EVIDENCE) is None
        ]

    def _key(self, subject: bytes, use: Use, *, making: bool) -> bytes:
        name = _HEADERS[use] + subject
        with self._keys.lock:
            self._demand_served()
            key = self._unwrapped.get(name) or self._persons.key(subject, use)
            if key is None and not making:
                raise IntegrityError("vault.forged", "nothing was ever sealed under this key")
            if key is None:
                self._make([subject])
            else:
                self._unwrapped.put(name, key)
            return self._unwrapped.young[name]

    def _forget_persons(self, targets: Iterable[Target]) -> None:
        for subject, use in targets:
            self._unwrapped.drop(_HEADERS[Use(use)] + subject)
            if use == Use.PROFILE:
                self._externals.drop(subject)
                space, name = self._persons.external(subject) or ("", "")
                if space in self._known:
                    self._known[space].drop(name)

    def _demand_served(self) -> None:
        if self._restored:
            raise RefusedError(
                "vault.restored",
                "this vault was restored from before keys were destroyed",
                hint="run `bylaw hold replay` first",
            )

    def _demand_writing(self) -> None:
        if self._watching:
            raise RefusedError("vault.read_only", "the vault is open for reading", hint="a writer makes keys")

    def _look(self) -> None:
        """As a reader: forget what may have been destroyed by the writer since."""
        with self._keys.lock:
            changes = self._keys.file.changes()
            if changes != self._seen:
                self._forget()
                self._keys.load()
                self._seen = changes

    def _forget(self) -> None:
        self._unwrapped.clear()
        self._externals.clear()
        for known in self._known.values():
            known.clear()
