"""kill -9 at every boundary of a durable write: nothing acknowledged is lost, nothing is half done."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from bylaw.records.backup import restore, verify
from bylaw.records.checking import check
from bylaw.records.delivery import Delivery
from bylaw.records.folder import open_folder
from bylaw.records.records import Records
from databases import Server, new_place
from room import SUMS, Sums

CRASHER = """
import os, signal, sys
from pathlib import Path
from bylaw.records.backup import backup, restore
from bylaw.records.folder import open_folder
from bylaw.records.records import Records
from room import Sums, noted

folder, wanted, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
seen = 0

def boundary(name):
    global seen
    seen += name == wanted
    if seen == times and name == wanted:
        os.kill(os.getpid(), signal.SIGKILL)

with Records.open(open_folder(folder), projectors=[Sums()], boundary=boundary) as records:
    for number in range(4):
        done = records.commit([noted("a", 1) for _ in range(20)])
        print(done.last, flush=True)
    records.save_checkpoint(80, b"note")
    print("checkpoint", flush=True)
    records.wither([1, 2, 3])
    print("withered", flush=True)
    backup(records, folder.parent / "backup", boundary=boundary)
    print("backup", flush=True)
if not records.place.database:
    restore(folder.parent / "backup", folder.parent / "restored", boundary=boundary)
    print("restored", flush=True)
"""
BOUNDARIES = [
    *(("before commit", n) for n in (1, 3)),
    *(("within commit", n) for n in (1, 3)),
    *(("after commit", n) for n in (1, 3)),
    ("before fold", 1),
    ("within fold", 1),
    ("after fold", 1),
    ("before checkpoint", 1),
    ("within checkpoint", 1),
    ("after checkpoint", 1),
    ("before wither", 1),
    ("within wither", 1),
    ("after wither", 1),
    ("after scrub", 1),
    ("before backup database", 1),
    ("after backup database", 1),
    ("before backup manifest", 1),
    ("before name manifest.json", 1),
    ("after write manifest.json", 1),
]
RESTORING = ["before restore database", "after restore database"]


def crash(folder: Path, boundary: str, times: int) -> list[str]:
    ran = subprocess.run(
        [sys.executable, "-c", CRASHER, str(folder), boundary, str(times)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    return ran.stdout.split()


def whole(folder: Path, said: list[str]) -> None:
    acknowledged = max((int(word) for word in said if word.isdigit()), default=0)
    with Records.open(open_folder(folder), projectors=[Sums()]) as records:
        assert acknowledged <= records.head <= acknowledged + 20
        assert records.head % 20 == 0
        assert check(records).is_sound
        with records.reading() as core:
            assert (core.scalar(sa.select(SUMS.c.total)) or 0) == records.head
        assert Delivery(records).counts(0).waiting == 2 * records.head
        if "checkpoint" in said:
            assert records.latest_checkpoint() == (80, b"note")
        if "withered" in said:
            assert records.row(2).sealed is None


@pytest.mark.parametrize(("boundary", "times"), BOUNDARIES)
def test_killed_on_sqlite(tmp_path: Path, boundary: str, times: int) -> None:
    place = new_place(tmp_path)
    said = crash(place.folder, boundary, times)
    whole(place.folder, said)
    if (tmp_path / "backup" / "manifest.json").exists():
        verify(tmp_path / "backup")


@pytest.mark.parametrize("boundary", ["before commit", "within commit", "after commit", "within wither"])
def test_killed_on_postgresql(server: Server, tmp_path: Path, boundary: str) -> None:
    place = new_place(tmp_path, server.url)
    said = crash(place.folder, boundary, 1)
    server.wait_until_alone()
    whole(place.folder, said)


@pytest.mark.parametrize("boundary", RESTORING)
def test_a_restore_that_was_cut_off_leaves_nothing_that_opens(tmp_path: Path, boundary: str) -> None:
    place = new_place(tmp_path)
    assert "backup" in crash(place.folder, boundary, 1)
    assert not (tmp_path / "restored" / "folder.json").exists()
    restored = restore(tmp_path / "backup", tmp_path / "again")
    whole(restored.folder, ["80", "checkpoint", "withered"])


FILLER = """
import resource, sys
from pathlib import Path
from bylaw.base.errors import UpstreamError
from bylaw.records.folder import open_folder
from bylaw.records.records import Records
from room import Sums, noted

with Records.open(open_folder(Path(sys.argv[1])), projectors=[Sums()]) as records:
    records.commit([noted("a", 1) for _ in range(100)])
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (records.store.sizes().log + 20_000, hard))
    try:
        records.commit([noted("a", 1) for _ in range(1000)])
    except UpstreamError as error:
        print(error.code, records.head)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    print(records.commit([noted("a", 1) for _ in range(100)]).last)
"""


def test_a_full_disk_is_told_and_nothing_is_half_done(tmp_path: Path) -> None:
    place = new_place(tmp_path)
    ran = subprocess.run(
        [sys.executable, "-c", FILLER, str(place.folder)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.splitlines() in (["records.disk 100", "200"], ["records.disk_full 100", "200"]), (
        ran.stderr
    )
    whole(place.folder, ["200"])


def test_a_torn_end_of_the_log_is_forgotten(tmp_path: Path) -> None:
    place = new_place(tmp_path)
    said = crash(place.folder, "after commit", 3)
    log = place.folder / "bylaw.db-wal"
    log.write_bytes(log.read_bytes()[:-5000])  # as if the last write had not reached the disk
    assert said == ["20", "40"]
    with Records.open(place, projectors=[Sums()]) as records:
        assert records.head == 40
        assert check(records).is_sound
