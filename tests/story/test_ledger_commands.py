"""What was recorded is signed, proved, exported and verified, as operator and auditor do it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bylaw.records import folder as places
from bylaw.records.fact import Fact, row_of
from bylaw.records.folder import machine_chance, machine_clock, open_folder
from bylaw.records.records import Records
from bylaw.records.vault.master import KeyFile
from bylaw.records.vault.vault import Vault
from commandline import Bylaw
from ledger_exports import flipped, some_fact


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder in which 300 facts are recorded."""
    folder = tmp_path / "data"
    places.init(folder, "harbour")
    master = KeyFile(folder / "master.key")
    master.make(machine_chance)
    Vault.create(folder / "vault.db", master, clock=machine_clock)
    record(folder, 1, 300)
    return folder


def record(folder: Path, first: int, last: int) -> None:
    with Records.open(open_folder(folder)) as records:
        records.commit([some_fact(seq) for seq in range(first, last + 1)])


def test_an_auditor_verifies_an_export_and_finds_a_changed_bit(
    bylaw: Bylaw, data: Path, tmp_path: Path
) -> None:
    export = tmp_path / "export"
    assert bylaw("ledger", "checkpoint", "--data", data, "--out", tmp_path / "c1").status == 0
    key = bylaw("ledger", "key", "--data", data).out.strip()
    assert key.startswith("bylaw/harbour/")
    written = bylaw("ledger", "export", export, "--data", data)
    assert "300 records of bylaw/harbour/" in written.out
    sound = bylaw("ledger", "verify", export, "--key", key)
    assert (sound.status, sound.out[:18]) == (0, "sound: 300 records")

    damaged = export / "records/000"
    whole = damaged.read_bytes()
    damaged.write_bytes(flipped(whole, whole.index(b'"seq":17,') * 8 + 200 * 8))
    found = bylaw("ledger", "verify", export, "--key", key)
    assert found.status == 1
    assert found.out.splitlines() == [
        "records/000: record 17 is not what the ledger holds",
        "NOT SOUND",
    ]


def test_an_older_checkpoint_is_kept_and_shows_that_nothing_was_rewritten(
    bylaw: Bylaw, data: Path, tmp_path: Path
) -> None:
    bylaw("ledger", "checkpoint", "--data", data, "--out", tmp_path / "c1")
    key = bylaw("ledger", "key", "--data", data).out.strip()
    record(data, 301, 400)
    signed = bylaw("ledger", "checkpoint", "--data", data)
    assert signed.out.splitlines()[1] == "400"
    assert bylaw("ledger", "checkpoint", "--data", data).out == signed.out
    bylaw("ledger", "export", tmp_path / "export", "--data", data, "--sealed")
    older = ("--older", tmp_path / "c1")
    assert bylaw("ledger", "verify", tmp_path / "export", "--key", key, *older).status == 0
    stranger = "bylaw/harbour/0+" + key.partition("+")[2]
    assert bylaw("ledger", "verify", tmp_path / "export", "--key", stranger).status == 1


def test_one_record_is_proved_to_somebody(bylaw: Bylaw, data: Path, tmp_path: Path) -> None:
    bylaw("ledger", "checkpoint", "--data", data)
    key = bylaw("ledger", "key", "--data", data).out.strip()
    assert bylaw("ledger", "prove", 17, "--data", data, "--out", tmp_path).status == 0
    proof, line = tmp_path / "17.tlog-proof", tmp_path / "17.json"
    sound = bylaw("ledger", "verify", proof, "--record", line, "--key", key)
    assert (sound.status, sound.out[:31]) == (0, "sound: the record is in bylaw/h")
    line.write_bytes(line.read_bytes().replace(b"dec_17", b"dec_18"))
    assert bylaw("ledger", "verify", proof, "--record", line, "--key", key).status == 1


def test_nothing_is_proved_or_exported_before_it_is_signed(bylaw: Bylaw, data: Path, tmp_path: Path) -> None:
    bylaw("ledger", "checkpoint", "--data", data)
    record(data, 301, 301)
    unsigned = bylaw("ledger", "prove", 301, "--data", data, "--out", tmp_path)
    assert (unsigned.status, "ledger.no_checkpoint" in unsigned.err) == (2, True)
    assert bylaw("ledger", "export", data, "--data", data).status == 2


def test_a_checkpoint_is_refused_while_somebody_decides(bylaw: Bylaw, data: Path) -> None:
    with Records.open(open_folder(data)):
        refused = bylaw("ledger", "checkpoint", "--data", data)
    assert (refused.status, "records.locked" in refused.err) == (2, True)


def test_a_record_that_was_rewritten_together_with_its_leaf_is_not_exported(
    bylaw: Bylaw, data: Path, tmp_path: Path
) -> None:
    bylaw("ledger", "checkpoint", "--data", data)
    place = open_folder(data)
    with Records.open(place, writing=False) as records:
        row = records.row(17)
    forged = row_of(17, row.at, Fact("event.decided", b"{}"))
    with closing(sqlite3.connect(place.file)) as database, database:
        database.execute("DROP TRIGGER journal_stands")
        database.execute(
            "UPDATE journal SET kind=?, body=?, tag=?, subject=?, sealed=?, leaf=? WHERE seq=17",
            (*forged[2:7], forged.leaf),
        )
    refused = bylaw("ledger", "export", tmp_path / "export", "--data", data)
    assert (refused.status, "ledger.root" in refused.err) == (2, True)
    assert bylaw("ledger", "prove", 17, "--data", data, "--out", tmp_path).status == 2
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
