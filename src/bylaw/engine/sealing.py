"""What was decided, made ready to be recorded: people under random ids, the rest sealed under a person's key.

An event is sealed under the key of the person whose data it is; without one, under the key of its day. What broke
a rule is evidence, and has a key of its own: the profile can be destroyed while evidence is held.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from bylaw.engine.recording import KIND, Recorder
from bylaw.engine.term import Decided
from bylaw.events.event import Event
from bylaw.events.people import answerable, owner_of, people_in
from bylaw.records.fact import Fact, associated
from bylaw.records.people import PEOPLE, alias_of
from bylaw.records.vault.uses import Use
from bylaw.records.vault.vault import Vault


class Draft(NamedTuple):
    """A decided event that is not yet recorded, and when it arrived."""

    event: Event
    arrived: datetime
    decided: Decided


def sealed(drafts: Mapping[bytes, Draft], recorder: Recorder, vault: Vault) -> list[Fact]:
    """Return the facts that record drafts, which go by their tags. Every key is durable on return.

    Raises:
        BylawError: of the vault.
    """
    named = [tuple(dict.fromkeys(people_in(draft.event))) for draft in drafts.values()]
    everybody = {one for names in named for one in names}
    loud = {tag: draft for tag, draft in drafts.items() if not draft.decided.decision.silent}
    suspects = {one for draft in loud.values() for one in _suspects(draft)}
    people = vault.subjects(PEOPLE, everybody, everybody & suspects)
    aliases = {one: alias_of(subject) for one, subject in people.items()}
    vault.prepare_evidence(_subject(draft, people, vault) for draft in loud.values())  # left: those of days
    facts = []
    for (tag, draft), names in zip(drafts.items(), named, strict=True):
        event, arrived, (decision, caution) = draft
        body = recorder.body(decision, tuple([aliases[one] for one in names]))
        payload = recorder.payload(event, arrived, decision, caution, aliases.__getitem__)
        subject, use = _subject(draft, people, vault), Use.EVIDENCE if tag in loud else Use.PROFILE
        facts.append(
            Fact(KIND, body, tag, subject, vault.seal(subject, use, payload, associated(KIND, tag, body)))
        )
    return facts


def _suspects(draft: Draft) -> Iterator[str]:
    """Yield of whom there will be evidence: whose event it is, and who answers for it and will be told."""
    owner = owner_of(draft.event)
    if owner is not None:
        yield owner
    if draft.decided.decision.effects:
        person, _ = answerable(draft.event)
        if person is not None:
            yield person


def _subject(draft: Draft, people: Mapping[str, bytes], vault: Vault) -> bytes:
    owner = owner_of(draft.event)
    return vault.day(draft.arrived.date()) if owner is None else people[owner]
