"""A backup holds one moment, says what it holds, and comes back as it was."""

import threading
from pathlib import Path

import pytest

from bylaw.base.errors import ConflictError, IntegrityError, NotFoundError
from bylaw.records.backup import backup, restore, verify
from bylaw.records.books import Books
from bylaw.records.checking import check
from bylaw.records.records import Records
from databases import MakePlace, Server, new_place
from room import Sums, noted


def test_a_backup_made_under_load_comes_back_whole(tmp_path: Path) -> None:
    place = new_place(tmp_path)
    with Records.open(place, projectors=[Sums()]) as records:
        records.commit([noted("a", 1) for _ in range(400)])
        Books(place.folder / "books").keep({"operator.toml": b"x = 1"})
        stop = threading.Event()

        def load() -> None:
            while not stop.is_set():
                records.commit([noted("a", 1) for _ in range(20)])

        writer = threading.Thread(target=load)
        writer.start()
        manifest = backup(records, tmp_path / "backup")
        stop.set()
        writer.join()
        assert 400 <= manifest.head <= records.head
        rows = list(records.rows(1, manifest.head))
    assert verify(tmp_path / "backup") == manifest
    restored = restore(tmp_path / "backup", tmp_path / "restored")
    assert (restored.operator, restored.installation) == (place.operator, place.installation)
    with Records.open(restored, projectors=[Sums()]) as records:
        assert list(records.rows()) == rows
        assert check(records).is_sound
        assert records.commit([noted("a", 1)]).first == manifest.head + 1


def test_on_postgresql_it_comes_back_into_a_database_without_that_operator(
    server: Server, tmp_path: Path
) -> None:
    place = new_place(tmp_path, server.url)
    with Records.open(place, projectors=[Sums()]) as records:
        records.commit([noted("a", n) for n in range(600)])
        records.save_checkpoint(600, b"note")
        rows = list(records.rows())
        manifest = backup(records, tmp_path / "backup")
    with pytest.raises(ConflictError) as refused:
        restore(tmp_path / "backup", tmp_path / "restored", database=server.url)
    assert refused.value.code == "records.database_used"
    server.execute(f"DROP SCHEMA {place.schema} CASCADE")
    restored = restore(tmp_path / "backup", tmp_path / "again", database=server.url)
    with Records.open(restored, projectors=[Sums()]) as records:
        assert list(records.rows()) == rows
        assert records.head == manifest.head
        assert records.latest_checkpoint() == (600, b"note")
        assert check(records).is_sound


def write_keys(folder: Path) -> None:
    (folder / "vault").write_bytes(b"keys")


def test_what_is_no_whole_backup_is_refused(tmp_path: Path, make_place: MakePlace) -> None:
    target = tmp_path / "backup"
    with Records.open(make_place()) as records:
        records.commit([noted("a", 1)])
        backup(records, target, also=[write_keys])
        with pytest.raises(ConflictError):
            backup(records, target)
    assert "vault" in verify(target).files
    (target / "vault").write_bytes(b"kezs")
    with pytest.raises(IntegrityError, match="`vault` is not what was backed up"):
        verify(target)
    (target / "vault").write_bytes(b"keys")
    (target / "more").write_bytes(b"")
    with pytest.raises(IntegrityError, match="`more`"):
        restore(target, tmp_path / "restored")
    (target / "more").unlink()
    (target / "manifest.json").unlink()
    with pytest.raises(NotFoundError):
        verify(target)


def test_a_folder_in_use_is_not_restored_over(tmp_path: Path) -> None:
    place = new_place(tmp_path)
    with Records.open(place) as records:
        backup(records, tmp_path / "backup")
    with pytest.raises(ConflictError):
        restore(tmp_path / "backup", place.folder)
    with pytest.raises(ConflictError) as refused:
        restore(tmp_path / "backup", tmp_path / "new", database="postgresql:///x")
    assert refused.value.code == "records.other_database"
