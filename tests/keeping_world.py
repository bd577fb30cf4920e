"""A record with its vault and its keeper, small notes in it, backups, and crashes at any boundary."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import count
from pathlib import Path

from bylaw.base.canonical import canonical_bytes
from bylaw.records.fact import Fact, associated
from bylaw.records.folder import open_folder
from bylaw.records.holds.copies import Copies
from bylaw.records.holds.destroying import BOTH
from bylaw.records.holds.fold import HoldsProjector
from bylaw.records.holds.keeper import Keeper, Selection
from bylaw.records.holds.model import Contents, Ground, Keys, Matter
from bylaw.records.holds.outside import NAME
from bylaw.records.holds.returning import open_keeper
from bylaw.records.people import PEOPLE, alias_of
from bylaw.records.projecting import Projector
from bylaw.records.records import Records
from bylaw.records.vault.backup import restore
from bylaw.records.vault.master import KeyFile
from bylaw.records.vault.uses import Use
from bylaw.records.vault.vault import Vault

Boundary = Callable[[str], None]
START = 1_790_000_000_000_000
REVIEW = date(2027, 1, 1)


def never(_: str) -> None:
    """No crash."""


def chances() -> Callable[[int], bytes]:
    """Bytes that never come again, and are the same in every run."""
    numbers = count()

    def draw(size: int) -> bytes:
        return hashlib.shake_256(next(numbers).to_bytes(8, "big")).digest(size)

    return draw


class World:
    """One open data folder."""

    def __init__(self, records: Records, vault: Vault, keeper: Keeper) -> None:
        self.records, self.vault, self.keeper = records, vault, keeper

    def note(self, owner: str, *others: str, text: str = "") -> int:
        """Record something of a person that names others."""
        subjects = self.vault.subjects(PEOPLE, (owner, *others))
        body = canonical_bytes({"people": [alias_of(subjects[one]) for one in (owner, *others)]})
        plain = text.encode() or b"said by " + owner.encode()
        sealed = self.vault.seal(subjects[owner], Use.PROFILE, plain, associated("note.made", None, body))
        fact = Fact("note.made", body, None, subjects[owner], sealed)
        return self.records.commit([fact]).first

    def read(self, seq: int) -> tuple[bytes, tuple[str, ...]] | None:
        """What was said and who is named; nothing if that cannot be read any more."""
        copies, row = Copies(self.records, self.vault), self.records.row(seq)
        kept = copies.original(row) or copies.read(row)
        return (kept.payload, tuple(kept.names.values())) if kept else None

    def hold(self, *seqs: int, people: tuple[bytes, ...] = ()) -> str:
        selection = Selection(seqs=seqs, people=people)
        return self.keeper.place(Matter.LITIGATION, REVIEW, selection, "why").id

    def destroy(self, subject: bytes, ground: Ground = Ground.REQUEST) -> None:
        self.keeper.destroy(Keys(alias_of(subject), BOTH), ground)

    def wither(self, *seqs: int, ground: Ground = Ground.RETENTION) -> None:
        self.keeper.destroy(Contents(tuple((seq, seq) for seq in seqs)), ground)


def make(data: Path) -> None:
    """Make the vault of a folder."""
    key = KeyFile(data / "master.key")
    key.make(lambda size: b"k" * size)
    Vault.create(data / "vault.db", key, clock=lambda: START)


@contextmanager
def opened(
    data: Path,
    *,
    replay: bool = False,
    projectors: Sequence[Projector] = (HoldsProjector(),),
    boundary: Boundary = never,
    chance: Callable[[int], bytes] = os.urandom,
) -> Iterator[World]:
    """Open a folder. ``boundary`` is asked around every durable write of record, vault and journal outside."""
    ticks = count(START)
    clock = lambda: next(ticks)  # noqa: E731
    with (
        Records.open(
            open_folder(data), projectors=projectors, clock=clock, chance=chance, boundary=boundary
        ) as records,
        Vault.open(
            data / "vault.db", KeyFile(data / "master.key"), clock=clock, chance=chance, boundary=boundary
        ) as vault,
    ):
        keeper = open_keeper(records, vault, [data / NAME], replay=replay, boundary=boundary)
        yield World(records, vault, keeper)


def back_up(data: Path, to: Path) -> None:
    """Copy database and vault, neither of the journals outside."""
    to.mkdir(parents=True)
    with opened(data) as world:
        world.vault.back_up(to / "vault.db")
    shutil.copy(data / "bylaw.db", to / "bylaw.db")


def put_back(data: Path, source: Path, *, database: bool, vault: bool) -> None:
    """Put a backup in the place of the database, the vault, or both."""
    if database:
        for end in ("-wal", "-shm"):
            (data / f"bylaw.db{end}").unlink(missing_ok=True)
        shutil.copy(source / "bylaw.db", data / "bylaw.db")
    if vault:
        restore(source / "vault.db", data / "vault.db")
