"""The outbox at work: what workers call between the record and the world.

Each verb is one durable transaction of its own. A worker that can record its outcome hands the token to
``Records.commit(facts, done=[token])`` instead of ``done``: then fact and delivery are one.
"""

from collections.abc import Collection
from typing import NamedTuple

from bylaw.records import outbox
from bylaw.records.outbox import LEASE, TOKEN_BYTES, Counts, Entry
from bylaw.records.projecting import Live
from bylaw.records.records import Records

MAX_TAKEN = 1000


class Leased(NamedTuple):
    """An entry that is to be delivered now, and the token to answer with."""

    token: bytes
    entry: Entry


class Delivery:
    """The outbox of a record. ``now`` is in microseconds since 1970; a lease lasts ``lease`` microseconds."""

    def __init__(self, records: Records, lease: int = LEASE) -> None:
        self._records = records
        self._lease = lease

    def take(self, now: int, limit: int = 100, handlers: Collection[str] = ()) -> list[Leased]:
        """Lease what is ready: of each destination the first, at most ``limit`` (and ``MAX_TAKEN``).

        ``handlers``: the first words of destinations; none: all.
        """
        count = min(limit, MAX_TAKEN)
        with self._records.reading() as core:
            if not outbox.is_any_ready(core, now, handlers):
                return []  # a look costs no transaction that writes
        tokens = [self._records.chance(TOKEN_BYTES) for _ in range(count)]
        taken = self._records.transact(
            "take", lambda tx: outbox.take(tx.core, now, self._lease, tokens, handlers)
        )
        return [Leased(token, entry) for token, entry in taken]

    def done(self, token: bytes) -> bool:
        """Say that an entry was delivered; False if the lease is no more: it will be delivered again."""
        return self._records.transact("done", lambda tx: outbox.done(tx.core, token))

    def failed(
        self, token: bytes, code: str, now: int, wait: int | None = None, *, blameless: bool = False
    ) -> bool:
        """Say that an entry could not be delivered, and why (a code, nothing personal); False as for ``done``.

        It is tried again after ``wait`` microseconds; without, twice as long after each failure. ``blameless``: the way is
        blocked for all, so this attempt is not counted against the entry.
        """

        def work(tx: Live) -> bool:
            return outbox.failed(tx.core, token, code, now, wait, blameless=blameless)

        return self._records.transact("failed", work)

    def revive(self, seq: int, n: int, now: int) -> bool:
        """Let a dead letter, by its fact and its place among what that sent, be tried anew; False if there is none."""
        return self._records.transact("revive", lambda tx: outbox.revive(tx.core, seq, n, now))

    def stuck(self, limit: int = 100) -> list[Entry]:
        """Return what failed at least once: the dead first, then by how often."""
        with self._records.reading() as core:
            return outbox.stuck(core, limit)

    def counts(self, now: int) -> Counts:
        """Count what stands in the outbox."""
        with self._records.reading() as core:
            return outbox.counts(core, now)
