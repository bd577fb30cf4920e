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
    named = {one for draft in drafts.values() for one in people_in(draft.event)}
    suspects = {one for draft in drafts.values() for one in _suspects(draft)}
    people = vault.subjects(PEOPLE, named, named & suspects)
    aliases = {one: alias_of(subject) for one, subject in people.items()}
    subjects = {tag: _subject(draft, people, vault) for tag, draft in drafts.items()}
    uses = {tag: _use(draft) for tag, draft in drafts.items()}
    vault.prepare_evidence(subject for tag, subject in subjects.items() if uses[tag] is Use.EVIDENCE)
    facts = []
    for tag, (event, arrived, (decision, caution)) in drafts.items():
        body = recorder.body(decision, tuple(dict.fromkeys(aliases[one] for one in people_in(event))))
        payload = recorder.payload(event, arrived, decision, caution, aliases.__getitem__)
        subject = subjects[tag]
        secret = vault.seal(subject, uses[tag], payload, associated(KIND, tag, body))
        facts.append(Fact(KIND, body, tag, subject, secret))
    return facts


def _suspects(draft: Draft) -> Iterator[str]:
    """Yield of whom there will be evidence: whose event it is, and who answers for it and will be told."""
    if draft.decided.decision.silent:
        return
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


def _use(draft: Draft) -> Use:
    return Use.PROFILE if draft.decided.decision.silent else Use.EVIDENCE
