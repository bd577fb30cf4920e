"""What the decider hands to people, in the commit of its decisions: a case for each queue that a decision names."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import msgspec
from msgspec import UNSET

from bylaw.cases.model import MAX_PEOPLE, WHOLE, Factors, Raised, What
from bylaw.cases.raising import SettingsOf, fact, routed, weighed
from bylaw.engine.consequences import Ruling
from bylaw.events.event import Event
from bylaw.events.people import people_in
from bylaw.records.fact import Fact
from bylaw.records.people import PEOPLE, alias_of
from bylaw.records.vault.vault import Vault

ASKS: Final = "review"  # the effect
REPORTED: Final = "report.received"
PUBLIC: Final = 800  # thousandths of reach, at least, of what everybody can see
CROWD: Final = 60  # thousandths, each time that the number of recipients doubles


class Referring:
    """Raises cases. Knows nothing of those there are: the fold finds what a case joins."""

    def __init__(self, vault: Vault, settings: SettingsOf) -> None:
        """Take the vault that knows people, and what books say of cases."""
        self._vault = vault
        self._settings = settings

    def resume(self) -> None:
        """See ``Consequences``: nothing is remembered."""

    def settle(self) -> None:
        """See ``Consequences``: nothing is shown."""

    def follow(self, rulings: Sequence[Ruling]) -> list[Fact]:
        """See ``Consequences``. COST: of a decision that asks for nobody, a look at its effects."""
        return [fact(raised) for ruling in rulings for raised in self._raised(ruling)]

    def _raised(self, ruling: Ruling) -> Iterator[Raised]:
        queues: set[str] = set()
        for planned in ruling.decision.effects:
            if planned.effect == ASKS:
                raised = self._routed(ruling, str(planned.argument), planned.rules)
                if raised.queue not in queues:  # routing may take two of them to one queue
                    queues.add(raised.queue)
                    yield raised

    def _routed(self, ruling: Ruling, queue: str, rules: tuple[str, ...]) -> Raised:
        decision, settings = ruling.decision, self._settings(ruling.decision.book)
        clauses = tuple(dict.fromkeys(citation.clause for citation in decision.clauses))
        reporter, people = self._people(ruling.event)
        factors = weighed(settings, clauses, decision.kind, degraded=decision.degraded)
        raised = Raised(
            what=What.COMPLAINT if decision.kind == REPORTED else What.REVIEW,
            queue=queue,
            at=ruling.at,
            seq=ruling.seq,
            decision=decision.id,
            person=ruling.person or "",
            customer=ruling.customer or "",
            reporter=reporter,
            people=people,
            clauses=clauses,
            rules=rules,
            event=decision.kind,
            factors=_reaching(factors, ruling.event),
        )
        return routed(settings, raised)

    def _people(self, event: Event | None) -> tuple[str, tuple[str, ...]]:
        """Return who reported, if somebody did, and all who are named, by their random ids."""
        if event is None:
            return "", ()
        named = list(islice(dict.fromkeys(people_in(event)), MAX_PEOPLE))
        known = self._vault.subjects(PEOPLE, named)
        told = getattr(event, "reporter", UNSET)
        reporter = alias_of(known[told]) if told is not UNSET and told in known else ""
        return reporter, tuple(alias_of(known[name]) for name in named)


def _reaching(factors: Factors, event: Event | None) -> Factors:
    """Return factors that know how many an event reaches, where it says so."""
    reach = factors.reach
    if getattr(event, "visibility", UNSET) == "public":
        reach = max(reach, PUBLIC)
    recipients = getattr(event, "recipient_count", UNSET)
    if isinstance(recipients, int):
        reach = min(WHOLE, reach + CROWD * max(0, recipients.bit_length() - 1))
    return factors if reach == factors.reach else msgspec.structs.replace(factors, reach=reach)
