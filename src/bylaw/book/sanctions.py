"""What strikes weigh, how long they count, what they lead to, and which damages a policy names.

Three tables of operator.toml: ``[strikes]``, ``[[ladder]]``, ``[claims]``.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, Literal

import msgspec

Days = Annotated[int, msgspec.Meta(ge=1, le=3_660)]
Weight = Annotated[int, msgspec.Meta(ge=1, le=1_000)]


class Counting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How strikes for a clause, and whatever stands below it, count: ``times`` their weight, for some days."""

    expire_days: Days = 180
    times: Weight = 1


class Permitting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a customer answers for letting its end users go on.

    It was told of ``after`` strikes of theirs ``within_days``, had ``grace_days`` to act since, and there is one more: that
    is a strike of its own, of some ``weight``, on ``clause``; at most one within the same time.
    """

    clause: str
    after: Weight = 3
    grace_days: Days = 7
    within_days: Days = 90
    weight: Weight = 1


class Strikes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How strikes count. ``customer_share`` is the percentage that reaches the customer of an end user."""

    expire_days: Days = 180
    customer_share: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    permitting: Permitting | None = None
    clauses: dict[str, Counting] = {}

    def counting(self, clauses: Iterable[str]) -> Counting:
        """Return how a strike for clauses counts: the longest and heaviest of what is said of them."""
        said = [self._of(clause) for clause in clauses] or [Counting(expire_days=self.expire_days)]
        days, times = max(one.expire_days for one in said), max(one.times for one in said)
        return Counting(expire_days=days, times=times)

    def _of(self, clause: str) -> Counting:
        named = [prefix for prefix in self.clauses if is_below(clause, prefix)]
        return self.clauses[max(named, key=len)] if named else Counting(expire_days=self.expire_days)


class Rung(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rung of the ladder: so many strikes that still count, for clauses below one, lead to a sanction."""

    strikes: Weight
    then: Literal["restrict", "rate_limit", "suspend", "terminate"]
    days: Days | None = None  # of a suspension, and of a restriction that ends by itself
    features: tuple[str, ...] = ()
    per_hour: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None
    clause: str = ""  # "": every clause


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The damages that a policy names for breaking a clause."""

    amount: Annotated[int, msgspec.Meta(ge=1)]  # whole units of the currency
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    source: str = ""


def is_below(clause: str, prefix: str) -> bool:
    """Tell whether a clause is another, or stands below it; every clause stands below ``""``."""
    return not prefix or clause == prefix or clause.startswith(prefix + "/")


def loose_rungs(ladder: Iterable[Rung]) -> Iterable[str]:
    """Yield what is wrong with the rungs of a ladder."""
    needs = {"suspend": "days", "restrict": "features", "rate_limit": "per_hour", "terminate": ""}
    for rung in ladder:
        needed = needs[rung.then]
        if needed and not getattr(rung, needed):
            yield f"the rung at {rung.strikes} strikes needs `{needed}` to {rung.then.replace('_', ' ')}"


def loose_permitting(strikes: Strikes) -> Iterable[str]:
    """Yield what is wrong with when a customer answers for letting its end users go on."""
    rule = strikes.permitting
    if rule is None:
        return
    if not strikes.customer_share:
        yield "customers are told of no strikes of their end users: `permitting` needs a `customer_share`"
    if rule.grace_days >= rule.within_days:
        yield "`grace_days` leaves nothing of `within_days`"


def unknown_clauses(
    strikes: Strikes, ladder: Iterable[Rung], claims: Mapping[str, Claim], clauses: Collection[str]
) -> Iterable[tuple[tuple[str, ...], str]]:
    """Yield what is named and stands nowhere in the documents: where it is written, and the name."""
    named = [
        *((("strikes", "clauses", clause), clause) for clause in strikes.clauses),
        *((("strikes", "permitting", "clause"), one.clause) for one in [strikes.permitting] if one),
        *((("ladder", "clause"), rung.clause) for rung in ladder if rung.clause),
        *((("claims", clause), clause) for clause in claims),
    ]
    for keys, name in named:
        if not any(is_below(clause, name) for clause in clauses):
            yield keys, name
