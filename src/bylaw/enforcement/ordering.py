"""What a member of staff wants done: checked, and made an action. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bylaw.base.errors import InputError
from bylaw.base.spelling import did_you_mean
from bylaw.enforcement.machine import action_id
from bylaw.enforcement.model import DAY, TYPES, Action, Argument
from bylaw.enforcement.resolve import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a member of staff wants done; after ``days``, or at the instant ``until``, it ends by itself."""

    effect: str
    argument: Argument = None
    days: int | None = None
    until: int | None = None


def ordered(case: Case, order: Order, clauses: tuple[str, ...]) -> Action:
    """Return the action that an order asks for."""
    days = _days(order)
    return Action(
        action=action_id(case.cause, order.effect, order.argument, case.person),
        effect=order.effect,
        argument=order.argument,
        person=case.person,
        clauses=clauses,
        until=case.at + days * DAY if days else order.until,
    )


def refuse_orders(orders: Sequence[Order], clauses: Sequence[str], now: int) -> None:
    """See to it that orders can be carried out.

    Raises:
        InputError: a clause is missing, nothing is asked for, an effect is unknown, or its length is none.
    """
    if not clauses:
        raise InputError("action.no_clause", "an action cites the clause that it stands on")
    if not orders:
        raise InputError("action.nothing", "name what is to be done; `none` records that nothing is")
    for order in orders:
        if order.effect not in TYPES:
            raise InputError(
                "action.effect", f"no action `{order.effect}`", hint=did_you_mean(order.effect, TYPES)
            )
        if order.effect == "suspend" and order.until is None and not _days(order):
            raise InputError("action.argument", "a suspension is for a number of days, or until an instant")
        if order.until is not None and (order.until <= now or _days(order)):
            hint = "give an instant that is to come, or a number of days"
            raise InputError("action.until", "it cannot end then", hint=hint)


def _days(order: Order) -> int | None:
    return order.argument if order.effect == "suspend" and isinstance(order.argument, int) else order.days
