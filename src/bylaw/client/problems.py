"""What went wrong, sorted by whose move it is next; ``code`` is stable, match on it.

::

    Problem
    ├─ InputError        what was sent is not as it must be
    ├─ NotFoundError     what was named does not exist, or no longer
    ├─ RefusedError      the key may not
    ├─ ConflictError     it contradicts what is recorded
    ├─ BusyError         the same request, later; raised when patience ran out
    ├─ BrokenError       something is broken over there
    └─ UnreachableError  nobody answered; raised when patience ran out
"""

from collections.abc import Mapping
from typing import Final

import msgspec

UNREACHABLE: Final = "client.unreachable"
BROKEN: Final = "client.answer"  # what came is no answer of the service


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """One of several things to mend. ``place`` is a line, a field or a file of what was sent."""

    code: str
    message: str
    place: str = ""
    hint: str = ""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A problem as it is told (RFC 9457)."""

    code: str
    status: int = 0
    detail: str = ""
    place: str = ""
    hint: str = ""
    instance: str = ""
    problems: tuple[Detail, ...] = ()


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it so
    """An answer that is no success.

    ``told`` is what the service said, ``after`` in how many seconds it wants to be asked again.
    """

    def __init__(self, told: Told, after: float = 0.0) -> None:
        super().__init__(f"{told.detail} [{told.code}]" + (f" ({told.hint})" if told.hint else ""))
        self.told = told
        self.after = after

    @property
    def code(self) -> str:
        """The stable name of what went wrong: ``event.conflict``."""
        return self.told.code

    @property
    def status(self) -> int:
        """The status of HTTP; 0 if there was no answer."""
        return self.told.status


class InputError(Problem):
    """What was sent is not as it must be."""


class NotFoundError(Problem):
    """What was named does not exist, or no longer."""


class RefusedError(Problem):
    """The key may not."""


class ConflictError(Problem):
    """It contradicts what is recorded."""


class BusyError(Problem):
    """The same request, later."""


class BrokenError(Problem):
    """Something is broken over there; people have been told to look."""


class UnreachableError(Problem):
    """Nobody answered. What was asked may have been done: to ask again is safe."""


PASSING: Final = (BusyError, UnreachableError)  # what may be over in a moment
_STATUSES: Final[Mapping[int, type[Problem]]] = {
    401: RefusedError,
    403: RefusedError,
    404: NotFoundError,
    409: ConflictError,
    410: NotFoundError,
    429: BusyError,
    502: UnreachableError,
    503: BusyError,
    504: UnreachableError,
}


def problem_of(status: int, body: bytes, after: str = "") -> Problem:
    """Return the problem that an answer tells; one that somebody between us told in words of its own, too.

    Args:
        status: of HTTP.
        body: of the answer.
        after: its ``Retry-After``, if it has one.
    """
    try:
        told = msgspec.json.decode(body, type=Told)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        told = Told(code=f"http.{status}", detail=f"the answer has the status {status}")
    return problem(msgspec.structs.replace(told, status=status), float(after) if after.isdecimal() else 0.0)


def problem(told: Told, after: float = 0.0) -> Problem:
    """Return a problem of the family that its status says."""
    family = BrokenError if not 400 <= told.status < 500 else InputError
    return _STATUSES.get(told.status, family)(told, after)


def unreachable(why: str) -> Problem:
    """Return the problem that nobody answered."""
    return UnreachableError(Told(code=UNREACHABLE, detail=why))


def broken() -> Problem:
    """Return the problem that what came is no answer of the service."""
    return BrokenError(Told(code=BROKEN, detail="what came is no answer of the service"))
