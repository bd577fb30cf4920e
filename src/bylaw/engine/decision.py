"""The result: what an event broke, why, and what is to be done about it.

Everything that led to the decision is in it: clauses with the version in force, rules with the values
they compared, signals with their versions, what was planned and what was dropped and why, what failed.
Canonical bytes of a decision are stable (ADR 0003); ``semantics`` names the meaning it was made under.
"""

from datetime import datetime

import msgspec

from bylaw.engine.memory.reader import Reading
from bylaw.rules.effects import Argument
from bylaw.signals.signal import SignalValue

SEMANTICS = 1  # raised when the same inputs may give another decision


class Citation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, order=True, gc=False):
    """A clause in the version in force at the event's time.

    ``version`` is the day since when that version is in force (ISO 8601). ``included_by`` names the
    document through which an inherited clause binds.
    """

    document: str
    version: str
    clause: str
    included_by: tuple[str, ...] = ()


class Comparison(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One atomic question that a condition asked, with the values it compared.

    Values that may repeat what a person wrote are told by their size (``‹text, 23 characters›``).
    """

    expression: str
    operands: tuple[str, ...]
    result: str


class Match(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A rule whose condition was true."""

    rule: str
    mode: str
    clauses: tuple[str, ...]
    compared: tuple[Comparison, ...]


class Planned(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An effect that is to be carried out, and the rules that asked for it."""

    effect: str
    argument: Argument
    rules: tuple[str, ...]


class Dropped(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An effect that a rule asked for and that is not carried out, and why."""

    effect: str
    argument: Argument
    rules: tuple[str, ...]
    why: str


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something that failed while deciding: a rule that erred, a signal that is missing."""

    code: str
    message: str
    rule: str = ""


class SignalReading(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A signal's value as the rules saw it: an input of the decision, recorded with its version."""

    name: str
    version: str
    value: SignalValue | None  # None: missing, or told by its size below
    size: int | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was decided about one event.

    ``clauses`` and ``rules`` are those enforced: what was broken, or, where an exemption stands, what grants
    it. Rules in shadow stand in ``shadow``. ``degraded`` says
    that something failed and the decision was made without it. ``unwatched`` is the surface that is not monitored where
    the event came from: nothing was evaluated.
    """

    id: str
    event_id: str
    event_digest: str
    kind: str
    at: datetime
    book: str
    semantics: int
    clauses: tuple[Citation, ...]
    rules: tuple[str, ...]
    shadow: tuple[str, ...]
    effects: tuple[Planned, ...]
    dropped: tuple[Dropped, ...]
    matches: tuple[Match, ...]
    signals: tuple[SignalReading, ...]
    readings: tuple[Reading, ...] = ()  # what rules asked of the past, and the answers
    diagnostics: tuple[Diagnostic, ...]
    degraded: bool
    unwatched: str = ""

    @property
    def silent(self) -> bool:
        """Whether there is nothing to say: no rule matched and nothing failed."""
        return not self.matches and not self.diagnostics
