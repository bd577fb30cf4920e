"""What is recorded: facts, the rows they become, and the entry of each row in the ledger.

A fact says in ``body`` what anybody who may read the record can know: nothing personal, only random ids and
keyed digests. What is personal is in ``sealed``, under the key of the person it is about. The ledger commits to
both, to the sealed part as ciphertext: when the key is gone, or the part has aged out, the proof still stands.
"""

import hashlib
from typing import Final, NamedTuple

TAG_BYTES: Final = 16
SUBJECT_BYTES: Final = 16
LEAF_BYTES: Final = 32

_VERSION: Final = b"\x01"  # of the entry's form


class Fact(NamedTuple):
    """Something that happened in the operator's own work and is to be recorded.

    ``kind`` is in the past tense (``event.decided``). ``body`` is canonical JSON. ``tag`` names what may be
    recorded only once. ``subject`` says whose key ``sealed`` is under.
    """

    kind: str
    body: bytes
    tag: bytes | None = None
    subject: bytes | None = None
    sealed: bytes | None = None


class Row(NamedTuple):
    """A fact as it was recorded. ``at`` is in microseconds since 1970, UTC; ``seq`` counts from 1, densely."""

    seq: int
    at: int
    kind: str
    body: bytes
    tag: bytes | None
    subject: bytes | None
    sealed: bytes | None  # None: there was none, or it aged out
    withered: bytes | None  # SHA-256 of a sealed part that aged out
    leaf: bytes


def associated(kind: str, tag: bytes | None, body: bytes) -> bytes:
    """Return what the sealed part of a fact is bound to: moved to another fact it does not open."""
    return b"%b\x00%b\x00%b" % (kind.encode(), tag or b"", body)


def row_of(seq: int, at: int, fact: Fact) -> Row:
    """Return the row that a fact becomes at a place in the journal."""
    leaf = leaf_hash(entry(seq, at, fact))
    return Row(seq, at, fact.kind, fact.body, fact.tag, fact.subject, fact.sealed, None, leaf)


def entry(seq: int, at: int, fact: Fact | Row) -> bytes:
    """Return a fact's entry in the ledger: a version byte and two SHA-256 digests.

    The first is over everything that can be read, each part led by its length; the second over the sealed part.
    """
    withered = fact.withered if isinstance(fact, Row) else None
    return _VERSION + _open_digest(seq, at, fact) + (withered or hashlib.sha256(fact.sealed or b"").digest())


def leaf_hash(entry_bytes: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + entry_bytes).digest()


def is_sound(row: Row) -> bool:
    """Tell whether a row is what its leaf says."""
    return row.leaf == leaf_hash(entry(row.seq, row.at, row))


def _open_digest(seq: int, at: int, fact: Fact | Row) -> bytes:
    kind, tag, subject = fact.kind.encode(), fact.tag or b"", fact.subject or b""
    head = seq.to_bytes(8, "big") + at.to_bytes(8, "big", signed=True)
    parts = b"%c%b%c%b%c%b" % (len(kind), kind, len(tag), tag, len(subject), subject)
    return hashlib.sha256(head + parts + fact.body).digest()
