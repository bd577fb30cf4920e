"""The register of disclosures: no way out without an entry.

Whatever hands what was sealed to somebody outside takes an ``Entry``, and only entering makes one: what is disclosed,
about whom, to whom, on which ground, approved by whom. The entry is a durable fact before the first byte leaves.
"""

import os
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError, InputError, RefusedError
from bylaw.base.ids import time_ordered_id
from bylaw.records.durable import sync_folder
from bylaw.records.fact import Fact, Row, associated
from bylaw.records.holds.machine import numbers, spans_of
from bylaw.records.holds.model import ENTERED, Spans
from bylaw.records.people import alias_of, concerned
from bylaw.records.projecting import Transaction
from bylaw.records.records import Records
from bylaw.records.schema import WHOLE
from bylaw.records.vault.uses import Use
from bylaw.records.vault.vault import Vault

KIND: Final = ENTERED
SPACE: Final = "disclosure"  # of the vault: one subject an entry, whose key seals the details
APPROVERS: Final = {"legal_process": 2}  # how many people approve; else one
MAX_NAME: Final = 64  # characters of a category, a kind of recipient, an approver's id
MAX_DETAILS: Final = 10_000  # characters
_CHANCE: Final = 9
_MADE: Final = object()

_METADATA: Final = sa.MetaData()
DISCLOSURES: Final = sa.Table(
    "disclosures",
    _METADATA,
    sa.Column("disclosure", sa.Text, primary_key=True),
    sa.Column("ground", sa.Text, nullable=False),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("seq", WHOLE, nullable=False),
    sqlite_strict=True,
)
ABOUT: Final = sa.Table(
    "disclosures_people",
    _METADATA,
    sa.Column("disclosure", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, primary_key=True, index=True),
    sqlite_strict=True,
)


class Basis(StrEnum):
    """Why something may be disclosed (CLAUSES A25, P15)."""

    LEGAL_PROCESS = "legal_process"
    ENFORCE_AUP = "enforce_aup"
    OPERATE = "operate"
    PROTECT = "protect"
    CONSENT = "consent"
    CLIENT_INSTRUCTION = "client_instruction"


