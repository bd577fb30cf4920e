"""What one rule would have asked for of events on record: for enforcing it on what is older than it.

Windows are made again from the first event, as a back-test does; the clause that is cited is the one in force at the event's
time, so what was no breach then is none now. What another rule exempts stays exempt. Where the rule stood already, or the
event can be read no more, nothing is found.
"""

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from bylaw.base.errors import IntegrityError, NotFoundError
from bylaw.engine.archive import Archive, Damage, Source
from bylaw.engine.backtest import Trial
from bylaw.engine.charter import Charter
from bylaw.engine.decide import decide
from bylaw.engine.decision import Citation, Decision
from bylaw.engine.matching import Matched, Outcome
from bylaw.engine.memory.keys import Keys
from bylaw.engine.recalling import Recalled
from bylaw.engine.stretch import Stretch
from bylaw.records.fact import Row
from bylaw.records.store import PAGE
from bylaw.records.vault.uses import Destroyed
from bylaw.rules.effects import EFFECTS, Argument, Lane
from bylaw.rules.rule import Mode, Rule

LATE = frozenset({"refuse", "warn"})  # what cannot be done about what happened long ago


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One effect that the rule asks for."""

    effect: str
    argument: Argument = None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """An event on which the rule would have stood; people as random ids, instants in microseconds since 1970."""

    seq: int
    decision: str
    kind: str
    at: int
    people: tuple[str, ...]
    clauses: tuple[Citation, ...]
    asked: tuple[Asked, ...]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The whole. ``stood``: events on which the rule stood then; ``over``: there are more than were asked for."""

    findings: tuple[Finding, ...]
    events: int
    stood: int
    unreadable: int
    over: bool


class Retrospect:
    """One pass over a record with one rule of a book."""

    def __init__(self, archive: Archive, keys: Keys, charter: Charter, rule: str) -> None:
        """Start before the first event.

        Raises:
            NotFoundError: ``rule.not_found``, the book has no such rule, or it is off.
        """
        known = {one.id: one for rules in charter.basis.rules.values() for one in rules}
        if rule not in known:
            raise NotFoundError("rule.not_found", f"the book has no rule `{rule}` that runs")
        self._archive = archive
        self._trial = Trial(charter, keys)
        self._rule = replace(known[rule], mode=Mode.ENFORCE, since=None)

    def run(self, own: Stretch, most: int) -> Iterator[int | Found]:
        """Follow all rows before a stretch, look at it; yield how many rows were done, and what was found at last."""
        findings: list[Finding] = []
        events = stood = unreadable = 0
        for first in range(1, own.last + 1, PAGE):
            last = min(first + PAGE - 1, own.last)
            with self._archive.steady():
                for row in self._archive.decided(first, last):
                    recalled = self._recalled(row)
                    if recalled is None:
                        unreadable += isinstance(row, Row) and row.seq >= own.first
                        continue
                    seq = row.seq
                    finding = self._looked(seq, recalled, look=seq >= own.first and len(findings) <= most)
                    events += seq >= own.first
                    stood += seq >= own.first and self._rule.id in recalled.told.rules
                    findings += [finding] if finding else []
            yield last - first + 1
        yield Found(
            findings=tuple(findings[:most]),
            events=events,
            stood=stood,
            unreadable=unreadable,
            over=len(findings) > most,
        )

    def _recalled(self, row: Row | Damage) -> Recalled | None:
        if isinstance(row, Damage):
            return None
        try:
            return self._archive.recall(row)
        except (Destroyed, IntegrityError):
            return None

    def _looked(self, seq: int, recalled: Recalled, *, look: bool) -> Finding | None:
        """Return what is found of an event, and remember it for those after it."""
        event = self._trial.fitting(recalled.event)
        if event is None:
            return None
        situation = self._trial.situation(event, recalled, self._source(recalled))
        finding = None
        if look and self._rule.id not in recalled.told.rules and recalled.told.kind in self._rule.conditions:
            outcomes = [self._enforced(one) for one in self._trial.outcomes(situation) if self._counts(one)]
            if any(one.rule.id == self._rule.id for one in outcomes):
                made = decide(
                    situation,
                    self._trial.basis,
                    recalled.caution.without_fuses(),
                    lambda *_: outcomes,
                    digest="-",
                    decision="-",
                )
                finding = self._finding(seq, recalled, made)
        self._trial.observe(recalled, situation)
        return finding

    def _counts(self, outcome: Outcome) -> bool:
        """Tell whether an outcome is the rule's own match, or of one that exempts from it."""
        if not isinstance(outcome, Matched):
            return False
        return outcome.rule.id == self._rule.id or (
            outcome.rule.mode is Mode.ENFORCE and _exempts(outcome.rule)
        )

    def _enforced(self, outcome: Outcome) -> Matched:
        mine = outcome.rule.id == self._rule.id
        compared = outcome.compared if isinstance(outcome, Matched) else ()
        return Matched(self._rule if mine else outcome.rule, compared)

    def _finding(self, seq: int, recalled: Recalled, made: Decision) -> Finding | None:
        asked = tuple(
            Asked(effect=one.effect, argument=one.argument)
            for one in made.effects
            if self._rule.id in one.rules and one.effect not in LATE
        )
        if self._rule.id not in made.rules or not asked:
            return None
        told = recalled.told
        return Finding(
            seq=seq,
            decision=told.decision,
            kind=told.kind,
            at=told.at,
            people=told.people,
            clauses=made.clauses,
            asked=asked,
        )

    def _source(self, recalled: Recalled) -> Source:
        return self._archive.source(recalled.told.activation)


def _exempts(rule: Rule) -> bool:
    return any(EFFECTS[effect.name].lane is Lane.EXEMPTION for effect in rule.effects)
