"""Holds and destructions as values, and what the facts about them say in the open: nothing personal."""

from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

PLACED: Final = "hold.placed"
RELEASED: Final = "hold.released"
PRESERVED: Final = "record.preserved"
SUSPENDED: Final = "destruction.suspended"
BEGUN: Final = "destruction.begun"
REFUSED: Final = "destruction.refused"
DONE: Final = "destruction.done"
RETURNED: Final = "record.returned"
REPLAYED: Final = "vault.replayed"
ENTERED: Final = "disclosure.entered"

OWN_KEYS: Final = frozenset({PLACED, RELEASED, PRESERVED, ENTERED})  # sealed under none of a person's keys

MARK_BYTES: Final = 4

Spans: TypeAlias = tuple[tuple[int, int], ...]  # record numbers, first and last, in order, without overlap


class Matter(StrEnum):
    """What a hold is for."""

    LITIGATION = "litigation"
    LEGAL_PROCESS = "legal_process"
    MANDATORY_PRESERVATION = "mandatory_preservation"
    ABUSE_CASE = "abuse_case"
    BILLING_DISPUTE = "billing_dispute"


class Ground(StrEnum):
    """Why something is destroyed."""

    REQUEST = "request"
    MINOR = "minor"
    CLOSED = "account_closed"
    RETENTION = "retention"
    RELEASE = "hold_released"


class State(StrEnum):
    """Of a destruction; it only goes forward."""

    SUSPENDED = "suspended"
    BEGUN = "begun"
    DONE = "done"


class Keys(msgspec.Struct, frozen=True, tag="keys"):
    """Keys of one subject of the vault: a person's, a day's, those of a hold's copies. ``uses`` as in the vault."""

    subject: str
    uses: tuple[int, ...]


class Contents(msgspec.Struct, frozen=True, tag="contents"):
    """Sealed parts of records.

    ``marks``: the first ``MARK_BYTES`` of each record's leaf, in hexadecimal digits. After a backup was put back, a number
    may belong to another record than the one that was meant.
    """

    spans: Spans
    marks: str = ""


Target: TypeAlias = Keys | Contents


class Placed(msgspec.Struct, frozen=True):
    """``hold.placed``. ``review`` is a date; ``people`` are held with all their records, also those to come."""

    hold: str
    matter: Matter
    review: str
    spans: Spans = ()
    people: tuple[str, ...] = ()


class Released(msgspec.Struct, frozen=True):
    """``hold.released``."""

    hold: str


class Preserved(msgspec.Struct, frozen=True):
    """``record.preserved``: a copy of the record ``of`` with this leaf, under the key of the hold."""

    of: int
    leaf: str
    hold: str


class Begun(msgspec.Struct, frozen=True):
    """``destruction.begun``: from here on it is finished, whatever happens; no hold can stop it any more."""

    destruction: str
    target: Target
    ground: Ground


class Suspended(msgspec.Struct, frozen=True):
    """``destruction.suspended``: begun as soon as the last of the holds is released."""

    destruction: str
    target: Target
    ground: Ground
    holds: tuple[str, ...]


class Refused(msgspec.Struct, frozen=True):
    """``destruction.refused``: an attempt on what is held."""

    target: Target
    ground: Ground
    holds: tuple[str, ...]


class Done(msgspec.Struct, frozen=True):
    """``destruction.done``: the keys are in no file of the vault, or the contents in no file of the record."""

    destruction: str


class Returned(msgspec.Struct, frozen=True):
    """``record.returned``: a backup was restored. The next ``again`` facts are from the journal outside.

    What they say of records after ``head`` is about records that the backup did not have.
    """

    head: int
    again: int


class Replayed(msgspec.Struct, frozen=True):
    """``vault.replayed``: the vault was restored. ``resurrected`` keys had come back and were destroyed again."""

    resurrected: int
    unknown: int


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A hold as it stands."""

    id: str
    matter: Matter
    review: str
    placed: int  # the number of the fact
    released: int | None = None
    spans: Spans = ()
    people: frozenset[bytes] = frozenset()


class Destruction(msgspec.Struct, frozen=True, kw_only=True):
    """A destruction as it stands."""

    id: str
    state: State
    target: Target
    ground: Ground


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What destroying a subject's keys would do.

    ``records`` name it; ``preserved`` of them are kept by holds, and copied first; ``suspended_by`` keep all of it.
    """

    records: int
    preserved: dict[int, tuple[str, ...]]
    suspended_by: tuple[str, ...]


class Copy(msgspec.Struct, frozen=True, array_like=True):
    """What a preserved record's sealed part is: the record's, opened, and the ids of the people it names."""

    payload: bytes
    names: dict[str, str]
