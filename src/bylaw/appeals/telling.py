"""What somebody is told of their objection: values for the notice. Pure.

SOURCE: Regulation (EU) 2022/2065, Article 20(5): a reasoned decision, and where else to turn.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from bylaw.appeals.grounds import Grounds
from bylaw.appeals.model import Appeal, Decided, Limited, Outcome
from bylaw.book.templates import Kind
from bylaw.enforcement.machine import inverse_of
from bylaw.notices.statement import Decided as DecidedBy
from bylaw.notices.statement import Done, Statement


def done_about(grounds: Grounds, said: Decided, limited: Limited | None) -> list[Done]:
    """Return what a decision does: the decision stands or is taken back; whoever objected is warned, or limited."""
    if said.outcome is Outcome.REVERSED:
        inverses = (inverse_of(s.action, "") for s in grounds.stood if s.action.action in said.actions)
        effects = dict.fromkeys(one.effect for one in inverses if one is not None)
        return [Done(effect="overturn"), *(Done(effect=effect) for effect in effects)]
    done = [Done(effect="uphold")]
    if limited is not None:
        until = datetime.fromtimestamp(limited.until // 1_000_000, UTC).date().isoformat()
        done.append(Done(effect="limit_appeals", value=until))
    elif said.warned:
        done.append(Done(effect="warn_appeals"))
    return done


def told_of(
    found: Appeal, grounds: Grounds, words: str, action: str, done: Sequence[Done], now: int
) -> Statement:
    """Return what whoever objected is told: the same thing and clauses, with what is said to their objection.

    ``action`` names the occasion: nobody is told twice of the same.
    """
    return replace(
        grounds.statement,
        kind=Kind.APPEAL,
        action=action,
        facts=words,
        done=tuple(done),
        decided=DecidedBy.PERSON,
        since=now,
        until=None,
        received=found.lodged.at,
        follows=found.lodged.notice,
    )
