"""Back-test: what another book would have decided of the events on record.

Windows are made again in sequence from the first recorded event, by the counters of the other book: nothing is
approximated. Two things are left out and said so. *Fuses*: quotas and brakes depend on the day, and a back-test
asks what rules say; what was decided under a fuse is compared as it would have been without. *What cannot be read*
any more, because a key was destroyed, is counted and not guessed; it is missing in windows too.

Over several processes it stays exact: each follows every event before its own stretch, as if it had decided them,
and decides its own. What is remembered is a function of the events observed, in order, and deciding changes
nothing in it; so each decides from the very state that a single process would have at that event. Following is
cheaper than deciding, so later stretches are shorter.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bylaw.base.errors import IntegrityError
from bylaw.engine.archive import Archive, Damage, Source
from bylaw.engine.backtest_counts import Found, Result, Shadow
from bylaw.engine.brakes import Caution
from bylaw.engine.charter import Charter
from bylaw.engine.compiled import compiled, judge
from bylaw.engine.decide import decide
from bylaw.engine.matching import Matched, Outcome
from bylaw.engine.memory.keys import Keys
from bylaw.engine.memory.memory import Memory
from bylaw.engine.recalling import Recalled
from bylaw.engine.replay import Replay
from bylaw.engine.said import SILENT, Said, said
from bylaw.engine.situation import Situation, situation_of
from bylaw.engine.stretch import Stretch
from bylaw.engine.verdicts import Verdicts, with_above
from bylaw.events.event import Event
from bylaw.records.fact import Row
from bylaw.records.store import PAGE
from bylaw.records.vault.uses import Destroyed
from bylaw.rules.rule import Mode


class Backtest:
    """One pass over a record with another book."""

    def __init__(self, archive: Archive, keys: Keys, charter: Charter, verdicts: Verdicts) -> None:
        """Start before the first event.

        Args:
            archive: the decided events.
            keys: under which what rules asked was recorded.
            charter: the other book.
            verdicts: what people said of events; may be empty.
        """
        self._archive = archive
        self._replay = Replay(archive, keys)
        self._trial = Trial(charter, keys)
        self._verdicts = verdicts

    def run(self, own: Stretch, *, leads: bool = True) -> Iterator[int | Result]:
        """Follow all rows before a stretch, decide it; yield how many rows were done, and the result at last.

        ``leads``: no other process has the rows before, so what cannot be read there is counted here.
        """
        result = Result(first=own.first)
        for first in range(1, own.last + 1, PAGE):
            last = min(first + PAGE - 1, own.last)
            with self._archive.steady():
                for row in self._archive.decided(first, last):
                    if row.seq < own.first:
                        followed = self._followed(row)
                        result.unread_before += leads and not followed
                    else:
                        self._decided(row, result)
            yield last - first + 1
        yield result

    def _recalled(self, row: Row | Damage) -> Recalled | None:
        """Return what a row says; nothing where a key is gone.

        Raises:
            IntegrityError: it is damaged.
        """
        if isinstance(row, Damage):
            raise IntegrityError(row.code, f"the fact {row.seq} is damaged")
        try:
            return self._archive.recall(row)
        except Destroyed:
            return None

    def _followed(self, row: Row | Damage) -> bool:
        try:
            recalled = self._recalled(row)
        except IntegrityError:
            return False
        if recalled is None:
            return False
        event = self._trial.fitting(recalled.event)
        if event is not None:
            self._trial.observe(recalled, self._trial.situation(event, recalled, self._source(recalled)))
        return True

    def _decided(self, row: Row | Damage, result: Result) -> None:
        try:
            recalled = self._recalled(row)
        except IntegrityError:
            result.damaged += 1
            return
        if recalled is None:
            result.unreadable += 1
            return
        source = self._source(recalled)
        before = self._before(source, recalled, result)
        after, shadows = self._after(source, recalled, result)
        found = Found(row.seq, recalled.told.decision, recalled.told.kind, recalled.told.at, before, after)
        result.add(found, shadows)
        held = self._verdicts.of(recalled.event.id, row.seq)
        if held:
            result.judged += 1
            mine = source.charter.basis.rules.get(found.kind, ())
            others = self._trial.basis.rules.get(found.kind, ())
            held = with_above(held, (clause for rule in (*mine, *others) for clause in rule.clauses))
            result.before.add(held, before, mine)
            result.after.add(held, after, others)

    def _source(self, recalled: Recalled) -> Source:
        return self._archive.source(recalled.told.activation)

    def _before(self, source: Source, recalled: Recalled, result: Result) -> Said:
        rest = recalled.kept.rest
        if rest is None:  # a fuse never silences: what it holds back stands in the decision
            return SILENT
        if not recalled.caution.fused:
            return said(rest)
        result.fused += 1
        return said(self._replay.without_fuses(source, recalled))

    def _after(self, source: Source, recalled: Recalled, result: Result) -> tuple[Said, list[Shadow]]:
        event = self._trial.fitting(recalled.event)
        if event is None:
            result.unknown[recalled.told.kind] += 1
            return SILENT, []
        situation = self._trial.situation(event, recalled, source)
        outcomes = self._trial.outcomes(situation)
        caution = recalled.caution.without_fuses()
        after = self._trial.said(situation, outcomes, caution)
        shadows = list(self._trial.shadows(situation, outcomes, after, caution))
        self._trial.observe(recalled, situation)
        return after, shadows


class Trial:
    """The other book, and what it remembers."""

    def __init__(self, charter: Charter, keys: Keys) -> None:
        self.basis = charter.basis
        self.fitting = charter.fitting  # an event as this book knows it
        self._signals = charter.activation.signals
        self._matcher = compiled(self.basis)
        self._memory = Memory(self.basis.memory, keys, judge=judge(self.basis))

    def situation(self, event: Event, recalled: Recalled, source: Source) -> Situation:
        """Return the situation of an event in this book's windows.

        A signal is a function of the event and the lists in its version: where those are the same, what was
        recorded of it is what it would be.
        """
        alike = source.activation.signals == self._signals and source.charter.basis.lists == self.basis.lists
        known = recalled.signals if alike else {}
        return situation_of(event, self.basis, self._memory.reader(event, recalled.arrived), known)

    def observe(self, recalled: Recalled, situation: Situation) -> None:
        """Remember an event."""
        self._memory.observe(situation.event, recalled.arrived, situation.bindings)

    def outcomes(self, situation: Situation) -> tuple[Outcome, ...]:
        """Return what the rules say."""
        return tuple(self._matcher(situation.rules, situation.kind, situation.bindings))

    def said(self, situation: Situation, outcomes: tuple[Outcome, ...], caution: Caution) -> Said:
        """Return what is decided when the rules say this."""
        if not outcomes:
            return SILENT
        # COST: ids and digests are no part of what is compared.
        return said(decide(situation, self.basis, caution, lambda *_: outcomes, digest="-", decision="-"))

    def shadows(
        self, situation: Situation, outcomes: tuple[Outcome, ...], after: Said, caution: Caution
    ) -> Iterable[Shadow]:
        """Return, for each rule in shadow that matched, what would be decided if it alone were enforced."""
        for place, outcome in enumerate(outcomes):
            if isinstance(outcome, Matched) and outcome.rule.mode is Mode.SHADOW:
                enforced = Matched(replace(outcome.rule, mode=Mode.ENFORCE), outcome.compared)
                others = (*outcomes[:place], enforced, *outcomes[place + 1 :])
                yield Shadow(outcome.rule.id, after, self.said(situation, others, caution))
