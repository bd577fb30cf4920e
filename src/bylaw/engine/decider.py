"""The decider: events in, recorded decisions out. One for an operator, one call at a time.

deduplicate → decide and observe, one event after the other → seal → commit → answer. What it answers is durable.
What it remembers follows the record: after a commit that failed, it is made again from snapshot and journal.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from bylaw.base.errors import BylawError, RefusedError
from bylaw.engine.archive import TAGS, Archive, Charters, Source
from bylaw.engine.charter import KIND as ACTIVATED
from bylaw.engine.charter import Charter
from bylaw.engine.consequences import Consequences, NoConsequences, Ruling
from bylaw.engine.decision import Decision
from bylaw.engine.duplicates import Seen
from bylaw.engine.insisting import warned_of
from bylaw.engine.memory.keys import Keys
from bylaw.engine.recording import KIND as DECIDED
from bylaw.engine.recording import decision_id, event_tag, instant, microseconds
from bylaw.engine.sealing import Draft, sealed
from bylaw.engine.term import Term, remembered
from bylaw.events.decode import event_digest
from bylaw.events.event import Event
from bylaw.events.people import answerable
from bylaw.records.fact import SUBJECT_BYTES, Fact
from bylaw.records.people import PEOPLE, alias_of
from bylaw.records.records import Records
from bylaw.records.snapshots import Snapshot, Snapshots
from bylaw.records.vault.uses import Destroyed, Use
from bylaw.records.vault.vault import Vault

SNAPSHOT_EVERY: Final = 100_000  # facts between two snapshots of what is remembered


class Arrival(NamedTuple):
    """An event and when the service got it; ``event.at`` where that is not known, as in an archive.

    ``warned`` is the decision (its id, or its event's) that warned the author, who insists; whether it did is looked at.
    """

    event: Event
    at: datetime
    warned: str = ""


class Answer(NamedTuple):
    """What became of an event.

    ``decision`` is the first decision for an event that was seen before, and nothing where the id was used for
    something else or the first event can no longer be read. ``seq`` is the number of the fact.
    """

    seen: Seen
    decision: Decision | None
    seq: int


class Decider:
    """Decides by the book in force."""

    def __init__(
        self,
        records: Records,
        vault: Vault,
        snapshots: Snapshots,
        charters: Charters,
        consequences: Consequences | None = None,
    ) -> None:
        """Start where the record ends.

        Args:
            records: of the operator; this is the one that writes there.
            vault: of the operator.
            snapshots: of what was remembered.
            charters: of the books that ever decided.
            consequences: make of decisions what is done about them; without any, nothing is.
        """
        self._consequences = consequences or NoConsequences()
        self.archive = Archive(records, vault, charters)
        self._records = records
        self._vault = vault
        self._snapshots = snapshots
        self._keys = Keys(vault.secret("windows"))
        self._tag_key = vault.secret(TAGS)
        self._term: Term | None = None
        self._saved = 0  # the last fact that a snapshot holds
        self._behind = True  # what is remembered is not what the record says
        self._keep_up()

    @property
    def charter(self) -> Charter | None:
        """The book in force; nothing before the first activation."""
        return self._term.source.charter if self._term else None

    @property
    def braked(self) -> frozenset[str]:
        """Rules that the emergency brake turned to shadow since their book came into force."""
        return frozenset(self._term.brakes.dump().braked) if self._term else frozenset()

    @property
    def planned(self) -> dict[str, int]:
        """How often each effect that has a quota was planned on the day it is."""
        return self._term.brakes.dump().planned if self._term else {}

    def activate(self, charter: Charter, also: Sequence[Fact] = ()) -> int:
        """Put a kept book into force, from the next event on; return the number of the fact that says so.

        The book in force stays so, unless this program would decide otherwise than the one before it. ``also`` is
        recorded in the same commit.
        """
        self._keep_up()
        activation, term = charter.activation, self._term
        if term and term.source.activation == activation:
            if also:
                self._records.commit(also)
            return term.source.recorder.activation
        seq = self._records.commit([activation.fact(), *also]).first
        source = Source(charter, activation, charter.recorder(seq, activation.semantics))
        self._term = Term.begin(source, self._keys, before=term)
        return seq

    def decide(self, arrivals: Sequence[Arrival]) -> list[Answer]:
        """Decide events in their order, in one commit. Durable on return; an answer for each event.

        Raises:
            RefusedError: ``decider.no_book``, none is in force.
            BylawError: of the record or the vault. Whether the events were recorded is found by deciding them
                again: an event is decided once.
        """
        self._keep_up()
        if self._term is None:
            raise RefusedError("decider.no_book", "no book is in force", hint="activate one first")
        tags = [event_tag(self._tag_key, arrival.event.id) for arrival in arrivals]
        known = self._records.find(tags)
        self._behind = True  # until what is decided below is recorded
        drafts: dict[bytes, Draft] = {}
        for tag, arrival in zip(tags, arrivals, strict=True):
            if tag not in known and tag not in drafts:
                drafts[tag] = self._draft(self._term, tag, arrival)
        facts = sealed(drafts, self._term.source.recorder, self._vault)
        with (
            self._records.turn
        ):  # what follows names the facts that will record decisions: nobody commits in between
            following = self._consequences.follow(list(self._rulings(drafts)))
            first = self._records.commit([*facts, *following]).first if facts else 0
        self._consequences.settle()
        self._behind = False
        if self._records.head - self._saved >= SNAPSHOT_EVERY:
            self.save()
        known |= {tag: first + number for number, tag in enumerate(drafts)}
        return list(self._answers(zip(tags, arrivals, strict=True), drafts, known))

    def save(self) -> None:
        """Keep a snapshot of what is remembered, so that the next start is quick. Durable on return."""
        self._keep_up()
        head = self._records.head
        if self._term is None or self._saved == head:
            return
        subject = self._vault.day(instant(self._term.memory.last).date())
        kept = self._vault.seal(subject, Use.PROFILE, self._term.remembered(), self._bound(head))
        self._snapshots.save(Snapshot(head, subject + kept))
        self._saved = head

    def forget(self) -> None:
        """Remember anew, before the next decision, what the record still tells: after somebody was destroyed.

        COST: reads the journal from its beginning, as snapshots still count whom it forgets.
        """
        self._snapshots.forget()
        self._behind = True

    def _keep_up(self) -> None:
        """Remember what the record says came before, unless that is so."""
        if not self._behind:
            return
        self._consequences.resume()
        self._term, self._saved = self._saved_term()
        for row in self._records.rows(self._saved + 1, self._records.head, kinds={ACTIVATED, DECIDED}):
            if row.kind == ACTIVATED:
                self._term = Term.begin(self.archive.source(row.seq), self._keys, before=self._term)
            elif self._term:
                try:
                    self._term.follow(self.archive.recall(row))
                except Destroyed:
                    continue  # who is forgotten is not counted either
        self._behind = False

    def _saved_term(self) -> tuple[Term | None, int]:
        """Return the term of the newest snapshot that is of this record and can be read, and its last fact."""
        for seq, kept in self._snapshots.newest():
            try:
                data = self._vault.unseal(kept[:SUBJECT_BYTES], kept[SUBJECT_BYTES:], self._bound(seq))
                state = remembered(data)
                return Term.resume(self.archive.source(state.activation), self._keys, state), seq
            except BylawError:
                continue  # a snapshot only saves time
        return None, 0

    def _bound(self, seq: int) -> bytes:
        """What a snapshot is bound to: the record as it was."""
        return b"windows" + self._records.row(seq).leaf

    def _draft(self, term: Term, tag: bytes, arrival: Arrival) -> Draft:
        basis = term.source.charter.basis
        decision = decision_id(basis.operator, tag, basis.book)
        warned = self._warned(arrival) if arrival.warned else frozenset()
        return Draft(arrival.event, arrival.at, term.decide(arrival.event, arrival.at, decision, warned))

    def _warned(self, arrival: Arrival) -> frozenset[str]:
        """Return the rules of which the author was warned."""
        row = self.archive.find(arrival.warned)
        if row is None or row.kind != DECIDED:
            return frozenset()
        try:
            return warned_of(self.archive.recall(row), arrival.event, arrival.at)
        except Destroyed:
            return frozenset()

    def _rulings(self, drafts: Mapping[bytes, Draft]) -> Iterator[Ruling]:
        """Yield the decisions that plan something, and where they will stand when they are committed next."""
        for number, draft in enumerate(drafts.values(), start=self._records.head + 1):
            if not draft.decided.decision.effects:
                continue
            person, customer = answerable(draft.event)
            known = self._vault.subjects(PEOPLE, {one for one in (person, customer) if one})
            aliases = {one: alias_of(subject) for one, subject in known.items()}
            yield Ruling(
                number,
                draft.decided.decision,
                microseconds(draft.arrived),
                aliases.get(person) if person else None,
                aliases.get(customer) if customer else None,
                draft.event,
            )

    def _answers(
        self,
        asked: Iterable[tuple[bytes, Arrival]],
        drafts: Mapping[bytes, Draft],
        places: Mapping[bytes, int],
    ) -> Iterator[Answer]:
        fresh = set(drafts)
        for tag, (event, *_) in asked:
            draft, seq = drafts.get(tag), places[tag]
            if draft is None:
                yield self._earlier(event, seq)
            elif tag in fresh:
                fresh.remove(tag)
                yield Answer(Seen.NEW, draft.decided.decision, seq)
            else:
                yield _again(event, draft.decided.decision, seq)

    def _earlier(self, event: Event, seq: int) -> Answer:
        try:
            return _again(event, self.archive.recall(self._records.row(seq)).decision, seq)
        except Destroyed:
            return Answer(Seen.SAME, None, seq)


def _again(event: Event, first: Decision, seq: int) -> Answer:
    if first.event_digest == event_digest(event):
        return Answer(Seen.SAME, first, seq)
    return Answer(Seen.CONFLICT, None, seq)