class Disclosure(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be disclosed. ``records`` are numbers; ``people`` random ids, all those whom the records concern.

    ``recipient`` is a kind (``court``, ``police``, ``site_administrator``), ``approved_by`` are ids of staff.
    """

    categories: tuple[str, ...]
    recipient: str
    ground: Basis
    approved_by: tuple[str, ...]
    records: Spans = ()
    people: tuple[str, ...] = ()


class Entered(Disclosure, frozen=True, kw_only=True):
    """``disclosure.entered``."""

    disclosure: str


class Entry:
    """Leave to disclose what it names, once. Made by ``Register.enter`` alone."""

    def __init__(self, made: object, entered: Entered) -> None:
        if made is not _MADE:
            raise RefusedError("disclosure.no_entry", "only the register makes entries")
        self.entered = entered
        self._used = False

    def use(self) -> Entered:
        """Take the leave.

        Raises:
            ConflictError: ``disclosure.used``, it was taken before.
        """
        if self._used:
            raise ConflictError(
                "disclosure.used", "this entry was disclosed by already", hint="enter each disclosure"
            )
        self._used = True
        return self.entered


class DisclosuresProjector:
    """The register as a table."""

    name = "disclosures"
    version = 1
    tables: Sequence[sa.Table] = (DISCLOSURES, ABOUT)
    kinds = frozenset({KIND})

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold."""
        for row in rows:
            said = msgspec.json.decode(row.body, type=Entered)
            values: dict[str, object] = {"disclosure": said.disclosure, "ground": said.ground.value}
            tx.execute(sa.insert(DISCLOSURES), {**values, "recipient": said.recipient, "seq": row.seq})
            people: list[dict[str, object]] = [
                {"disclosure": said.disclosure, "person": one} for one in said.people
            ]
            if people:
                tx.execute(sa.insert(ABOUT), people)


class Register:
    """The register of a record."""

    def __init__(self, records: Records, vault: Vault) -> None:
        self._records = records
        self._vault = vault

    def enter(self, disclosure: Disclosure, seqs: Iterable[int], details: str) -> Entry:
        """Enter a disclosure of records; durable on return. Who is concerned is found in the records.

        ``details`` (name of the recipient, process number, what was asked for, how it was minimised) are sealed.

        Raises:
            InputError: something is missing, or too few people approved.
            NotFoundError: there is no such record.
        """
        _refuse(disclosure, details)
        rows = [self._records.row(seq) for seq in sorted(set(seqs))]
        people = sorted({alias_of(one) for row in rows for one in concerned(row)} | set(disclosure.people))
        name = time_ordered_id("disc", self._records.clock() // 1000, self._records.chance(_CHANCE))
        asked = msgspec.structs.asdict(disclosure)
        spans = spans_of(row.seq for row in rows)
        entered = Entered(**(asked | {"records": spans, "people": tuple(people), "disclosure": name}))
        body = canonical_bytes(entered)
        subject = self._vault.subjects(SPACE, [name])[name]
        sealed = self._vault.seal(subject, Use.PROFILE, details.encode(), associated(KIND, None, body))
        self._records.commit([Fact(KIND, body, None, subject, sealed)])
        return Entry(_MADE, entered)

    def of(self, person: bytes) -> list[Entered]:
        """Return the disclosures about a person, oldest first."""
        query = (
            sa.select(DISCLOSURES.c.seq)
            .join(ABOUT, ABOUT.c.disclosure == DISCLOSURES.c.disclosure)
            .where(ABOUT.c.person == alias_of(person))
            .order_by(DISCLOSURES.c.seq)
        )
        with self._records.reading() as core:
            seqs = list(core.scalars(query))
        return [msgspec.json.decode(self._records.row(seq).body, type=Entered) for seq in seqs]


def hand_over(entry: Entry, opened: Iterable[tuple[int, bytes]], path: Path) -> None:
    """Write opened records, a line each, into a new file that only its owner can read. Durable on return.

    This is the one place where what was sealed leaves the record. The file is the operator's to pass on and delete.
    After an error nothing is left of it.

    Raises:
        ConflictError: ``disclosure.used``, the entry was disclosed by already.
        RefusedError: ``disclosure.not_entered``, a record is not named in the entry.
        InputError: ``disclosure.output``, there is a file already, or none can be made; the entry is not used.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        why = (error.strerror or "").lower()
        raise InputError("disclosure.output", f"cannot write `{path}`: {why}") from None
    try:
        with os.fdopen(handle, "wb") as file:
            allowed = set(numbers(entry.use().records))
            for seq, line in opened:
                _demand_entered(seq, allowed)
                file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink()
        raise
    sync_folder(path.parent)


def _demand_entered(seq: int, allowed: set[int]) -> None:
    if seq not in allowed:
        raise RefusedError("disclosure.not_entered", f"record {seq} is not in the entry")


def _refuse(disclosure: Disclosure, details: str) -> None:
    names = (*disclosure.categories, disclosure.recipient, *disclosure.approved_by)
    needed = APPROVERS.get(disclosure.ground, 1)
    if not disclosure.categories or not all(0 < len(name) <= MAX_NAME for name in names):
        raise InputError(
            "disclosure.incomplete", "what is disclosed and to what kind of recipient is missing"
        )
    if len(set(disclosure.approved_by)) < needed:
        raise InputError(
            "disclosure.approval", f"disclosing on the ground `{disclosure.ground}` takes {needed} approvals"
        )
    if not 0 < len(details.strip()) <= MAX_DETAILS:
        raise InputError("disclosure.details", f"details have 1 to {MAX_DETAILS:,} characters")
