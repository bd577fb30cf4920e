"""What a customer answers for because of its end users. Pure."""

from typing import Final

import msgspec

from bylaw.book.sanctions import Permitting, Strikes
from bylaw.enforcement.machine import action_id
from bylaw.enforcement.model import DAY, Action
from bylaw.enforcement.standing import Standing

PERMITTING: Final = "permitting"


def answered(strike: Action, cause: str, customer: str, share: int) -> Action:
    """Return a customer's own strike for one of its end user's: ``share`` percent of it, at least one (CLAUSES A04)."""
    weight = strike.argument if isinstance(strike.argument, int) else 1
    own = max(1, weight * share // 100)
    name = action_id(cause, "strike", own, customer)
    return msgspec.structs.replace(strike, action=name, person=customer, argument=own, answering=True)


def lets_go_on(rule: Permitting, standing: Standing, customer: str, at: int) -> bool:
    """Tell whether a customer that was told often enough, and had time to act, has let its end users go on."""
    struck = standing.struck(customer, at - rule.within_days * DAY, at)
    if any(one.action.clauses == (rule.clause,) and not one.action.answering for one in struck):
        return False  # it answers for it already
    told = [one for one in struck if one.action.answering and one.at <= at - rule.grace_days * DAY]
    return len(told) >= rule.after


def permitted(strike: Action, cause: str, rule: Permitting, strikes: Strikes, at: int) -> Action:
    """Return the strike on a customer that lets its end users go on; ``strike``: the newest that it is told of."""
    clauses = (rule.clause,)
    return Action(
        action=action_id(cause, "strike", rule.weight, strike.person, PERMITTING),
        effect="strike",
        argument=rule.weight,
        person=strike.person,
        clauses=clauses,
        rules=strike.rules,
        until=at + strikes.counting(clauses).expire_days * DAY,
    )
