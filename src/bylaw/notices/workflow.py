"""The verbs: plan a notice, withhold it, let it go, gather what is due into messages, say what became of them.

Each is one commit, durable on return. ``planning`` returns facts instead, for who commits them with the action that they
tell of.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final

from msgspec.structs import replace

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError, InputError
from bylaw.base.ids import derived_id
from bylaw.book.templates import Kind
from bylaw.notices import links, machine, model, store
from bylaw.notices.links import Links
from bylaw.notices.model import Again, Became, Gathered, Ground, MessageAt, Notice, Planned, State, Suppressed
from bylaw.notices.statement import Statement, decode, encode
from bylaw.records.fact import TAG_BYTES, Fact, associated
from bylaw.records.people import alias_of
from bylaw.records.records import Records
from bylaw.records.vault.uses import Use
from bylaw.records.vault.vault import Vault

KEY: Final = "notices"  # the secret of the vault that says who was told of what


class Notices:
    """The notices of a record."""

    def __init__(self, records: Records, vault: Vault) -> None:
        self._records = records
        self._vault = vault
        self._key = b""

    # -- planning

    def planning(self, person: bytes, statement: Statement, window: int) -> tuple[str, list[Fact]]:
        """Return the id of a notice, and the facts that plan it; nobody is told twice of the same action.

        ``window`` in microseconds: what else is planned for this person within it is told together with it.

        Raises:
            InputError: the statement lacks a part.
            Destroyed: the person's key is gone.
        """
        data, alias = encode(statement), alias_of(person)
        name = derived_id("not", alias, statement.action)
        planned = Planned(
            notice=name,
            people=(alias,),
            action=statement.action,
            decision=statement.decision,
            told=statement.kind,
            clauses=tuple(cited.clause for cited in statement.clauses),
            size=len(data),
            due=self._records.clock() + window,
        )
        tag = self._tag(person, statement.action)
        return name, [self._sealed(model.PLANNED, canonical_bytes(planned), person, data, tag)]

    def withholding(self, person: bytes, name: str, ground: Ground, reason: str, reference: str = "") -> Fact:
        """Return the fact that withholds a notice, to be committed with or after those that plan it.

        Raises:
            InputError: the reason is missing, or what the ground refers to.
        """
        machine.demand_ground(ground, reference)
        if not 0 < len(reason.strip()) <= model.MAX_REASON:
            raise InputError("notice.reason", f"a reason has 1 to {model.MAX_REASON:,} characters")
        said = Suppressed(notice=name, people=(alias_of(person),), ground=ground, reference=reference)
        return self._sealed(model.SUPPRESSED, canonical_bytes(said), person, reason.encode())

    def plan(self, person: bytes, statement: Statement, window: int) -> Notice:
        """Plan a notice; one that is planned for this action already is returned as it stands.

        Raises:
            InputError, Destroyed: as for ``planning``.
        """
        name, facts = self.planning(person, statement, window)
        try:
            self._records.commit(facts)
        except ConflictError as error:
            if error.code != "records.duplicate":
                raise
        return self.notice(name)

    def suppress(self, name: str, ground: Ground, reason: str, reference: str = "") -> None:
        """Withhold a notice that is planned.

        Raises:
            InputError: as for ``withholding``.
            ConflictError: ``notice.order``, it is not planned any more.
        """
        self._records.commit([self.withholding(self.notice(name).person, name, ground, reason, reference)])

    def release(self, name: str, window: int = 0) -> None:
        """Have a withheld notice told after all: what stood in the way is over.

        Raises:
            ConflictError: ``notice.order``, it is not withheld.
        """
        self._again(model.RELEASED, name, window)

    def repeat(self, name: str, window: int = 0) -> None:
        """Have a notice told again that bounced or failed, as the address is mended.

        Raises:
            ConflictError: ``notice.order``, it did neither.
        """
        self._again(model.REPEATED, name, window)

    # -- telling

    def gathering(self, person: bytes, book: str, by: str, cause: str) -> list[Fact]:
        """Return the facts that make messages of all that is planned for a person, worded by a book.

        ``by`` is ``mail``, or ``webhook:NAME``.

        ``cause`` names the occasion, so that the same one makes the same messages.
        """
        with self._records.reading() as core:
            planned = store.of_person(core, person, State.PLANNED)
        people = (alias_of(person),)
        found = []
        for n, together in enumerate(machine.digest(planned)):
            name = derived_id("msg", self._records.place.installation, cause, str(n))
            notices = tuple(notice.id for notice in together)
            said = Gathered(message=name, people=people, notices=notices, book=book, by=by)
            found.append(Fact(model.GATHERED, canonical_bytes(said)))
        return found

    def became(self, kind: str, message: str, code: str = "") -> Fact:
        """Return the fact that tells what became of a message (``model.SENT`` and others).

        Raises:
            NotFoundError: there is no such message.
        """
        said = Became(message=message, people=(alias_of(self.message(message).person),), code=code)
        return Fact(kind, canonical_bytes(said))

    def note(self, kind: str, message: str, code: str = "") -> bool:
        """Note what became of a message; False if it is noted already, or cannot be any more.

        Raises:
            NotFoundError: there is no such message.
        """
        try:
            self._records.commit([self.became(kind, message, code)])
        except ConflictError as error:
            if error.code != "notice.order":
                raise
            return False
        return True

    # -- reading

    def notice(self, name: str) -> Notice:
        """Return a notice; raises ``NotFoundError`` if there is none."""
        with self._records.reading() as core:
            return store.notice(core, name)

    def message(self, name: str) -> MessageAt:
        """Return a message; raises ``NotFoundError`` if there is none."""
        with self._records.reading() as core:
            return store.message(core, name)

    def of(self, person: bytes) -> list[Notice]:
        """Return a person's notices in the order in which they were planned."""
        with self._records.reading() as core:
            return store.of_person(core, person)

    def counts(self) -> Mapping[State, int]:
        """Return how many notices there are in each state."""
        with self._records.reading() as core:
            return store.counts(core)

    def statement(self, notice: Notice) -> Statement:
        """Return what a notice tells.

        Raises:
            Destroyed: the person's key is gone.
            IntegrityError: it is not what was recorded.
        """
        row = self._records.row(notice.planned)
        sealed = row.sealed or b""
        return decode(self._vault.unseal(notice.person, sealed, associated(row.kind, row.tag, row.body)))

    def statements(self, notices: Sequence[Notice]) -> list[Statement]:
        """Return what notices tell; raises as ``statement`` does."""
        return [self.statement(notice) for notice in notices]

    def linked(self, page: str, notice: Notice, statement: Statement) -> Statement:
        """Return what a notice tells with the link to its page, as the place to object at.

        ``page`` is where pages are; without one nothing changes.
        """
        if not page or statement.kind not in (Kind.STATEMENT, Kind.APPEAL):
            return statement
        to = self.links.link(page, statement.follows or notice.id)
        return replace(statement, redress=replace(statement.redress, to=to))

    @property
    def links(self) -> Links:
        """The links to pages of notices."""
        return Links(self._vault.secret(links.KEY))

    # --

    def _again(self, kind: str, name: str, window: int) -> None:
        people = (alias_of(self.notice(name).person),)
        said = Again(notice=name, people=people, due=self._records.clock() + window)
        self._records.commit([Fact(kind, canonical_bytes(said))])

    def _sealed(self, kind: str, body: bytes, person: bytes, data: bytes, tag: bytes | None = None) -> Fact:
        sealed = self._vault.seal(person, Use.EVIDENCE, data, associated(kind, tag, body))
        return Fact(kind, body, tag, person, sealed)

    def _tag(self, person: bytes, action: str) -> bytes:
        self._key = self._key or self._vault.secret(KEY)
        return blake2b(
            b"notice\x00" + person + action.encode(), key=self._key, digest_size=TAG_BYTES
        ).digest()
