"""Ageing out: the sealed part of a row goes, its digest stays, and so does the proof."""

import hashlib
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from bylaw.records.schema import JOURNAL

AT_ONCE: Final = 500


def wither(core: sa.Connection, seqs: Sequence[int]) -> int:
    """Replace sealed parts by their SHA-256; rows without one are left alone. Return how many there were."""
    change = (
        sa.update(JOURNAL)
        .where(JOURNAL.c.seq == sa.bindparam("row"))
        .values(sealed=None, withered=sa.bindparam("digest"))
    )
    count = 0
    for start in range(0, len(seqs), AT_ONCE):
        some = seqs[start : start + AT_ONCE]
        query = sa.select(JOURNAL.c.seq, JOURNAL.c.sealed).where(
            JOURNAL.c.seq.in_(some), JOURNAL.c.sealed.is_not(None)
        )
        found = [
            {"row": seq, "digest": hashlib.sha256(sealed).digest()} for seq, sealed in core.execute(query)
        ]
        if found:
            core.execute(change, found)
        count += len(found)
    return count
