"""One event and one basis in, one decision out. A pure function: the same inputs, the same bytes.

match → cite the clauses in force → request effects → resolve → decide. Nothing is carried out here.
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from msgspec import UNSET

from bylaw.base.canonical import canonical_bytes
from bylaw.base.ids import derived_id
from bylaw.engine.basis import Basis
from bylaw.engine.brakes import NO_CAUTION, Caution
from bylaw.engine.decision import SEMANTICS, Citation, Decision, Diagnostic, Dropped, Match, Planned
from bylaw.engine.matching import Erred, Matched, Matcher, Outcome, interpret_rules
from bylaw.engine.resolve import Request, resolve
from bylaw.engine.situation import Situation
from bylaw.events.decode import event_digest
from bylaw.events.event import Event
from bylaw.rules.effects import Effect, Lane
from bylaw.rules.rule import Mode, OnError, Rule

ERROR_QUEUE = "rule-errors"  # where events wait whose rule erred and names no queue of its own


class _Said(NamedTuple):
    """The part of a decision that follows from what the rules said; for most events nothing."""

    clauses: tuple[Citation, ...] = ()
    rules: tuple[str, ...] = ()
    shadow: tuple[str, ...] = ()
    effects: tuple[Planned, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    matches: tuple[Match, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    degraded: bool = False


_NOTHING_SAID = _Said()


class _Cited(NamedTuple):
    """A match, the clauses it may cite, those that were not in force, and what else bars its effects."""

    match: Matched
    clauses: tuple[Citation, ...]
    missing: tuple[str, ...]
    held_back: str  # the roll-out or the brake

    @property
    def barred(self) -> str:
        if not self.clauses:
            return "not in force at the event's time: " + ", ".join(self.missing)
        return self.held_back


def decide(
    situation: Situation,
    basis: Basis,
    caution: Caution = NO_CAUTION,
    matcher: Matcher = interpret_rules,
    digest: str | None = None,
    decision: str | None = None,
) -> Decision:
    """Return what the rules of a book say about an event, by the clauses in force at its time.

    Args:
        situation: the event with its inputs (``situation_of``).
        basis: the book.
        caution: what is said beforehand (``brakes``, ``insisting``).
        matcher: evaluates the rules; every one gives the same outcomes.
        digest: of the event, when the caller has it already.
        decision: its id, where there is a record (``recording.decision_id``).
    """
    event, kind = situation.event, situation.kind
    outcomes: tuple[Outcome, ...] = tuple(matcher(situation.rules, kind, situation.bindings))

    said = _said(outcomes, event, basis, caution) if outcomes else _NOTHING_SAID
    return Decision(
        id=decision or derived_id("dec", basis.operator, event.id, basis.book),
        event_id=event.id,
        event_digest=digest or event_digest(event),
        kind=kind,
        at=event.at,
        book=basis.book,
        semantics=SEMANTICS,
        clauses=said.clauses,
        rules=said.rules,
        shadow=said.shadow,
        effects=said.effects,
        dropped=said.dropped,
        matches=said.matches,
        signals=situation.inputs.readings(),
        readings=situation.past.readings(),
        diagnostics=said.diagnostics,
        degraded=said.degraded,
        unwatched=situation.unwatched,
    )


def _said(outcomes: Iterable[Outcome], event: Event, basis: Basis, caution: Caution) -> _Said:
    matched = [_cite(outcome, event, basis, caution) for outcome in outcomes if isinstance(outcome, Matched)]
    erred = [outcome for outcome in outcomes if isinstance(outcome, Erred)]
    planned, dropped = resolve([*_requests(matched), *_precautions(erred, event, caution)], caution)
    standing = _standing(matched)
    return _Said(
        clauses=tuple(sorted({clause for cited in standing for clause in cited.clauses})),
        rules=tuple(cited.match.rule.id for cited in standing),
        shadow=tuple(cited.match.rule.id for cited in matched if cited.match.rule.mode is Mode.SHADOW),
        effects=planned,
        dropped=dropped,
        matches=tuple(_match(cited.match) for cited in matched),
        diagnostics=tuple(_diagnostics(matched, erred)),
        degraded=bool(erred),
    )


def _cite(match: Matched, event: Event, basis: Basis, caution: Caution) -> _Cited:
    clauses, missing = [], []
    for clause_id in match.rule.clauses:
        cited = basis.library.cite(clause_id, event.at)
        if cited is None:
            missing.append(clause_id)
        else:
            document = cited.document
            version = document.starts.isoformat() if document.starts else ""
            clauses.append(
                Citation(
                    document=document.key, version=version, clause=clause_id, included_by=cited.included_by
                )
            )
    return _Cited(match, tuple(clauses), tuple(missing), _held_back(match.rule, event, caution))


def _held_back(rule: Rule, event: Event, caution: Caution) -> str:
    if rule.id in caution.braked:
        return "the emergency brake turned the young rule to shadow"
    return "" if in_roll_out(rule, event) else f"outside the roll-out of {rule.roll_out} %"


def in_roll_out(rule: Rule, event: Event) -> bool:
    """Tell whether a rule is enforced for the actor of an event (for the event itself, when it has none).

    By the hash of rule and actor: the same actor is always in or always out, and another rule draws anew.
    """
    if rule.roll_out >= 100:
        return True
    who = event.id if event.actor is UNSET else event.actor
    drawn = int.from_bytes(hashlib.sha256(canonical_bytes([rule.id, who])).digest()[:8], "big")
    return drawn % 100 < rule.roll_out


def _standing(matched: Iterable[_Cited]) -> list[_Cited]:
    """The matches that count: enforced, in force, and not exempted."""
    enforced = [c for c in matched if c.match.rule.mode is Mode.ENFORCE and not c.barred]
    exempting = [c for c in enforced if _exempts(c)]
    return exempting or enforced


def _exempts(cited: _Cited) -> bool:
    return any(effect.type.lane is Lane.EXEMPTION for effect in cited.match.rule.effects)


def _requests(matched: Iterable[_Cited]) -> Iterable[Request]:
    for cited in matched:
        rule = cited.match.rule
        for effect in rule.effects:
            yield Request(effect=effect, rules=(rule.id,), mode=rule.mode, barred=cited.barred)


def _precautions(erred: Iterable[Erred], event: Event, caution: Caution) -> Iterable[Request]:
    """What a rule set wants done when one of its rules errs (ADR 0004); roll-out and brake hold it back too."""
    for outcome in erred:
        rule = outcome.rule
        review = Effect("review", _own_queue(rule))
        wanted = {OnError.SKIP: (), OnError.REVIEW: (review,), OnError.HOLD: (Effect("hold"), review)}
        for effect in wanted[rule.on_error]:
            barred = _held_back(rule, event, caution)
            yield Request(effect=effect, rules=(rule.id,), mode=rule.mode, barred=barred)


def _own_queue(rule: Rule) -> str:
    queues = [effect.argument for effect in rule.effects if effect.name == "review"]
    return str(queues[0]) if queues else ERROR_QUEUE


def _match(match: Matched) -> Match:
    rule = match.rule
    return Match(rule=rule.id, mode=rule.mode, clauses=rule.clauses, compared=match.compared)


def _diagnostics(matched: Iterable[_Cited], erred: Iterable[Erred]) -> Iterable[Diagnostic]:
    for outcome in erred:
        yield Diagnostic(code=f"rule.{outcome.code}", message=outcome.message, rule=outcome.rule.id)
    for cited in matched:
        for clause in cited.missing:
            message = f"`{clause}` was not in force at the event's time"
            yield Diagnostic(code="policy.not_in_force", message=message, rule=cited.match.rule.id)
