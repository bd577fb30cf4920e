"""The verbs: a plan agreed to, carried out step by step, stopped, taken back. For whoever writes the record, one at a time.

Nothing is done twice: what was done about an event before, by whomever, and even if somebody took it back, is not asked for
again; a step that was carried out is refused by the fold when it comes a second time.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.base.ids import derived_id, time_ordered_id
from bylaw.enforcement.folding import ACTIONS
from bylaw.enforcement.retroactive import model, store
from bylaw.enforcement.retroactive.machine import demand_second, following
from bylaw.enforcement.retroactive.model import MOST, STEP, Carried, Plan, Planned, State, Step, Undone
from bylaw.enforcement.undoing import AT_ONCE
from bylaw.enforcement.workflow import Enforcement
from bylaw.engine.archive import Archive
from bylaw.engine.consequences import Consequences, Ruling
from bylaw.engine.decision import SEMANTICS, Decision
from bylaw.engine.decision import Planned as Effect
from bylaw.engine.recalling import Recalled
from bylaw.engine.recording import instant
from bylaw.engine.retrospect import Finding, Found
from bylaw.events.decode import event_digest
from bylaw.events.people import answerable
from bylaw.records.fact import Fact
from bylaw.records.folder import BLOBS
from bylaw.records.papers import Papers
from bylaw.records.people import PEOPLE, alias_of
from bylaw.records.records import Records
from bylaw.records.vault.uses import Destroyed
from bylaw.records.vault.vault import Vault
from bylaw.rules.effects import EFFECTS, Lane

FOLDER: Final = "retroactive"  # below the blobs of a data folder
REASON: Final = "retroactive enforcement was taken back"
_CHANCE: Final = 9


class Look(NamedTuple):
    """What was looked at: which rule of which book, its clauses, which rows."""

    rule: str
    book: str
    clauses: tuple[str, ...]
    first: int
    last: int


class Retroactive:
    """Plans of a record."""

    def __init__(
        self,
        records: Records,
        vault: Vault,
        archive: Archive,
        enforcement: Enforcement,
        consequences: Consequences,
    ) -> None:
        """Take what it works with; ``consequences`` make of decisions what is done about them."""
        self.papers = Papers(records.place.folder / BLOBS / FOLDER)
        self._records = records
        self._vault = vault
        self._archive = archive
        self._enforcement = enforcement
        self._consequences = consequences

    def find(self, plan: str) -> Plan:
        """Return a plan; raises ``NotFoundError`` if there is none."""
        with self._records.reading() as core:
            return store.plan_of(core, plan)

    def findings(self, plan: Plan) -> tuple[Finding, ...]:
        """Return what a plan is about."""
        return msgspec.json.decode(self.papers.read(plan.said.paper), type=tuple[Finding, ...])

    def plan(self, look: Look, found: Found, by: str) -> Plan:
        """Keep what was found as a plan, which waits for a second person; not what an earlier plan of the rule was about."""
        earlier = self._earlier(look.rule)
        fresh = tuple(finding for finding in found.findings[:MOST] if finding.seq not in earlier)
        name = time_ordered_id("retro", self._records.clock() // 1000, self._records.chance(_CHANCE))
        effects = Counter(asked.effect for finding in fresh for asked in finding.asked)
        said = Planned(
            plan=name,
            rule=look.rule,
            book=look.book,
            clauses=look.clauses,
            first=look.first,
            last=look.last,
            events=found.events,
            stood=found.stood + len(found.findings[:MOST]) - len(fresh),
            unreadable=found.unreadable,
            over=found.over,
            findings=len(fresh),
            accounts=len({finding.people[0] for finding in fresh if finding.people}),
            effects=dict(sorted(effects.items())),
            paper=self.papers.keep(canonical_bytes(fresh)),
            by=by,
        )
        self._records.commit([Fact(model.PLANNED, canonical_bytes(said))])
        return self.find(name)

    def approve(self, plan: str, by: str) -> Plan:
        """Agree to a plan; it is carried out from then on.

        Raises:
            ConflictError: ``retroactive.same_person``, ``retroactive.order``.
        """
        demand_second(by, self.find(plan).said.by)
        return self._stepped(model.APPROVED, plan, by)

    def refuse(self, plan: str, by: str) -> Plan:
        """Refuse a plan."""
        return self._stepped(model.REFUSED, plan, by)

    def stop(self, plan: str, by: str) -> Plan:
        """Have no more of a plan carried out; what was done stays."""
        return self._stepped(model.STOPPED, plan, by)

    def resume(self, plan: str, by: str) -> Plan:
        """Have the rest of a plan carried out."""
        return self._stepped(model.RESUMED, plan, by)

    def undo(self, plan: str, by: str) -> Plan:
        """Have everything taken back that a plan did."""
        return self._stepped(model.UNDOING, plan, by)

    # -- what waits in the outbox

    def go_on(self, plan: str, token: bytes) -> None:
        """Do the next step of a plan, in the commit that takes its entry (``token``) out of the outbox."""
        stands = self.find(plan)
        if stands.state is State.CARRYING:
            self._carry(stands, token)
        elif stands.state is State.UNDOING:
            self._take_back(stands, token)

    def _carry(self, plan: Plan, token: bytes) -> None:
        findings, since = self.findings(plan), plan.upto
        some = findings[since : since + STEP]
        upto = since + len(some)
        with self._records.turn:
            rulings = list(self._rulings(plan, some))
            following_facts = self._consequences.follow(rulings)
            actions = tuple(self._acted(rulings))
            carried = Carried(
                plan=plan.said.plan,
                since=since,
                upto=upto,
                actions=actions,
                left=len(some) - len(rulings),
                done=upto >= len(findings),
            )
            try:
                self._records.commit(
                    [*following_facts, Fact(model.CARRIED, canonical_bytes(carried))], done=[token]
                )
            except BaseException:
                self._consequences.resume()
                raise
        self._consequences.settle()

    def _take_back(self, plan: Plan, token: bytes) -> None:
        name = plan.said.plan
        with self._records.reading() as core:
            some = store.standing_actions(core, name, AT_ONCE)
            more = len(store.standing_actions(core, name, AT_ONCE + 1)) > len(some)
            by = store.who_acts(core, name)
        undone = Undone(plan=name, actions=tuple(some), done=not more)
        _, facts, people = self._enforcement.taking_back(some, by, REASON)
        self._records.commit([*facts, Fact(model.UNDONE, canonical_bytes(undone))], done=[token])
        self._enforcement.following.refresh(people)

    def _rulings(self, plan: Plan, findings: Sequence[Finding]) -> Iterator[Ruling]:
        """Yield what a rule asks for now of events, without what was done about them before."""
        now = self._records.clock()
        done = self._done([finding.seq for finding in findings])
        for finding in findings:
            asked = [one for one in finding.asked if not _is_done(one.effect, done.get(finding.seq, set()))]
            if not asked:
                continue
            try:
                recalled = self._archive.recall(self._records.row(finding.seq))
            except Destroyed:
                continue
            person, customer = answerable(recalled.event)
            known = self._vault.subjects(PEOPLE, {one for one in (person, customer) if one})
            aliases = {one: alias_of(subject) for one, subject in known.items()}
            effects = tuple(
                Effect(effect=one.effect, argument=one.argument, rules=(plan.said.rule,)) for one in asked
            )
            yield Ruling(
                finding.seq,
                _decision(plan, finding, recalled, effects),
                now,
                aliases.get(person) if person else None,
                aliases.get(customer) if customer else None,
                recalled.event,
                derived_id("cause", "retroactive", plan.said.rule, str(finding.seq)),
            )

    def _earlier(self, rule: str) -> set[int]:
        """Return the events that earlier plans of a rule acted on, or were about to when they were stopped."""
        with self._records.reading() as core:
            plans = store.plans(core, rule=rule)
        return {one.seq for plan in plans for one in self.findings(plan)[: plan.upto]}

    def _done(self, seqs: Sequence[int]) -> dict[int, set[str]]:
        """Return what was done about events, whatever became of it."""
        query = sa.select(ACTIONS.c.source, ACTIONS.c.effect).where(ACTIONS.c.source.in_(seqs))
        done: dict[int, set[str]] = {}
        with self._records.reading() as core:
            for source, effect in core.execute(query):
                done.setdefault(source, set()).add(effect)
        return done

    def _acted(self, rulings: Sequence[Ruling]) -> Iterator[str]:
        latest = self._enforcement.following.latest
        for ruling in rulings:
            resolved = latest.get(ruling.decision.id)
            yield from (action.action for action in resolved.actions) if resolved else ()

    def _stepped(self, kind: str, plan: str, by: str) -> Plan:
        following(plan, self.find(plan).state, kind)
        self._records.commit([Fact(kind, canonical_bytes(Step(plan=plan, by=by)))])
        return self.find(plan)


def _decision(plan: Plan, finding: Finding, recalled: Recalled, effects: tuple[Effect, ...]) -> Decision:
    """Return the decision as it stands, with what the rule adds to it and nothing else."""
    return Decision(
        id=finding.decision,
        event_id=recalled.event.id,
        event_digest=event_digest(recalled.event),
        kind=finding.kind,
        at=instant(finding.at),
        book=plan.said.book,
        semantics=SEMANTICS,
        clauses=finding.clauses,
        rules=(plan.said.rule,),
        shadow=(),
        effects=effects,
        dropped=(),
        matches=(),
        signals=(),
        diagnostics=(),
        degraded=False,
    )


def _is_done(effect: str, done: set[str]) -> bool:
    """Tell whether an effect, or a stronger one on the same content, was done."""
    if effect in done:
        return True
    row = EFFECTS[effect]
    others = (EFFECTS[one] for one in done if one in EFFECTS)
    return row.lane is Lane.CONTENT and any(
        one.lane is Lane.CONTENT and one.strength >= row.strength for one in others
    )
