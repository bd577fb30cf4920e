"""The tables of a record, the same on SQLite and PostgreSQL.

What stands here is what cannot be derived. The history of these tables is in ``migrations``; rooms keep theirs
themselves, as they can always be folded again from the journal (see ``projecting``).

Tables of SQLite are strict: a value of another type than its column's is refused, and found by check.
Every byte is accounted for: rows of the journal by their leaf, tiles by the leaves, the rest by a digest of the
row in the column ``digest``.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

HEAD: Final = "0003"  # the newest revision this program knows

METADATA: Final = MetaData()
STRICT: Final = {
    "sqlite_strict": True
}  # a value of another type than its column's is refused, and found by check
WHOLE: Final = BigInteger().with_variant(Integer(), "sqlite")  # 64 bits on both

ABOUT: Final = Table(
    "about",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_strict=True,
)

JOURNAL: Final = Table(
    "journal",
    METADATA,
    Column("seq", WHOLE, primary_key=True, autoincrement=False),
    Column("at", WHOLE, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("tag", LargeBinary),
    Column("subject", LargeBinary),
    Column("sealed", LargeBinary),
    Column("withered", LargeBinary),
    Column("leaf", LargeBinary, nullable=False),
    CheckConstraint("seq > 0", name="journal_counts_from_one"),
    sqlite_strict=True,
)

JOURNAL_TAG: Final = Index(
    "journal_tag",
    JOURNAL.c.tag,
    unique=True,
    sqlite_where=text("tag IS NOT NULL"),
    postgresql_where=text("tag IS NOT NULL"),
)

TILES: Final = Table(
    "tiles",
    METADATA,
    Column("level", WHOLE, primary_key=True, autoincrement=False),
    Column("n", WHOLE, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
    CheckConstraint("level > 0", name="tiles_above_leaves"),
    sqlite_strict=True,
)

CHECKPOINTS: Final = Table(
    "checkpoints",
    METADATA,
    Column("size", WHOLE, primary_key=True, autoincrement=False),
    Column("note", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    sqlite_strict=True,
)

PROJECTIONS: Final = Table(
    "projections",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("shape", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    sqlite_strict=True,
)

OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("seq", WHOLE, primary_key=True, autoincrement=False),
    Column("n", WHOLE, primary_key=True, autoincrement=False),
    Column("destination", Text, nullable=False),
    Column("due", WHOLE, nullable=False),
    Column("key", Text),
    Column("body", LargeBinary, nullable=False),
    Column("dead", WHOLE, nullable=False),
    Column("attempts", WHOLE, nullable=False),
    Column("ready", WHOLE, nullable=False),
    Column("token", LargeBinary),
    Column("code", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    sqlite_strict=True,
)

OUTBOX_ORDER: Final = Index(
    "outbox_order", OUTBOX.c.dead, OUTBOX.c.destination, OUTBOX.c.due, OUTBOX.c.seq, OUTBOX.c.n
)
OUTBOX_KEY: Final = Index("outbox_key", OUTBOX.c.key, OUTBOX.c.destination, OUTBOX.c.dead)
OUTBOX_READY: Final = Index("outbox_ready", OUTBOX.c.dead, OUTBOX.c.ready, OUTBOX.c.destination)
OUTBOX_TOKEN: Final = Index("outbox_token", OUTBOX.c.token, unique=True)

DIGESTED: Final = (CHECKPOINTS, PROJECTIONS, OUTBOX)


def row_digest(table: Table, values: Iterable[object]) -> bytes:
    """Return the digest of a row: SHA-256 over the table's name and each value with its type, but for ``digest``."""
    digest = hashlib.sha256(table.name.encode())
    for value in values:
        raw = value if isinstance(value, bytes) else str(value).encode()
        digest.update(b"%b %d:%b" % (type(value).__name__.encode(), len(raw), raw))
    return digest.digest()
