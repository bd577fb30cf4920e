"""What stands at this moment against accounts: gates, strikes, choices. A fold of actions, in memory.

``Standing`` is the decider's and runs ahead of the record while a batch is decided; ``Gate`` shows to others only
what is durable. Instants in microseconds since 1970.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from bylaw.book.sanctions import is_below
from bylaw.enforcement.machine import is_gate
from bylaw.enforcement.model import Action


class Access(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an account may do now. ``until``: when what closes it ends by itself."""

    allowed: bool = True
    until: int | None = None
    restricted: tuple[str, ...] = ()  # features it may not use
    per_hour: int | None = None
    clauses: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


OPEN = Access()


class Strike(NamedTuple):
    """A strike that stands."""

    action: Action
    at: int

    @property
    def weight(self) -> int:
        """How heavy it is."""
        return self.action.argument if isinstance(self.action.argument, int) else 1

    def counts(self, at: int, clause: str = "") -> bool:
        """Tell whether it counts at an instant, for clauses at or below one."""
        until = self.action.until
        live = self.at <= at and (until is None or at < until)
        return live and any(is_below(one, clause) for one in self.action.clauses)


def access_of(actions: Iterable[Action], now: int) -> Access:
    """Return what actions leave to their account at an instant."""
    live = [a for a in actions if not a.awaiting and (a.until is None or now < a.until)]
    if not live:
        return OPEN
    closing = [a for a in live if a.effect in ("terminate", "suspend")]
    ends = [a.until for a in closing]
    features = {
        f for a in live if a.effect == "restrict" and isinstance(a.argument, tuple) for f in a.argument
    }
    rates = [a.argument for a in live if a.effect == "rate_limit" and isinstance(a.argument, int)]
    return Access(
        allowed=not closing,
        until=None if None in ends else max((end for end in ends if end is not None), default=None),
        restricted=tuple(sorted(features)),
        per_hour=min(rates, default=None),
        clauses=tuple(sorted({clause for a in live for clause in a.clauses})),
        actions=tuple(sorted(a.action for a in live)),
    )


class Standing:
    """Actions that stand, by account: those that change what it may do, strikes, choices not to enforce."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._gates: dict[str, dict[str, Action]] = {}
        self._strikes: dict[str, dict[str, Strike]] = {}
        self._choices: dict[str, dict[str, Action]] = {}

    def begin(self, action: Action, at: int) -> None:
        """Let an action stand."""
        if is_gate(action):
            self._gates.setdefault(action.person, {})[action.action] = action
        elif action.effect == "strike":
            self._strikes.setdefault(action.person, {})[action.action] = Strike(action, at)
        elif action.effect == "none":
            self._choices.setdefault(action.person, {})[action.action] = action

    def forget(self, person: str) -> None:
        """Let nothing stand against an account."""
        for table in (self._gates, self._strikes, self._choices):
            table.pop(person, None)

    def gates(self, person: str, at: int) -> list[Action]:
        """Return what changes what an account may do, waiting for people or in force."""
        return [a for a in self._gates.get(person, {}).values() if a.until is None or at < a.until]

    def strikes(self, person: str, at: int, clause: str = "") -> int:
        """Return the weight of an account's strikes that count at an instant, for clauses at or below one."""
        self._let_go(person, at)
        return sum(s.weight for s in self._strikes.get(person, {}).values() if s.counts(at, clause))

    def struck(self, person: str, since: int, until: int) -> list[Strike]:
        """Return an account's strikes that count at ``until`` and were made between two instants, both included."""
        held = self._strikes.get(person, {}).values()
        return [s for s in held if since <= s.at <= until and s.counts(until)]

    def choices(self, person: str, at: int) -> list[Action]:
        """Return the choices of people not to enforce against an account."""
        return [a for a in self._choices.get(person, {}).values() if a.until is None or at < a.until]

    def people(self) -> set[str]:
        """Return the accounts whose access is not what it would be without actions."""
        return set(self._gates)

    def _let_go(self, person: str, at: int) -> None:
        held = self._strikes.get(person, {})
        for name in [n for n, s in held.items() if s.action.until is not None and s.action.until <= at]:
            del held[name]


class Gate:
    """What accounts may do, by the ids that the service gave them; to be asked from any thread, without a lock.

    Only what is durable shows here.
    """

    def __init__(self) -> None:
        """Start with every account open."""
        self._actions: dict[str, tuple[Action, ...]] = {}

    def replace(self, actions: Mapping[str, tuple[Action, ...]]) -> None:
        """Show another state, whole."""
        self._actions = dict(actions)

    def show(self, account: str, actions: tuple[Action, ...]) -> None:
        """Show what stands against an account from now on."""
        if actions:
            self._actions[account] = actions
        else:
            self._actions.pop(account, None)

    def access(self, account: str, now: int) -> Access:
        """Return what an account may do at an instant. One nobody acted against may do everything."""
        actions = self._actions.get(account)
        return OPEN if actions is None else access_of(actions, now)
