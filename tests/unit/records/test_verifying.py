"""Computing the ledger again: rows up to the root, and every checkpoint that was signed on the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bylaw.records.fact import Fact
from bylaw.records.folder import init
from bylaw.records.ledger.checkpoint import Checkpoint, sign_checkpoint
from bylaw.records.ledger.note import SigningKey, Use
from bylaw.records.ledger.signing import checkpoint
from bylaw.records.records import Records
from bylaw.records.verifying import verify

KEY = SigningKey("bylaw/house/1", Use.LOG, b"k" * 32)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with Records.open(init(tmp_path / "data", "house")) as records:
        yield records


def grow(records: Records, count: int) -> int:
    return records.commit([Fact("note.made", b"{}")] * count).last


def test_an_empty_ledger_is_sound(records: Records) -> None:
    checked = verify(records, KEY.public)
    assert (checked.is_sound, checked.rows) == (True, 0)


def test_every_checkpoint_leads_to_the_root(records: Records) -> None:
    told: list[tuple[int, int]] = []
    for count in (1, 255, 1, 300):
        grow(records, count)
        checkpoint(records, KEY)
    grow(records, 5)
    checked = verify(records, KEY.public, lambda done, total: told.append((done, total)))
    assert (checked.is_sound, checked.rows, checked.root) == (True, 562, records.growth.root)
    assert told[-1] == (562, 562)


def test_a_checkpoint_over_other_rows_is_named(records: Records) -> None:
    grow(records, 7)
    forged = Checkpoint(KEY.public.name, 5, bytes(32))
    records.save_checkpoint(5, sign_checkpoint(forged, KEY))
    (problem,) = verify(records, KEY.public).problems
    assert (problem.code, "over 5" in problem.message) == ("ledger.inconsistent", True)


def test_a_checkpoint_of_another_key_another_size_or_no_checkpoint_is_named(records: Records) -> None:
    grow(records, 9)
    other = SigningKey(KEY.public.name, Use.LOG, b"o" * 32)
    records.save_checkpoint(3, sign_checkpoint(Checkpoint(KEY.public.name, 3, bytes(32)), other))
    records.save_checkpoint(4, sign_checkpoint(Checkpoint(KEY.public.name, 9, records.growth.root), KEY))
    records.save_checkpoint(5, b"no note")
    checked = verify(records, KEY.public)
    assert [one.code for one in checked.problems] == ["ledger.note", "ledger.inconsistent", "ledger.unsigned"]
    assert checked.root == b""


def test_more_checkpoints_than_are_read_at_once_are_all_looked_at(records: Records) -> None:
    for _ in range(230):
        grow(records, 1)
        checkpoint(records, KEY)
    assert len(records.checkpoints(1000)) == 230
    assert [size for size, _ in records.checkpoints(2, 10)] == [9, 8]
    assert verify(records, KEY.public).is_sound
