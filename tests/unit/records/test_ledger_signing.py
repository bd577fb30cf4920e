"""A log signs only what grew from what it signed before."""

import pytest

from bylaw.base.errors import IntegrityError, NotFoundError
from bylaw.records.fact import Fact, Row, row_of
from bylaw.records.ledger.checkpoint import open_checkpoint
from bylaw.records.ledger.growth import Growth
from bylaw.records.ledger.proof import Proof
from bylaw.records.ledger.signing import checkpoint, log_key, prove
from ledger_exports import LOG, checkpoint_over, some_rows


class LedgerInMemory:
    """Rows, tiles and checkpoints, kept in lists."""

    def __init__(self) -> None:
        self.growth = Growth()
        self.known: list[Row] = []
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.checkpoints: list[tuple[int, bytes]] = []

    def append(self, rows: list[Row]) -> None:
        self.growth, tiles = self.growth.append([row.leaf for row in rows])
        self.known += rows
        self.tiles |= {(level, n): hashes for level, n, hashes in tiles}

    def tile(self, level: int, n: int) -> bytes:
        if level:
            return self.tiles[level, n]
        return b"".join(row.leaf for row in self.known[n * 256 : n * 256 + 256])

    def row(self, seq: int) -> Row:
        return self.known[seq - 1]

    def latest_checkpoint(self) -> tuple[int, bytes] | None:
        return self.checkpoints[-1] if self.checkpoints else None

    def save_checkpoint(self, size: int, note: bytes) -> None:
        self.checkpoints.append((size, note))


def ledger_of(count: int) -> LedgerInMemory:
    ledger = LedgerInMemory()
    ledger.append(some_rows(count))
    return ledger


@pytest.mark.parametrize("first", [0, 1, 255, 256, 299])
def test_each_checkpoint_grows_from_the_last(first: int) -> None:
    ledger, rows = ledger_of(first), some_rows(600)
    checkpoint(ledger, LOG)
    ledger.append(rows[first:])
    note = checkpoint(ledger, LOG)
    assert open_checkpoint(note, LOG.public)[0] == checkpoint_over(rows)
    assert [size for size, _ in ledger.checkpoints] == [first, 600]


def test_a_checkpoint_is_signed_once_for_a_size() -> None:
    ledger = ledger_of(3)
    assert checkpoint(ledger, LOG) == checkpoint(ledger, LOG)
    assert len(ledger.checkpoints) == 1


@pytest.mark.parametrize("count", [9, 10, 300])
def test_a_rewritten_record_is_not_signed(count: int) -> None:
    ledger = ledger_of(10)
    checkpoint(ledger, LOG)
    rows = some_rows(count)
    rows[4] = row_of(5, 0, Fact("event.decided", b"{}"))
    rewritten = LedgerInMemory()
    rewritten.append(rows)
    rewritten.checkpoints = ledger.checkpoints
    with pytest.raises(IntegrityError, match="did not grow from the checkpoint over 10"):
        checkpoint(rewritten, LOG)


def test_a_record_is_proved_under_the_newest_checkpoint() -> None:
    ledger, rows = ledger_of(700), some_rows(700)
    with pytest.raises(NotFoundError, match="no checkpoint holds record 300"):
        prove(ledger, 300, LOG.public)
    checkpoint(ledger, LOG)
    proof, row = prove(ledger, 300, LOG.public)
    assert row == rows[299]
    assert Proof.read(bytes(proof)).verify(row.leaf, LOG.public) == checkpoint_over(rows)
    for seq in (0, 701):
        with pytest.raises(NotFoundError, match="no checkpoint holds"):
            prove(ledger, seq, LOG.public)


def test_a_damaged_tile_proves_nothing() -> None:
    ledger = ledger_of(700)
    checkpoint(ledger, LOG)
    ledger.tiles[1, 0] = bytes(64)
    with pytest.raises(IntegrityError, match="record 5 is not"):
        prove(ledger, 5, LOG.public)


def test_a_log_is_named_after_its_operator_and_its_folder() -> None:
    key = log_key("harbour", "0" * 32, b"s" * 32)
    assert key.public.name == "bylaw/harbour/00000000000000000000000000000000"
