"""From what a decision plans to what is done: named steps, each of which says what it dropped and why.

The engine has resolved already what rules ask for among themselves (``engine/resolve``). These steps know what
stands: people's choices, strikes, what is in force. Pure: the same ruling, standing and settings, the same result.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from bylaw.book.operator import Operator
from bylaw.book.sanctions import Claim, Rung, Strikes, is_below
from bylaw.enforcement.answering import answered, lets_go_on, permitted
from bylaw.enforcement.machine import action_id, is_gate
from bylaw.enforcement.model import DAY, TYPES, Action, Argument, Dropped, Resolved
from bylaw.enforcement.standing import Standing
from bylaw.engine.consequences import Ruling

CLOSED: Final = (
    "closed-account-content"  # under [retention] in operator.toml: when the content of a closed account goes
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanctions:
    """What a book says about strikes and what they lead to."""

    strikes: Strikes = field(default_factory=Strikes)
    ladder: tuple[Rung, ...] = ()
    claims: Mapping[str, Claim] = field(default_factory=dict)
    purge_days: int = 30  # from the end of an account to the end of its content


def sanctions_of(operator: Operator) -> Sanctions:
    """Return what a book says."""
    purge = operator.retention.get(CLOSED)
    return Sanctions(
        strikes=operator.strikes,
        ladder=operator.ladder,
        claims=operator.claims,
        purge_days=purge.days if purge else Sanctions().purge_days,
    )


class Case(NamedTuple):
    """What the steps look at."""

    cause: str  # the decision, or what a person did
    at: int
    person: str
    customer: str
    standing: Standing
    sanctions: Sanctions


Kept = list[Action]
Step = Callable[[Case, Kept], tuple[Kept, list[Dropped]]]


def resolve(ruling: Ruling, standing: Standing, sanctions: Sanctions) -> Resolved | None:
    """Return what is done about a decision; nothing, if it plans nothing that is an action."""
    decision = ruling.decision
    clauses = tuple(dict.fromkeys(citation.clause for citation in decision.clauses))
    cause = ruling.cause or decision.id
    case = Case(cause, ruling.at, ruling.person or "", ruling.customer or "", standing, sanctions)
    asked = [
        _action(case, planned.effect, planned.argument, clauses, planned.rules)
        for planned in decision.effects
        if planned.effect in TYPES
    ]
    if not asked:
        return None
    kept, dropped = run(case, asked)
    return Resolved(
        at=ruling.at,
        source=ruling.seq,
        decision=decision.id,
        people=tuple(sorted({a.person for a in kept if a.person})),
        actions=tuple(kept),
        dropped=tuple(dropped),
    )


def run(
    case: Case, asked: Iterable[Action], steps: "Sequence[Step] | None" = None
) -> tuple[Kept, list[Dropped]]:
    """Take actions through the steps."""
    kept, dropped = list(asked), list[Dropped]()
    for step in STEPS if steps is None else steps:
        kept, out = step(case, kept)
        dropped += out
    return kept, dropped


def need_somebody(case: Case, kept: Kept) -> tuple[Kept, list[Dropped]]:
    """What is done to an account needs one."""
    return _part(kept, lambda a: "" if case.person or not TYPES[a.effect].on_account else "nobody is named")


def respect_choices(case: Case, kept: Kept) -> tuple[Kept, list[Dropped]]:
    """A person outranks a rule: where somebody chose not to enforce a clause, rules do not (CLAUSES A23)."""
    chosen = [clause for choice in case.standing.choices(case.person, case.at) for clause in choice.clauses]

    def why(action: Action) -> str:
        covered = action.clauses and all(any(is_below(c, one) for one in chosen) for c in action.clauses)
        return "a person chose not to enforce this clause here" if covered else ""

    return _part(kept, why) if chosen else (kept, [])


def weigh_strikes(case: Case, kept: Kept) -> tuple[Kept, list[Dropped]]:
    """A strike weighs and lasts as the book says of its clauses."""
    return [_weighed(case, action) if action.effect == "strike" else action for action in kept], []


def name_damages(case: Case, kept: Kept) -> tuple[Kept, list[Dropped]]:
    """A claim is for the amount that the policy names, if it names one (CLAUSES A33)."""
    return [_claimed(case, action) if action.effect == "claim" else action for action in kept], []


def answer_for_end_users(case: Case, kept: Kept) -> tuple[Kept, list[Dropped]]:
    """A customer answers for its end users: a share of their strikes is its own (CLAUSES A04)."""
    share = case.sanctions.strikes.customer_share
    if not share or not case.customer or case.customer == case.person:
        return kept, []
    struck = [action for action in kept if action.effect == "strike"]
    return [*kept, *(answered(action, case.cause, case.customer, share) for action in struck)], []


def answer_for_permitting(case: Case, kept: Kept) -> tuple[Kept, list[Dropped]]:
    """A customer that was told, and lets its end users go on, answers for that itself (CLAUSES A44)."""
    rule = case.sanctions.strikes.permitting
    new = [action for action in kept if action.effect == "strike" and action.answering]
    if rule is None or not new or not lets_go_on(rule, case.standing, case.customer, case.at):
        return kept, []
    own = permitted(new[0], case.cause, rule, case.sanctions.strikes, case.at)
    chosen = (c for choice in case.standing.choices(case.customer, case.at) for c in choice.clauses)
    if any(is_below(rule.clause, one) for one in chosen):
        return kept, [_dropped(own, "a person chose not to enforce this clause here")]
    return [*kept, own], []


def climb_ladder(case: Case, kept: Kept) -> tuple[Kept, list[Dropped]]:
    """Strikes that reach a rung of the ladder lead to its sanction; of several, the highest."""
    climbed = list(kept)
    for person in dict.fromkeys(a.person for a in kept if a.effect == "strike"):
        new = [a for a in kept if a.effect == "strike" and a.person == person]
        rungs = [rung for rung in case.sanctions.ladder if _reaches(case, rung, person, new)]
        if rungs:
            rung = max(rungs, key=lambda one: one.strikes)
            climbed.append(_sanction(case, rung, person, new))
    return climbed, []


def leave_what_stands(case: Case, kept: Kept) -> tuple[Kept, list[Dropped]]:
    """What is in force already, as long and as hard, is not done again."""

    def why(action: Action) -> str:
        if not is_gate(action):
            return ""
        standing = [*case.standing.gates(action.person, case.at), *(a for a in kept if a is not action)]
        stronger = [one for one in standing if one.person == action.person and _covers(one, action)]
        return "" if not stronger else f"`{stronger[0].effect}` stands already"

    out: Kept = []
    dropped: list[Dropped] = []
    for action in kept:  # one after the other: of two that cover each other, one stays
        said = why(action)
        if said:
            dropped.append(_dropped(action, said))
            kept = [a for a in kept if a is not action]
        else:
            out.append(action)
    return out, dropped


def await_people(case: Case, kept: Kept) -> tuple[Kept, list[Dropped]]:  # noqa: ARG001 - a step
    """What cannot be undone waits for people (CLAUSES A06)."""
    return [
        msgspec.structs.replace(a, awaiting=True) if TYPES[a.effect].irreversible else a for a in kept
    ], []


STEPS: Final[tuple[Step, ...]] = (
    need_somebody,
    respect_choices,
    weigh_strikes,
    name_damages,
    answer_for_end_users,
    answer_for_permitting,
    climb_ladder,
    leave_what_stands,
    await_people,
)


def _action(
    case: Case, effect: str, argument: Argument, clauses: tuple[str, ...], rules: tuple[str, ...]
) -> Action:
    return Action(
        action=action_id(case.cause, effect, argument, case.person),
        effect=effect,
        argument=argument,
        person=case.person,
        clauses=clauses,
        rules=rules,
        until=case.at + argument * DAY if effect == "suspend" and isinstance(argument, int) else None,
    )


def _weighed(case: Case, action: Action) -> Action:
    counting = case.sanctions.strikes.counting(action.clauses)
    weight = action.argument if isinstance(action.argument, int) else 1
    until = action.until or case.at + counting.expire_days * DAY
    return msgspec.structs.replace(action, argument=weight * counting.times, until=until)


def _claimed(case: Case, action: Action) -> Action:
    claims = case.sanctions.claims
    named = [prefix for prefix in claims for clause in action.clauses if is_below(clause, prefix)]
    if not named:
        return action
    claim = claims[max(named, key=len)]
    return msgspec.structs.replace(action, argument=f"{claim.amount} {claim.currency}")


def _reaches(case: Case, rung: Rung, person: str, new: Sequence[Action]) -> bool:
    before = case.standing.strikes(person, case.at, rung.clause)
    counted = (a for a in new if any(is_below(clause, rung.clause) for clause in a.clauses))
    added = sum(a.argument for a in counted if isinstance(a.argument, int))
    return before < rung.strikes <= before + added


def _sanction(case: Case, rung: Rung, person: str, new: Sequence[Action]) -> Action:
    arguments: Mapping[str, Argument] = {
        "suspend": rung.days,
        "restrict": rung.features,
        "rate_limit": rung.per_hour,
        "terminate": None,
    }
    argument = arguments[rung.then]
    return Action(
        action=action_id(case.cause, rung.then, argument, person, f"rung {rung.strikes}"),
        effect=rung.then,
        argument=argument,
        person=person,
        clauses=tuple(sorted({clause for a in new for clause in a.clauses})),
        rules=tuple(sorted({rule for a in new for rule in a.rules})),
        until=case.at + rung.days * DAY if rung.days and rung.then != "terminate" else None,
        rung=rung.strikes,
        ladder=rung.clause,
    )


def _covers(one: Action, other: Action) -> bool:
    """Tell whether one action makes another needless."""
    if not is_gate(one) or (one.awaiting and other.effect != "terminate"):
        return False
    lasts = one.until is None or (other.until is not None and other.until <= one.until)
    if one.effect == "terminate":
        return True
    if one.effect == other.effect == "suspend":
        return lasts
    return one.effect == other.effect and lasts and _as_hard(one.argument, other.argument)


def _as_hard(one: Argument, other: Argument) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return set(other) <= set(one)
    return isinstance(one, int) and isinstance(other, int) and one <= other


def _dropped(action: Action, why: str) -> Dropped:
    return Dropped(effect=action.effect, argument=action.argument, rules=action.rules, why=why)


def _part(kept: Kept, why: Callable[[Action], str]) -> tuple[Kept, list[Dropped]]:
    reasons = [(action, why(action)) for action in kept]
    return [a for a, said in reasons if not said], [_dropped(a, said) for a, said in reasons if said]
