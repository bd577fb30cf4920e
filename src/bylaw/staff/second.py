"""What cannot be undone takes two people: one asks for it, another agrees, then it is carried out.

Whoever opens a data folder says who they are, and is believed: this keeps one person from doing it by mistake, and
leaves on the record who said to have asked and agreed. Where nobody works here one person does it, and the record says so.
"""

from collections.abc import Mapping
from typing import Final

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError, InputError, NotFoundError, RefusedError
from bylaw.base.ids import time_ordered_id
from bylaw.records.fact import Fact, associated
from bylaw.records.records import Records
from bylaw.records.vault.uses import Destroyed, Use
from bylaw.records.vault.vault import Vault
from bylaw.staff import model, store
from bylaw.staff.model import State
from bylaw.staff.permissions import may
from bylaw.staff.roles import Role, grants_of
from bylaw.staff.steps import AGREED, ASKED, Agreed, Asked, Step, Verb, step_of

LAPSES: Final = 30 * 86_400_000_000  # microseconds, after which nobody can agree any more
NEEDS: Final[Mapping[Verb, str]] = {Verb.ERASE: "privacy.erase", Verb.RELEASE: "hold.release"}
AGREES: Final = "approval.give"
_HERE: Final = frozenset({State.ACTIVE, State.SUSPENDED})
_CHANCE: Final = 9


class Second:
    """Steps of a record that is open for writing. ``roles`` are those in force."""

    def __init__(self, records: Records, vault: Vault, roles: Mapping[str, Role]) -> None:
        self._records = records
        self._vault = vault
        self._roles = roles

    @property
    def alone(self) -> bool:
        """Whether nobody works here: then one person is enough."""
        with self._records.reading() as core:
            return not any(member.state in _HERE for member in store.members(core))

    def ask(self, what: Asked, reason: str = "") -> Step:
        """Record that a step is asked for, or, where nobody works here, that it is done; durable on return.

        Args:
            what: the step; its id and ``alone`` are filled in here.
            reason: in the words of whoever asks; sealed.

        Raises:
            InputError: ``step.by``, nobody says who asks.
            RefusedError: ``step.may_not``. NotFoundError: ``staff.unknown``.
        """
        alone = self.alone
        if not alone:
            self._demand(what.by, NEEDS[what.verb])
        step = time_ordered_id("step", self._records.clock() // 1000, self._records.chance(_CHANCE))
        asked = Asked(
            step=step,
            verb=what.verb,
            by="" if alone else what.by,
            alone=alone,
            subjects=what.subjects,
            ground=what.ground,
            hold=what.hold,
        )
        self._records.commit([self._fact(asked, reason)])
        return self.step(step)

    def step(self, step: str) -> Step:
        """Return a step.

        Raises:
            NotFoundError: ``step.unknown``.
        """
        with self._records.reading() as core:
            found = step_of(core, step)
        if found is None:
            raise NotFoundError("step.unknown", f"nobody asked for `{step}`")
        return found

    def agreeing(self, step: str, verb: Verb, by: str) -> Step:
        """Return a step that somebody may agree to now; or has, if it was not carried out then.

        Raises:
            InputError: ``step.verb``, it is another kind of step; ``step.by``.
            ConflictError: ``step.same_person``, ``step.lapsed``.
            RefusedError: ``step.may_not``. NotFoundError: ``step.unknown``, ``staff.unknown``.
        """
        found = self.step(step)
        if found.asked.verb is not verb or found.asked.alone:
            raise InputError("step.verb", f"`{step}` does not ask for this")
        self._demand(by, NEEDS[verb], AGREES)
        if by == found.asked.by:
            raise ConflictError("step.same_person", "the second person must be another one")
        if not found.agreed and self._records.clock() - found.at > LAPSES:
            raise ConflictError("step.lapsed", f"`{step}` was asked for too long ago", hint="ask anew")
        return found

    def agree(self, found: Step, by: str) -> None:
        """Record that somebody agrees to what ``agreeing`` returned; durable on return."""
        if not found.agreed:
            self._records.commit([Fact(AGREED, canonical_bytes(Agreed(step=found.asked.step, by=by)))])

    def reason(self, found: Step) -> str:
        """Return why somebody asked for a step; empty where nothing was said, or it can be read no more."""
        row = self._records.row(found.seq)
        if row.sealed is None or row.subject is None:
            return ""
        try:
            sealed = self._vault.unseal(row.subject, row.sealed, associated(row.kind, row.tag, row.body))
        except Destroyed:
            return ""
        return sealed.decode()

    # --

    def _demand(self, by: str, *permissions: str) -> None:
        if not by:
            hint = "give --by with the id of a member of staff: `bylaw staff list`"
            raise InputError("step.by", "people work here, and this says who asks or agrees", hint=hint)
        with self._records.reading() as core:
            found = store.member(core, by)
        if found is None:
            raise NotFoundError("staff.unknown", f"nobody here is `{by}`", hint="`bylaw staff list`")
        grants = grants_of(found.roles, self._roles)
        if found.state is not State.ACTIVE or not any(may(grants, one) for one in permissions):
            named = " or ".join(f"`{one}`" for one in permissions)
            raise RefusedError("step.may_not", f"this takes an active member who may {named}")

    def _fact(self, asked: Asked, reason: str) -> Fact:
        body = canonical_bytes(asked)
        if not reason or asked.alone:
            return Fact(ASKED, body)
        subject = self._vault.subjects(model.SPACE, [asked.by])[asked.by]
        sealed = self._vault.seal(subject, Use.EVIDENCE, reason.encode(), associated(ASKED, None, body))
        return Fact(ASKED, body, None, subject, sealed)
