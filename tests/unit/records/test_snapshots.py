from pathlib import Path

from bylaw.records.snapshots import KEPT, Snapshot, Snapshots


def test_the_newest_snapshots_are_kept(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path)
    for seq in (5, 900, 70):
        snapshots.save(Snapshot(seq, b"%d" % seq))
    assert [snapshot.seq for snapshot in snapshots.newest()] == [900, 70][:KEPT]
    assert next(Snapshots(tmp_path).newest()).sealed == b"900"
    snapshots.forget()
    assert list(snapshots.newest()) == []
