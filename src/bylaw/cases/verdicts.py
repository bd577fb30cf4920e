"""What somebody decides about a case: checked, and made a fact. Values and plain functions."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import msgspec

from bylaw.base.errors import ConflictError, InputError
from bylaw.base.spelling import did_you_mean
from bylaw.cases.model import MAX_ITEMS, MAX_ORDERS, MAX_WORDS, Ordered, Outcome, What
from bylaw.cases.raising import Settings
from bylaw.cases.store import CaseAt, Item
from bylaw.enforcement.machine import STEPS, inverse_of
from bylaw.enforcement.model import TYPES
from bylaw.enforcement.model import State as ActionState
from bylaw.enforcement.notifying import REPORTED, UNTOLD, Say, Told
from bylaw.enforcement.ordering import Order, refuse_orders
from bylaw.enforcement.store import Stood

ON_CONTENT: Final = frozenset(name for name, row in TYPES.items() if not row.on_account) - {"none"}
BLIND: Final = frozenset({What.SAMPLE, What.GOLDEN})  # a judgement only: nothing is done


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody decides, in the terms of a case that is at hand.

    ``orders`` about content without ``items`` are about every thing in the case. ``restore``: what rules did about
    these things is taken back. ``undo`` names further actions to take back.
    """

    outcome: Outcome
    clauses: tuple[str, ...]
    reason: str
    orders: tuple[Ordered, ...] = ()
    undo: tuple[str, ...] = ()
    restore: bool = False
    say: Say | None = None


def refuse_verdict(
    verdict: Verdict, case: CaseAt, settings: Settings, known: Collection[str], now: int
) -> None:
    """See to it that a verdict says what it must, and asks for nothing that cannot be done here.

    ``known``: the clauses that may be cited.

    Raises:
        InputError: the reason or the clause is missing, an effect is hidden or unknown, the account must be told.
        ConflictError: ``case.elsewhere``, it is decided in another room.
    """
    if case.what is What.APPEAL:
        hint = "decide the appeal"
        raise ConflictError("case.elsewhere", "this is decided where appeals are", hint=hint)
    if not 0 < len(verdict.reason.strip()) <= MAX_WORDS:
        raise InputError("case.reason", f"a reason has 1 to {MAX_WORDS:,} characters")
    if not verdict.clauses:
        raise InputError("case.no_clause", "a verdict cites the clause it is about")
    for clause in verdict.clauses:
        if clause not in known:
            raise InputError("case.clause", f"`{clause}` is no clause", hint=did_you_mean(clause, known))
    if len(verdict.orders) > MAX_ORDERS:
        raise InputError("case.orders", f"a verdict has at most {MAX_ORDERS} orders")
    if verdict.outcome is not Outcome.VIOLATION and any(o.effect != "none" for o in verdict.orders):
        raise InputError(
            "case.orders", "nothing is done where nothing was broken", hint="take back what was done"
        )
    if verdict.orders:
        refuse_orders([order_of(one) for one in verdict.orders], verdict.clauses, now)
    _refuse_effects(verdict, case, settings)


def _refuse_effects(verdict: Verdict, case: CaseAt, settings: Settings) -> None:
    effects = [one.effect for one in verdict.orders]
    hidden = sorted(set(effects) & set(settings.queue(case.queue).hidden))
    if hidden:
        message = f"`{hidden[0]}` is not for this queue"
        raise InputError("case.hidden", message, hint="escalate the case")
    about = [effect for effect in effects if effect not in ON_CONTENT]
    if about and not case.person:
        raise InputError("case.nobody", f"`{about[0]}` is done to an account, and none is known here")
    if case.person and verdict.say is None and any(effect not in UNTOLD for effect in effects):
        hint = "say what it is about and the facts, or on which ground nobody is told"
        raise InputError("action.untold", "the account must be told", hint=hint)


def told_from(items: Iterable[Item], source: int = 0) -> int:
    """Return the number of the event that an account is told from; 0 without any.

    It is the one that an order is about (``source``), unless that is a report and there is one of the account's own.
    """
    known = sorted(
        (item.event == REPORTED, item.source != source, item.source) for item in items if item.source
    )
    return known[0][-1] if known else 0


def demand_told(verdict: Verdict, case: CaseAt, items: Iterable[Item]) -> None:
    """See to it that the account will be told something: in somebody's words, or from an event.

    Raises:
        InputError: ``action.untold``.
    """
    say = verdict.say
    told = any(one.effect not in UNTOLD for one in verdict.orders)
    if not (case.person and told and isinstance(say, Told)) or told_from(items):
        return
    if not (say.thing.strip() and say.facts.strip()):
        hint = "say what it is about, and the facts: nothing here can be told by itself"
        raise InputError("action.untold", "the account must be told", hint=hint)


def order_of(ordered: Ordered) -> Order:
    """Return an order as the room of enforcement takes it."""
    return Order(effect=ordered.effect, argument=ordered.argument, days=ordered.days)


def meant(verdict: Verdict, items: Sequence[Item]) -> tuple[Ordered, ...]:
    """Return orders that name the things they are about.

    Raises:
        InputError: ``case.item``, one is about a thing that is not in the case, or there is none.
    """
    there = [item.source for item in items if item.source][:MAX_ITEMS]
    found = []
    for one in verdict.orders:
        if one.effect not in ON_CONTENT:
            found.append(msgspec.structs.replace(one, items=()))
            continue
        wanted = one.items or tuple(dict.fromkeys(there))
        if not wanted or not set(wanted) <= set(there):
            raise InputError("case.item", f"`{one.effect}` is about a thing that is not in this case")
        found.append(msgspec.structs.replace(one, items=wanted))
    return tuple(found)


def taken_back(verdict: Verdict, items: Iterable[Item], standing: Sequence[Stood]) -> tuple[str, ...]:
    """Return the actions that a verdict takes back.

    Raises:
        InputError: ``case.action``, one is not about this case.
    """
    known = {stood.action.action for stood in standing}
    for action in verdict.undo:
        if action not in known:
            raise InputError("case.action", f"`{action}` was not done about this case")
    sources = {item.source for item in items if item.source}
    ours = [s for s in standing if verdict.restore and not s.by and s.source in sources and undoable(s)]
    return tuple(dict.fromkeys([*verdict.undo, *(s.action.action for s in ours)]))


def undoable(stood: Stood) -> bool:
    """Tell whether an action stands and can be taken back."""
    standing = ActionState.UNDONE in STEPS[stood.state]
    return standing and not stood.action.undoes and inverse_of(stood.action, "") is not None
