"""Who asks, and whether they may."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, Protocol

from bylaw.base.errors import RefusedError
from bylaw.staff.keys import Keyring
from bylaw.staff.model import Key
from bylaw.staff.permissions import Grant, may, may_somewhere
from bylaw.staff.sessions import Present

SCHEME: Final = b"bearer "
PERSON_RATE: Final = 1_200  # requests a minute of a member of staff


class Caller(NamedTuple):
    """Somebody who was let in: a program by its key, or a member of staff, who then is ``present``.

    ``rate``: how often in a minute they may ask; 0: as often as they like.
    """

    id: str
    grants: tuple[Grant, ...]
    rate: int = 0
    present: Present | None = None

    @property
    def here(self) -> Present:
        """The member of staff, for routes that only a member comes to.

        Raises:
            RefusedError: ``web.person``, it is a program.
        """
        if self.present is None:
            raise RefusedError("web.person", "this takes a person who is signed in")
        return self.present


NOBODY: Final = Caller("", ())


class Identify(Protocol):
    """Tells who shows a key of the API. Called on the loop: answered from memory."""

    def __call__(self, key: str) -> Caller:
        """Return whose key it is.

        Raises:
            RefusedError: ``key.…``, it lets nobody in.
        """


def by_keys(keys: Keyring) -> Identify:
    """Return what tells callers by the keys of a record."""
    known: dict[str, tuple[Key, Caller]] = {}  # what a key grants takes longer to tell than whether it is one

    def identify(key: str) -> Caller:
        found = keys.check(key)
        same, caller = known.get(found.id, (None, NOBODY))
        if same is not found:
            caller = Caller(found.id, found.grants, found.rate)
            known[found.id] = found, caller
        return caller

    return identify


def shown(authorization: bytes) -> str:
    """Return the key that a header shows.

    Raises:
        RefusedError: ``web.who``, none is shown.
    """
    if authorization[: len(SCHEME)].lower() != SCHEME:
        hint = "`Authorization: Bearer key_…`, or sign in"
        raise RefusedError("web.who", "no key was shown, and nobody is signed in", hint=hint)
    return authorization[len(SCHEME) :].strip().decode("ascii", "replace")


def admit(caller: Caller, permissions: Sequence[str]) -> None:
    """See to it that somebody may do one of these things, somewhere; where exactly is looked at when it is known.

    Raises:
        RefusedError: ``web.may_not``.
    """
    if not any(may_somewhere(caller.grants, permission) for permission in permissions):
        named = " or ".join(f"`{permission}`" for permission in permissions)
        raise RefusedError("web.may_not", f"this takes the permission {named}")


def covers(caller: Caller, permission: str, clauses: Iterable[str]) -> bool:
    """Tell whether somebody may do something about each of these clauses; without any, about whatever there is."""
    return all(may(caller.grants, permission, clause=clause) for clause in tuple(clauses) or (None,))


def demand(caller: Caller, permission: str, clauses: Iterable[str]) -> None:
    """See to it that ``covers`` says yes.

    Raises:
        RefusedError: ``web.may_not_here``.
    """
    if not covers(caller, permission, clauses):
        hint = "somebody must do it whose role or key is for these clauses"
        raise RefusedError("web.may_not_here", f"`{permission}` is not given for these clauses", hint=hint)
