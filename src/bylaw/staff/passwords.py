"""Passwords: which are taken, and how they are kept (argon2id, RFC 9106)."""

import unicodedata
from base64 import b64encode
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Final, NamedTuple

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from bylaw.base.errors import InputError, IntegrityError

MIN_CHARACTERS: Final = 15  # NIST SP 800-63B-4, 3.1.1.2: where a password may be the only factor
MAX_CHARACTERS: Final = 256
MIN_DIFFERENT: Final = 5  # characters
MIN_NAME: Final = 4  # characters of an address before its @; shorter ones are in many words
HASHES_AT_ONCE: Final = 4  # each takes the memory below
SALT_BYTES: Final = 16
HASH_BYTES: Final = 32


class Cost(NamedTuple):
    """What one hash costs whoever tries passwords, and us."""

    passes: int
    memory_kib: int
    lanes: int


COST: Final = Cost(passes=3, memory_kib=64 * 1024, lanes=4)  # RFC 9106, 4: the second recommended option


class Hasher:
    """Makes and verifies hashes. Any thread may call; at most ``HASHES_AT_ONCE`` are made at a time, others wait."""

    def __init__(self, chance: Callable[[int], bytes], cost: Cost = COST) -> None:
        self._chance = chance
        self._argon = PasswordHasher(cost.passes, cost.memory_kib, cost.lanes, HASH_BYTES, type=Type.ID)
        self._turn = BoundedSemaphore(HASHES_AT_ONCE)
        self._decoy = _decoy(chance, cost)

    def make(self, password: str) -> str:
        """Return a hash that says its own parameters and salt."""
        with self._turn:
            return self._argon.hash(_plain(password), salt=self._chance(SALT_BYTES))

    def verify(self, kept: str | None, password: str) -> bool:
        """Tell whether a password is the one that was hashed. Without a hash the work is the same, and the answer no.

        Raises:
            IntegrityError: what was kept is no hash.
        """
        with self._turn:
            try:
                self._argon.verify(kept or self._decoy, _plain(password))
            except VerifyMismatchError:
                return False
            except InvalidHashError as error:
                raise IntegrityError("staff.hash", "a kept password hash cannot be read") from error
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Tell whether a hash was made at another cost than today's."""
        return self._argon.check_needs_rehash(kept)


def refuse_password(password: str, address: str) -> None:
    """See to it that a password is worth keeping.

    Raises:
        InputError: ``staff.password``.
    """
    plain = _plain(password)
    if not MIN_CHARACTERS <= len(plain) <= MAX_CHARACTERS or len(password) > MAX_CHARACTERS:
        why = f"a password has {MIN_CHARACTERS} to {MAX_CHARACTERS} characters"
    elif len(set(plain)) < MIN_DIFFERENT:
        why = f"a password has at least {MIN_DIFFERENT} different characters"
    elif len(name := address.partition("@")[0].casefold()) >= MIN_NAME and name in plain.casefold():
        why = "a password does not say whose it is"
    else:
        return
    raise InputError("staff.password", why, hint="a few words that nobody else would put together do well")


def _decoy(chance: Callable[[int], bytes], cost: Cost) -> str:
    """Return what looks like a hash and is of no password."""
    salt, made = (b64encode(chance(size)).rstrip(b"=").decode() for size in (SALT_BYTES, HASH_BYTES))
    return f"$argon2id$v=19$m={cost.memory_kib},t={cost.passes},p={cost.lanes}${salt}${made}"


def _plain(password: str) -> str:
    # The same password typed on another keyboard (SP 800-63B-4, 3.1.1.2). Beyond what is taken, it is cut: the
    # work for a password of a megabyte is that for one of MAX_CHARACTERS + 1, which is never right.
    return unicodedata.normalize("NFKC", password[: MAX_CHARACTERS + 1])
