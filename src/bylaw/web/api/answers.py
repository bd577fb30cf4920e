"""What a decision says to who asked: outcome, clauses with their words, what is done and what is not."""

from typing import Final

import msgspec

from bylaw.book.book import Book
from bylaw.enforcement.model import Dropped as NotDone
from bylaw.enforcement.model import Resolved
from bylaw.engine.decision import Citation, Decision, Dropped, Planned
from bylaw.engine.outcome import Outcome, outcome_of
from bylaw.rules.effects import Argument

MAX_CLAUSES: Final = 20_000  # whose words are kept at hand


class CitedClause(msgspec.Struct, frozen=True, kw_only=True):
    """A clause that was broken, or that grants an exemption, in the version in force at the event's time.

    ``version`` is the day since when it is in force; ``title`` is the document's, ``text`` the clause's own words.
    """

    clause: str
    document: str
    version: str
    title: str
    text: str


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What is planned, and the rules that asked for it."""

    effect: str
    argument: Argument
    rules: tuple[str, ...]


class NoEffect(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule asked for and is not done, and why."""

    effect: str
    argument: Argument
    rules: tuple[str, ...]
    why: str


class EventAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided about an event; durable when it is said.

    ``decision`` is the decision's id, ``seq`` the number of the fact that records it. ``duplicate``: the event had been
    decided before, and this is the first decision. ``degraded``: something failed and the decision was made without it.
    """

    event_id: str
    decision: str
    seq: int
    outcome: Outcome
    duplicate: bool
    degraded: bool
    clauses: tuple[CitedClause, ...]
    effects: tuple[Effect, ...]
    dropped: tuple[NoEffect, ...]


class Words:
    """The words of clauses, by book: looked up once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Citation], CitedClause] = {}

    def of(self, citation: Citation, book: Book) -> CitedClause:
        """Return a cited clause with its words."""
        known = self._known.get((book.digest, citation))
        if known is None:
            if len(self._known) >= MAX_CLAUSES:
                self._known.clear()
            known = self._known[book.digest, citation] = _cited(citation, book)
        return known


def answer_of(
    decision: Decision,
    seq: int,
    cited: tuple[CitedClause, ...],
    *,
    duplicate: bool,
    resolved: Resolved | None,
) -> EventAnswer:
    """Return what is said of a decision.

    Args:
        decision: what was decided.
        seq: the number of the fact that records it.
        cited: its clauses with their words.
        duplicate: whether the event had been decided before.
        resolved: what was made of it, where it was acted on; a person's choice, say, leaves less to be done.
    """
    left = {(one.effect, one.rules) for one in resolved.dropped} if resolved else set()
    effects = [one for one in decision.effects if (one.effect, one.rules) not in left]
    return EventAnswer(
        event_id=decision.event_id,
        decision=decision.id,
        seq=seq,
        outcome=outcome_of(planned.effect for planned in effects),
        duplicate=duplicate,
        degraded=decision.degraded,
        clauses=cited,
        effects=tuple(map(_effect, effects)),
        dropped=(
            *map(_no_effect, decision.dropped),
            *map(_no_effect, resolved.dropped if resolved else ()),
        ),
    )


def _cited(citation: Citation, book: Book) -> CitedClause:
    versions = book.library.versions.get(citation.document, ())
    document = next(
        (one for one in versions if one.starts and one.starts.isoformat() == citation.version), None
    )
    clause = document.by_id.get(citation.clause) if document else None
    return CitedClause(
        clause=citation.clause,
        document=citation.document,
        version=citation.version,
        title=document.title if document else "",
        text=document.in_full(citation.clause) if document and clause else "",
    )


def _effect(planned: Planned) -> Effect:
    return Effect(effect=planned.effect, argument=planned.argument, rules=planned.rules)


def _no_effect(dropped: Dropped | NotDone) -> NoEffect:
    return NoEffect(effect=dropped.effect, argument=dropped.argument, rules=dropped.rules, why=dropped.why)
