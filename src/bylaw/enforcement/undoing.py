"""Taking actions back: one, all that a rule did, and what followed from either."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError, InputError
from bylaw.enforcement import store
from bylaw.enforcement.acting import Acting, Reasons, demand_reason
from bylaw.enforcement.machine import STEPS, action_id, demand_step, inverse_of, still_reached
from bylaw.enforcement.model import TYPES, UNDONE, State, Undone
from bylaw.enforcement.store import Stood
from bylaw.records.fact import Fact
from bylaw.records.people import subject_of
from bylaw.records.records import Records

AT_ONCE: Final = 500  # actions undone in one commit
GATES: Final = tuple(name for name, row in TYPES.items() if row.gate)


class OfRule(NamedTuple):
    """What stands of what a rule asked for: what undoing it takes back, and what stays for other rules' sake."""

    mine: list[Stood]
    kept: list[Stood]


@dataclass(slots=True)
class Reversal:
    """What undoing did: actions undone, and those kept because another rule asked for them too."""

    undone: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


class Undoing(Acting):
    """Takes actions back by their inverses."""

    def undo(self, action: str, by: str, reason: str) -> Reversal:
        """Take an action back by its inverse, and what followed from it.

        Raises:
            ConflictError: ``action.order``, it does not stand; ``action.no_inverse``.
            InputError: the reason is missing.
            NotFoundError: there is no such action.
        """
        stood = self.find(action)
        demand_step(action, stood.state, State.UNDONE)
        if inverse_of(stood.action, action) is None:
            raise ConflictError("action.no_inverse", f"`{stood.action.effect}` cannot be taken back")
        return self._undo([stood], by, reason)

    def undo_rule(self, rule: str, since: int, by: str, reason: str) -> Reversal:
        """Take back everything that a rule did since an instant, but what other rules asked for as well."""
        return together(self.undoing_rule(rule, since, by, reason))

    def undoing_rule(
        self, rule: str, since: int, by: str, reason: str, *, last: int | None = None, at_once: int = AT_ONCE
    ) -> Iterator[Reversal]:
        """Take back a rule as ``undo_rule`` does, step by step: others may work with the record between two of them.

        Each step is durable when it is yielded. Who stops halfway may begin anew.

        Args:
            rule: whose actions.
            since: an instant.
            by: who does it.
            reason: why; sealed.
            last: the last fact whose actions are taken back; without it, the last there is now.
            at_once: how many actions a step looks at.
        """
        last, after = self._records.head if last is None else last, (0, "")
        demand_reason(reason)
        while True:
            with self._records.reading() as core:
                page = store.of_rule(core, rule, since, after=after, last=last, limit=at_once)
            if not page:
                return
            after = (page[-1].seq, page[-1].action.action)
            found = _parted(page, rule)
            done = self._undo(found.mine, by, reason, rule)
            done.kept = [stood.action.action for stood in found.kept]
            yield done

    def take_back(
        self, actions: Collection[str], by: str, reason: str, also: Sequence[Fact] = ()
    ) -> Reversal:
        """Take actions back as ``undo`` does, in one commit with the facts of a room that tells those concerned itself.

        What does not stand any more, or has no inverse, is left as it is. Of what followed from strikes (sanctions of
        the ladder) people are told as ever.

        Raises:
            InputError: the reason is missing, or there are more than ``AT_ONCE``.
            NotFoundError: there is no such action.
        """
        return self._undo(self._undoable(actions), by, reason, also=also)

    def taking_back(
        self, actions: Collection[str], by: str, reason: str
    ) -> tuple[list[str], list[Fact], set[str]]:
        """Return the actions that taking some back would undo, what followed from them too; the facts to commit.

        The accounts are those that ``following.refresh`` has to be told of afterwards. What does not stand any more, or
        has no inverse, is left as it is.

        Raises:
            InputError, NotFoundError: as for ``take_back``.
        """
        undone, facts, people = list[str](), list[Fact](), set[str]()
        for step, made in self._taking_back(self._undoable(actions), by, reason):
            undone += [one.undoes for one in step.inverses]
            people |= set(step.people)
            facts += made
        return undone, facts, people

    # --

    def _undoable(self, actions: Collection[str]) -> list[Stood]:
        if len(actions) > AT_ONCE:
            raise InputError("action.too_many", f"at most {AT_ONCE} actions are taken back together")
        stood = [found for found in map(self.find, actions) if State.UNDONE in STEPS[found.state]]
        return [s for s in stood if inverse_of(s.action, "")]

    def _undo(
        self,
        stood: Sequence[Stood],
        by: str,
        reason: str,
        rule: str = "",
        also: Sequence[Fact] = (),
    ) -> Reversal:
        done = Reversal()
        if also and not stood:
            demand_reason(reason)
            self._commit(also, ())
        for undone, facts in self._taking_back(stood, by, reason, rule, told=bool(also)):
            self._commit([*facts, *also], undone.people)
            also = ()
            done.undone += [one.undoes for one in undone.inverses]
        return done

    def _taking_back(
        self, stood: Sequence[Stood], by: str, reason: str, rule: str = "", *, told: bool = False
    ) -> Iterator[tuple[Undone, list[Fact]]]:
        """Yield what is taken back in a commit each, or in one. ``told``: of the first people are told already."""
        demand_reason(reason)
        now, gone, waiting = self._records.clock(), set[str](), list(stood)
        while waiting:
            some, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            inverses = [one for s in some if (one := inverse_of(s.action, self._name("cause"))) is not None]
            if not inverses:
                continue
            people = tuple(sorted({one.person for one in inverses if one.person}))
            undone = Undone(at=now, by=by, inverses=tuple(inverses), rule=rule, people=people)
            self._vault.prepare_evidence(map(subject_of, people))
            facts = [self._sealed(UNDONE, canonical_bytes(undone), people, Reasons(reason))]
            if not told:
                facts += self._notifying.of_reversal(undone, self._book(), self._happened(some))
            told = False
            yield undone, facts
            gone |= {one.undoes for one in inverses} | {s.action.action for s in waiting}
            waiting += self._fallen({one.person for one in inverses if one.effect == "withdraw_strike"}, gone)
            waiting += self._purges(some)

    def _purges(self, undone: Iterable[Stood]) -> Iterable[Stood]:
        """Yield what was to delete the content of accounts whose end is taken back."""
        ends = [s.action for s in undone if s.action.effect == "terminate"]
        with self._records.reading() as core:
            for end in ends:
                purge = store.known(core, action_id(end.action, "purge", None, end.person))
                if purge is not None and State.UNDONE in STEPS[purge.state]:
                    yield purge

    def _fallen(self, people: Iterable[str], gone: Collection[str]) -> list[Stood]:
        """Return the sanctions of the ladder that accounts would not have come to without what is gone."""
        fallen = []
        for person in sorted(people):
            with self._records.reading() as core:
                struck = [s for s in store.standing(core, ["strike"], person) if s.action.action not in gone]
                gates = [s for s in store.standing(core, GATES, person) if s.action.rung]
            strikes = [(s.action, s.at) for s in struck]
            left = [s for s in gates if s.action.action not in gone]
            fallen += [s for s in left if not still_reached(s.action, s.at, strikes)]
        return fallen


def together(steps: Iterable[Reversal]) -> Reversal:
    """Return what steps did: what one kept may have followed from what a later one took back."""
    made = list(steps)
    undone = [action for step in made for action in step.undone]
    gone = set(undone)
    return Reversal(undone, [action for step in made for action in step.kept if action not in gone])


def of_rule(records: Records, rule: str, since: int, last: int | None = None) -> OfRule:
    """Return what ``Undoing.undo_rule`` looks at; sanctions of the ladder among ``kept`` go where strikes go."""
    with records.reading() as core:
        return _parted(store.of_rule(core, rule, since, last=last), rule)


def _parted(found: Iterable[Stood], rule: str) -> OfRule:
    told = OfRule([], [])
    for stood in found:
        alone = set(stood.action.rules) <= {rule} and not stood.action.rung
        (told.mine if alone else told.kept).append(stood)
    return told
