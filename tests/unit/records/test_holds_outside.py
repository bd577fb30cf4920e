"""The journal outside: what a restored database must not forget, in a file that says when it was changed."""

from pathlib import Path

import pytest

from bylaw.base.errors import BylawError, UpstreamError
from bylaw.records.fact import Fact, Row, row_of
from bylaw.records.holds.outside import Outside

INSTALLATION = "inst_1"


def rows(first: int, last: int) -> list[Row]:
    facts = (
        Fact("hold.placed", b'{"hold":"hold_%d"}' % seq, None, bytes(16), b"sealed") for seq in range(99)
    )
    return [row_of(seq, 1, fact) for seq, fact in zip(range(first, last + 1), facts, strict=False)]


def written(*paths: Path, last: int = 3) -> None:
    journal = Outside(paths, INSTALLATION)
    journal.read(mend=True)
    journal.append(rows(1, last))


def seqs(*paths: Path, mend: bool = False) -> list[int]:
    return [line.seq for line in Outside(paths, INSTALLATION).read(mend=mend)]


def test_what_was_written_is_read_and_can_be_recorded_again(tmp_path: Path) -> None:
    written(tmp_path / "a")
    (line, *_) = Outside([tmp_path / "a"], INSTALLATION).read(mend=False)
    (row, *_) = rows(1, 1)
    assert (line.seq, line.leaf) == (1, row.leaf)
    assert row_of(1, 1, line.fact).leaf == row.leaf


def test_every_changed_bit_is_found_or_costs_the_last_line_alone(tmp_path: Path) -> None:
    path = tmp_path / "a"
    written(path)
    good = path.read_bytes()
    for place in range(0, 8 * len(good), 7):
        changed = bytearray(good)
        changed[place // 8] ^= 1 << place % 8
        path.write_bytes(changed)
        try:
            found = seqs(path)
        except BylawError as error:
            assert error.code == "holds.outside"
        else:
            assert found == [1, 2], place
            assert place // 8 == len(good) - 1  # the end of the last line: what a torn write looks like


def test_a_torn_end_is_cut_off_and_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a"
    written(path)
    path.write_bytes(path.read_bytes()[:-5])
    journal = Outside([path], INSTALLATION)
    assert [line.seq for line in journal.read(mend=True)] == [1, 2]
    journal.append(rows(3, 4))
    assert seqs(path) == [1, 2, 3, 4]


def test_the_longer_copy_mends_the_other_and_copies_that_differ_are_told(tmp_path: Path) -> None:
    one, other = tmp_path / "a", tmp_path / "b"
    written(one)
    assert seqs(one, other, mend=True) == [1, 2, 3]
    assert other.read_bytes() == one.read_bytes()
    written(tmp_path / "c", last=2)
    other.write_bytes((tmp_path / "c").read_bytes())
    assert seqs(one, other, mend=True) == [1, 2, 3]
    other.unlink()
    journal = Outside([other], INSTALLATION)
    journal.read(mend=True)
    journal.append(rows(7, 8))
    with pytest.raises(BylawError, match=r"holds\.outside"):
        seqs(one, other)


def test_a_journal_of_another_installation_is_not_taken(tmp_path: Path) -> None:
    written(tmp_path / "a")
    with pytest.raises(BylawError, match=r"holds\.outside"):
        Outside([tmp_path / "a"], "inst_2").read(mend=False)


def test_what_the_disk_refused_is_written_before_anything_else(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    path, second = disk / "a", tmp_path / "b"
    journal = Outside([second, path], INSTALLATION)
    journal.read(mend=True)
    journal.append(rows(1, 1))
    disk.rename(tmp_path / "gone")
    with pytest.raises(UpstreamError, match=r"holds\.outside_closed"):
        journal.append(rows(2, 2))
    (tmp_path / "gone").rename(disk)
    journal.append(rows(3, 3))
    assert seqs(path, second) == [1, 2, 3]
    assert path.read_bytes() == second.read_bytes()
