"""What the decider does about its decisions, in the same commit."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from bylaw.base.canonical import canonical_bytes
from bylaw.enforcement import store
from bylaw.enforcement.folding import AT_ONCE
from bylaw.enforcement.model import RESOLVED, TYPES, Resolved
from bylaw.enforcement.notifying import Notifying, is_told
from bylaw.enforcement.resolve import Sanctions, resolve
from bylaw.enforcement.standing import Gate, Standing
from bylaw.engine.consequences import Ruling
from bylaw.records.fact import Fact
from bylaw.records.people import named, subject_of
from bylaw.records.records import Records
from bylaw.records.vault.vault import Vault

KEPT: Final = frozenset({name for name, row in TYPES.items() if row.gate} | {"strike", "none"})


class Following:
    """Resolves decisions, and knows what stands. One call at a time, by whoever writes the record.

    ``gate`` may be asked by anybody, at any time.
    """

    def __init__(
        self, records: Records, vault: Vault, sanctions: Callable[[str], Sanctions], notifying: Notifying
    ) -> None:
        """Stand where the record stands. ``sanctions`` returns what the book with a digest says."""
        self.gate = Gate()
        self.standing = Standing()
        self._records = records
        self._vault = vault
        self._sanctions = sanctions
        self._notifying = notifying
        self._touched: set[str] = set()
        # What was made of the decisions of the last batch, by their ids.
        self.latest: dict[str, Resolved] = {}
        self.resume()

    def resume(self) -> None:
        """See ``Consequences``."""
        self.standing, self._touched = Standing(), set()
        self._read()
        found = ((named(self._vault, person), person) for person in self.standing.people())
        now = self._records.clock()
        self.gate.replace(
            {account: tuple(self.standing.gates(person, now)) for account, person in found if account}
        )

    def _read(self, *people: str) -> None:
        """Let stand what stands on record of accounts, or of all; not what is over, as most strikes of years are."""
        now = self._records.clock()
        with self._records.reading() as core:
            for stood in store.standing(core, KEPT, *people):
                if stood.action.until is None or now < stood.action.until:
                    self.standing.begin(stood.action, stood.at)

    def follow(self, rulings: Sequence[Ruling]) -> list[Fact]:
        """See ``Consequences``."""
        made = [(ruling, self._resolved(ruling)) for ruling in rulings]
        self.latest = {ruling.decision.id: resolved for ruling, resolved in made if resolved}
        told = {person for _, resolved in made if resolved for person in resolved.people}
        self._vault.prepare_evidence(map(subject_of, told))
        return [fact for ruling, resolved in made for fact in self._facts(ruling, resolved)]

    def _resolved(self, ruling: Ruling) -> Resolved | None:
        resolved = resolve(ruling, self.standing, self._sanctions(ruling.decision.book))
        if resolved is not None:
            self._begin(resolved)
        return resolved

    def _facts(self, ruling: Ruling, resolved: Resolved | None) -> Iterator[Fact]:
        if resolved is not None:
            yield Fact(RESOLVED, canonical_bytes(resolved))
            yield from self._notifying.of_decision(resolved, ruling.decision)
        asked = any(planned.effect == "notify" for planned in ruling.decision.effects)
        if asked and ruling.person and not (resolved and is_told(resolved.actions)):
            yield from self._notifying.of_mention(ruling.person, ruling.at, ruling.decision)

    def _begin(self, resolved: Resolved) -> None:
        for action in resolved.actions:
            if action.effect in KEPT:
                self.standing.begin(action, resolved.at)
                self._touched.add(action.person)

    def settle(self) -> None:
        """See ``Consequences``: what is durable shows at the gate."""
        touched, self._touched = self._touched, set()
        now = self._records.clock()
        for person in touched:
            account = named(self._vault, person)
            if account:
                self.gate.show(account, tuple(self.standing.gates(person, now)))

    def refresh(self, people: Iterable[str]) -> None:
        """Take note of what was recorded about accounts beside decisions."""
        changed = sorted({person for person in people if person})
        for start in range(0, len(changed), AT_ONCE):
            some = changed[start : start + AT_ONCE]
            for person in some:
                self.standing.forget(person)
            self._read(*some)
        self._touched.update(changed)
        self.settle()
