"""From what rules ask for to what is done: named steps, each of which says what it dropped and why.

The order of the steps is the precedence of the product: what is not enforced goes first, then
exemptions, then doubles, then what a stronger effect of the same lane supersedes.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from bylaw.engine.brakes import NO_CAUTION, Caution
from bylaw.engine.decision import Dropped, Planned
from bylaw.rules.effects import EXCLUSIVE, Effect, Lane
from bylaw.rules.rule import Mode


class Request(NamedTuple):
    """An effect and the rules that ask for it. ``barred`` says why it may not be enforced, if so."""

    effect: Effect
    rules: tuple[str, ...]
    mode: Mode = Mode.ENFORCE
    barred: str = ""


INSISTS: Final = "its author was warned of this, and insists"
REMEMBERED: Final = (
    4_096  # sets of requests whose outcome is known: the same rules match together again and again
)

_LANES = {lane: place for place, lane in enumerate(Lane)}

Kept = list[Request]
Out = list[tuple[Request, str]]
Step = Callable[[Kept], tuple[Kept, Out]]


def resolve(
    requests: Iterable[Request], caution: Caution = NO_CAUTION
) -> tuple[tuple[Planned, ...], tuple[Dropped, ...]]:
    """Return what is planned, strongest lane first, and what was dropped and why.

    The order of ``requests`` does not matter. ``caution``: quotas that are used up, and what the author was warned of.
    """
    return _resolved(tuple(requests), tuple(sorted(caution.spent.items())), caution.warned)


@lru_cache(REMEMBERED)
def _resolved(
    requests: tuple[Request, ...], spent: tuple[tuple[str, int], ...], warned: frozenset[str]
) -> tuple[tuple[Planned, ...], tuple[Dropped, ...]]:
    kept = sorted(requests, key=_order)
    dropped: Out = []
    for step in (*STEPS, let_insist(warned), keep_within_quotas(dict(spent))):
        kept, out = step(kept)
        dropped += out
    return (
        tuple(
            Planned(effect=r.effect.name, argument=r.effect.argument, rules=r.rules)
            for r in sorted(kept, key=_order)
        ),
        tuple(
            Dropped(effect=r.effect.name, argument=r.effect.argument, rules=r.rules, why=why)
            for r, why in dropped
        ),
    )


def set_aside_shadow(kept: Kept) -> tuple[Kept, Out]:
    """Rules in shadow are recorded, not enforced."""
    return _part(kept, lambda r: "the rule is in shadow" if r.mode is Mode.SHADOW else "")


def set_aside_barred(kept: Kept) -> tuple[Kept, Out]:
    """No clause in force at the event's time, no effect."""
    return _part(kept, lambda r: r.barred)


def apply_exemptions(kept: Kept) -> tuple[Kept, Out]:
    """An exemption drops everything else that rules ask for."""
    exempting = [rule for r in kept if r.effect.type.lane is Lane.EXEMPTION for rule in r.rules]
    if not exempting:
        return kept, []
    why = f"exempted by {', '.join(sorted(set(exempting)))}"
    return _part(kept, lambda r: "" if r.effect.type.lane is Lane.EXEMPTION else why)


def merge_doubles(kept: Kept) -> tuple[Kept, Out]:
    """The same effect asked for twice happens once, for all the rules that asked; lists of features join."""
    merged: dict[Effect | str, Request] = {}
    for request in kept:
        name = request.effect.name
        key = name if isinstance(request.effect.argument, tuple) else request.effect
        merged[key] = _joined(merged[key], request) if key in merged else request
    return list(merged.values()), []


def _joined(one: Request, other: Request) -> Request:
    effect, more = one.effect, other.effect.argument
    if isinstance(effect.argument, tuple) and isinstance(more, tuple):
        effect = Effect(effect.name, tuple(sorted({*effect.argument, *more})))
    return Request(effect=effect, rules=tuple(sorted({*one.rules, *other.rules})))


def keep_strongest(kept: Kept) -> tuple[Kept, Out]:
    """Within an exclusive lane the strongest wins; of two numbers for one effect, the harsher."""
    strongest: dict[Lane | str, Request] = {}
    for request in sorted(kept, key=_strength):
        strongest[_contest(request.effect)] = request
    winners = strongest.values()

    def superseded(request: Request) -> str:
        winner = strongest[_contest(request.effect)]
        return "" if request in winners else f"superseded by {winner.effect}"

    return _part(kept, superseded)


def let_insist(warned: frozenset[str]) -> Step:
    """Return the step that lets an author insist: who was warned of these rules is not warned of them again."""
    return lambda kept: _part(kept, lambda r: INSISTS if _is_known(r, warned) else "")


def _is_known(request: Request, warned: frozenset[str]) -> bool:
    return request.effect.name == "warn" and warned.issuperset(request.rules)


def keep_within_quotas(spent: Mapping[str, int]) -> Step:
    """Return the step that drops effects whose daily quota is used up; a person may still look."""
    return lambda kept: _part(
        kept,
        lambda r: f"the daily quota of {spent[r.effect.name]} is used up" if r.effect.name in spent else "",
    )


STEPS: tuple[Step, ...] = (
    set_aside_shadow,
    set_aside_barred,
    apply_exemptions,
    merge_doubles,
    keep_strongest,
)


def _part(kept: Kept, why: Callable[[Request], str]) -> tuple[Kept, Out]:
    reasons = [(request, why(request)) for request in kept]
    return [r for r, reason in reasons if not reason], [(r, reason) for r, reason in reasons if reason]


def _contest(effect: Effect) -> Lane | str:
    """What an effect competes for: its lane, its own name when it takes a number, or nothing but itself."""
    row = effect.type
    if row.lane in EXCLUSIVE:
        return row.lane
    return effect.name if row.argument == "number" else str(effect)


def _strength(request: Request) -> tuple[int, int, tuple[str, ...]]:
    argument = request.effect.argument
    # A lower rate is the harsher one; every other number is harsher when higher.
    number = argument if isinstance(argument, int) else 0
    harshness = -number if request.effect.name == "rate_limit" else number
    return request.effect.type.strength, harshness, request.rules


def _order(request: Request) -> tuple[int, int, str, tuple[str, ...]]:
    row = request.effect.type
    return _LANES[row.lane], -row.strength, str(request.effect), request.rules
