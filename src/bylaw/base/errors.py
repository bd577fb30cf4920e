"""What can go wrong, sorted by whose move it is next.

::

    BylawError(code, message, where, hint)
    ├─ InputError        the caller's: a document, a rule, an event is not as it must be
    │   └─ Problems      several at once, each with its own place
    ├─ NotFoundError     what was named does not exist
    ├─ RefusedError      it exists, and the caller may not
    ├─ ConflictError     it contradicts what is already recorded
    ├─ BusyError         the same request, later
    ├─ UpstreamError     something outside did not answer
    └─ IntegrityError    a record contradicts itself: stop, page a person, never retry

Codes are stable (``policy.unchanged_date``); tests and clients match on them, never on text.
Messages start in lower case, have no full stop, put what the user wrote in backticks, and never
repeat personal data. What to do stands in ``hint``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A place in something a person wrote. Lines and columns count from 1; 0 means unknown."""

    file: str = ""
    line: int = 0
    column: int = 0
    clause: str = ""

    def __str__(self) -> str:
        """``file:line:column``, the form that editors and terminals make clickable."""
        numbers = [str(n) for n in (self.line, self.column) if n]
        place = ":".join([self.file, *numbers]) if self.file else ":".join(numbers)
        return f"{place} ({self.clause})" if self.clause and place else place or self.clause


NOWHERE = Where()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend: what, where, what to do. A value, so that many can be collected."""

    code: str
    message: str
    where: Where = NOWHERE
    hint: str = ""
    severity: Severity = "error"
    blocks_publishing: bool = False

    def __str__(self) -> str:
        """One line for a terminal or a log."""
        place = f"{self.where}: " if str(self.where) else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.severity}: {self.message} [{self.code}]{hint}"


class BylawError(Exception):
    """The root: carries one problem."""

    def __init__(self, code: str, message: str, *, where: Where | None = None, hint: str = "") -> None:
        self.problem = Problem(code=code, message=message, where=where or NOWHERE, hint=hint)
        super().__init__(str(self.problem))

    @property
    def code(self) -> str:
        """The stable name of what went wrong."""
        return self.problem.code


class InputError(BylawError):
    """What was given is not as it must be; the caller mends it."""


class Problems(InputError):  # noqa: N818 - it is several
    """Everything that is wrong with one input, collected and told at once.

    Raises:
        ValueError: when made from nothing.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.where, p.code)))
        if not self.problems:
            raise ValueError("no problems")
        first = self.problems[0]
        super().__init__(first.code, first.message, where=first.where, hint=first.hint)
        self.args = ("\n".join(map(str, self.problems)),)


class NotFoundError(BylawError):
    """What was named does not exist."""


class RefusedError(BylawError):
    """It exists, and the caller may not."""


class ConflictError(BylawError):
    """It contradicts what is already recorded."""


class BusyError(BylawError):
    """Not now: the same request, later."""


class UpstreamError(BylawError):
    """Something outside did not answer."""


class IntegrityError(BylawError):
    """A record contradicts itself: stop, page a person, never retry."""
