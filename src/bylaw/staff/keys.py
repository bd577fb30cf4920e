"""Keys of the API: what programs come with. Answered from memory; made and revoked as facts.

A key reads ``key_ID_SECRET``. The secret is 32 random bytes, so its plain SHA-256 is all that has to be kept.
"""

import hashlib
import hmac
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from bylaw.base.errors import InputError, NotFoundError, Problem, Problems, RefusedError
from bylaw.base.spelling import did_you_mean
from bylaw.staff import model, store
from bylaw.staff.means import Means, fact
from bylaw.staff.model import Key
from bylaw.staff.permissions import PERMISSIONS
from bylaw.staff.roles import MAX_NARROWED
from bylaw.staff.tokens import MAX_TOKEN, new_token

PREFIX: Final = "key"
MAX_NAME: Final = 40  # characters
MAX_RATE: Final = 1_000_000  # a minute
_NAME: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_NO_DIGEST: Final = bytes(32)


class Made(NamedTuple):
    """A new key. Nobody can read the token again."""

    key: Key
    token: str


class Keyring:
    """The keys of a record. Any thread may call."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._lock = threading.Lock()
        self._keys: dict[str, Key] = {}
        self._used = means.desk.keys_used()
        self.refresh()

    # -- programs

    def check(self, token: str) -> Key:
        """Return the key that a program comes with, and keep the day.

        Raises:
            RefusedError: ``key.refused``, no such key; ``key.revoked``, ``key.expired``.
        """
        name, secret = _split(token)
        key = self._keys.get(name)
        given = hashlib.sha256(secret.encode(errors="replace")).digest()
        right = hmac.compare_digest(given, key.digest if key else _NO_DIGEST)
        if key is None or not right:
            raise RefusedError("key.refused", "this is no key", hint="`Authorization: Bearer key_…`")
        now = self._means.now()
        if key.revoked:
            raise RefusedError("key.revoked", f"the key `{key.id}` was revoked")
        if key.expires and key.expires <= now:
            raise RefusedError("key.expired", f"the key `{key.id}` is too old", hint="make another")
        self._use(key.id, now)
        return key

    def refresh(self) -> None:
        """Read the keys again, where another process may have made or revoked some."""
        with self._means.records.reading() as core:
            found = store.keys(core)
        self._keys = {key.id: key for key in found}

    # -- people

    def keys(self) -> list[Key]:
        """Return all keys, the oldest first."""
        return list(self._keys.values())

    def used(self) -> dict[str, str]:
        """Return the day (UTC) on which each key was last used."""
        return dict(self._used)

    def create(  # noqa: PLR0913 - what a key is
        self,
        name: str,
        permissions: Sequence[str],
        *,
        queues: Sequence[str] = (),
        clauses: Sequence[str] = (),
        expires: int = 0,
        rate: int = 0,
        by: str = "",
    ) -> Made:
        """Make a key; in force on return. ``expires``: an instant; ``rate``: requests a minute; 0: no end, no limit.

        Raises:
            InputError: the name, a permission, the rate or the end is not as it must be.
        """
        _refuse(name, permissions, rate, max(len(queues), len(clauses)))
        if expires and expires <= self._means.now():
            raise InputError("key.expires", "the key would have ended before it began")
        token = new_token(self._means.new_id(PREFIX), self._means.records.chance)
        key, secret = _split(token)
        said = model.KeyCreated(
            key=key,
            name=name,
            digest=hashlib.sha256(secret.encode()).hexdigest(),
            permissions=tuple(sorted(set(permissions))),
            queues=tuple(queues),
            clauses=tuple(clauses),
            expires=expires,
            rate=rate,
            by=by,
        )
        self._means.commit(fact(model.KEY_CREATED, said))
        self.refresh()
        return Made(self._keys[key], token)

    def revoke(self, key: str, by: str = "") -> Key:
        """Let nobody in by a key any more.

        Raises:
            NotFoundError: ``key.unknown``.
            ConflictError: ``key.revoked``, it was before.
        """
        if key not in self._keys:
            raise NotFoundError("key.unknown", "there is no such key", hint="`bylaw key list`")
        self._means.commit(fact(model.KEY_REVOKED, model.KeyRevoked(key, by)))
        self.refresh()
        return self._keys[key]

    # --

    def _use(self, key: str, now: int) -> None:
        day = datetime.fromtimestamp(now // 1_000_000, UTC).date().isoformat()
        if self._used.get(key) != day:
            with self._lock:
                self._used[key] = day
                self._means.desk.use_key(key, day)


def _split(token: str) -> tuple[str, str]:
    prefix, _, rest = token[:MAX_TOKEN].partition("_")
    name, _, secret = rest.partition("_")
    return f"{prefix}_{name}", secret


def _refuse(name: str, permissions: Sequence[str], rate: int, narrowed: int) -> None:
    problems = [
        Problem(
            code="key.permission",
            message=f"`{one}` is no permission" if one not in PERMISSIONS else f"`{one}` takes a person",
            hint=did_you_mean(one, PERMISSIONS) if one not in PERMISSIONS else "",
        )
        for one in permissions
        if one not in PERMISSIONS or PERMISSIONS[one].fresh
    ]
    if not 0 < len(name) <= MAX_NAME or not _NAME.issuperset(name):
        hint = f"small letters, digits and hyphens, at most {MAX_NAME}; it is no secret, so name no person"
        problems.append(Problem(code="key.name", message="this is no name for a key", hint=hint))
    if not permissions or narrowed > MAX_NARROWED:
        message = f"a key has permissions, for at most {MAX_NARROWED} queues and clauses"
        problems.append(Problem(code="key.scope", message=message))
    if not 0 <= rate <= MAX_RATE:
        problems.append(Problem(code="key.rate", message=f"a key's rate is up to {MAX_RATE:,} a minute"))
    if problems:
        raise Problems(problems)
