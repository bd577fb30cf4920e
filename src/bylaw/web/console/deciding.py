"""The form of a verdict: read, and made what the interface takes."""

from typing import Annotated, Final

import msgspec

from bylaw.base.errors import InputError
from bylaw.cases.model import MAX_WORDS, Outcome
from bylaw.cases.verdicts import ON_CONTENT
from bylaw.notices.model import Ground
from bylaw.staff.permissions import ACTS, ORDERS, may_somewhere
from bylaw.web.api.told_actions import MAX_ID, Tell, Withhold
from bylaw.web.api.verdicts import PostVerdict, VerdictOrder
from bylaw.web.callers import Caller
from bylaw.web.service import Service

SHOWN: Final = {
    "remove": "r",
    "hold": "h",
    "reduce": "u",
    "label": "l",
    "warn": "w",
    "strike": "s",
    "rate_limit": "",
    "restrict": "",
    "suspend": "p",
    "terminate": "",
    "quarantine": "",
    "none": "",
}  # effects that a form offers, and the key that chooses each

Word = Annotated[str, msgspec.Meta(max_length=MAX_ID)]
Text = Annotated[str, msgspec.Meta(max_length=MAX_WORDS)]


class CaseForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A verdict as a form says it. ``clauses`` are those of the case that are cited, ``clause`` is another one.

    ``thing`` and ``facts`` are what the account is told; with ``ground`` it is not told, for the reason of the verdict.
    """

    outcome: Outcome = Outcome.VIOLATION
    clauses: tuple[Word, ...] = ()
    clause: Word = ""
    reason: Text = ""
    effects: tuple[Word, ...] = ()
    items: tuple[int, ...] = ()
    label: Word = ""
    days: int | None = None
    per_hour: int | None = None
    features: Word = ""
    restore: bool = False
    thing: Text = ""
    facts: Text = ""
    ground: Ground | None = None
    reference: Word = ""
    stay: bool = False


def effects_for(service: Service, caller: Caller, queue: str) -> list[tuple[str, str]]:
    """Return the effects that somebody may ask for in a queue, and their keys."""
    settings = service.desk.book.operator.queues.get(queue)
    hidden = settings.hidden if settings else ()
    acts = may_somewhere(caller.grants, ACTS)
    return [
        (effect, key)
        for effect, key in SHOWN.items()
        if effect not in hidden and (acts or may_somewhere(caller.grants, ORDERS[effect]))
    ]


def verdict_from(asked: CaseForm) -> PostVerdict:
    """Return the verdict that a form asks for.

    Raises:
        InputError: the reason or a clause is missing, an effect lacks what goes with it.
    """
    clauses = (*asked.clauses, *([asked.clause] if asked.clause else []))
    if not clauses:
        raise InputError("case.no_clause", "a verdict cites the clause it is about")
    if not asked.reason.strip():
        raise InputError("case.reason", "a verdict says why", hint="write why, in your own words")
    return PostVerdict(
        outcome=asked.outcome,
        clauses=tuple(dict.fromkeys(clauses)),
        reason=asked.reason,
        orders=tuple(_order(asked, effect) for effect in asked.effects),
        restore=asked.restore,
        say=Tell(thing=asked.thing, facts=asked.facts) if asked.ground is None else None,
        withheld=Withhold(ground=asked.ground, reason=asked.reason, reference=asked.reference)
        if asked.ground is not None
        else None,
    )


def _order(asked: CaseForm, effect: str) -> VerdictOrder:
    features = tuple(one.strip() for one in asked.features.split(",") if one.strip())
    arguments = {
        "label": asked.label or None,
        "suspend": asked.days,
        "rate_limit": asked.per_hour,
        "restrict": features or None,
    }
    if effect not in SHOWN or (effect in arguments and arguments[effect] is None):
        raise InputError("action.argument", f"`{effect}` needs to know how much, or which")
    return VerdictOrder(
        effect=effect,  # type: ignore[arg-type]  # one of those shown
        argument=arguments.get(effect),
        days=asked.days if effect in {"restrict", "rate_limit"} else None,
        items=asked.items if effect in ON_CONTENT else (),
    )
