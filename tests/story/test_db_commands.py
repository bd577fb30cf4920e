"""A data folder is made, looked at, upgraded, backed up and restored."""

from pathlib import Path

from bylaw.records.fact import Fact
from bylaw.records.folder import open_folder
from bylaw.records.records import Records
from commandline import Bylaw


def test_from_a_new_folder_to_a_restored_one(bylaw: Bylaw, tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    assert "made for harbour" in bylaw("db", "init", "--data", data, "--operator", "harbour").out
    keys = str(tmp_path / "keys")
    with Records.open(open_folder(tmp_path / "data"), clock=lambda: 1_790_000_000_000_000) as records:
        records.commit([Fact("service.started", b"{}")])
        backup, again = str(tmp_path / "backup"), str(tmp_path / "again")
        # The record is open: a backup does not mind.
        said = bylaw("db", "backup", "--data", data, "--to", backup, "--keys", keys)
        assert "1 rows" in said.out
        assert bylaw("db", "upgrade", "--data", data).status == 2  # an upgrade does
    assert bylaw("db", "upgrade", "--data", data).out == "schema 0003: as it was\n"
    assert bylaw("db", "restore", "--data", again, "--from", backup, "--keys", keys).status == 0
    told = bylaw("db", "status", "--data", again, "--json").json
    assert (told["operator"], told["head"], told["schema"]) == ("harbour", 1, "0003")
    assert "2026-09-21" in bylaw("db", "status", "--data", again).out


def test_what_is_no_data_folder_is_told(bylaw: Bylaw, tmp_path: Path) -> None:
    said = bylaw("db", "status", "--data", str(tmp_path))
    assert said.status == 2
    assert "records.no_folder" in said.err


def test_a_backup_holds_nothing_that_unwraps_it_and_is_not_restored_without(
    bylaw: Bylaw, tmp_path: Path
) -> None:
    data, backup, keys = tmp_path / "data", tmp_path / "backup", tmp_path / "keys"
    bylaw("db", "init", "--data", data, "--operator", "harbour")
    bylaw("db", "backup", "--data", data, "--to", backup, "--keys", keys)
    assert {path.name for path in backup.iterdir()} == {
        "blobs",
        "books",
        "database",
        "manifest.json",
        "vault.db",
    }
    assert {path.name for path in keys.iterdir()} == {"master.key", "vault.epochs"}
    said = bylaw("db", "restore", "--data", tmp_path / "again", "--from", backup, "--keys", tmp_path)
    assert said.status == 2
    assert "records.no_keys" in said.err
    assert not (tmp_path / "again").exists()
