"""What a record promises, on SQLite and on PostgreSQL alike."""

import hashlib
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from bylaw.base.errors import BylawError, ConflictError, InputError, IntegrityError, NotFoundError
from bylaw.records.checking import check
from bylaw.records.delivery import Delivery
from bylaw.records.fact import Fact, is_sound, leaf_hash
from bylaw.records.ledger.tree import root_of
from bylaw.records.records import Records
from bylaw.records.schema import CHECKPOINTS, JOURNAL, TILES
from bylaw.records.status import status
from databases import MakePlace, Server, new_place
from room import SUMS, Sums, noted


class RoomError(Exception):
    pass


def totals(records: Records) -> dict[str, int]:
    with records.reading() as core:
        return {row.name: row.total for row in core.execute(sa.select(SUMS))}


def test_what_is_committed_is_found_again_after_a_restart(make_place: MakePlace) -> None:
    place = make_place()
    facts = [noted("a", n) for n in range(5)] + [Fact("nothing.special", b"{}")]
    with Records.open(place, clock=lambda: 7) as records:
        assert records.commit(facts[:2]) == (1, 2, 7)
        assert records.commit(facts[2:]) == (3, 6, 7)
    with Records.open(place) as records:
        rows = list(records.rows())
        assert [row.seq for row in rows] == [1, 2, 3, 4, 5, 6]
        assert [Fact(r.kind, r.body, r.tag, r.subject, r.sealed) for r in rows] == facts
        assert all(is_sound(row) for row in rows)
        assert records.row(3) == rows[2]
        assert records.head == 6


def test_tags_are_found_and_taken_once(make_place: MakePlace) -> None:
    with Records.open(make_place()) as records:
        facts = [noted("a", n) for n in range(1200)]
        records.commit(facts)
        tags = [fact.tag or b"" for fact in facts]
        assert records.find([*tags, b"?" * 16]) == {tag: seq for seq, tag in enumerate(tags, start=1)}
        with pytest.raises(ConflictError) as refused:
            records.commit([noted("b", 1), facts[7]])
        assert refused.value.code == "records.duplicate"
        assert records.head == 1200
        assert records.commit([noted("b", 1)]).first == 1201


def test_rows_can_be_asked_for_by_place_and_kind(make_place: MakePlace) -> None:
    with Records.open(make_place()) as records:
        records.commit([noted("a", n, kind="even" if n % 2 == 0 else "odd") for n in range(2100)])
        assert [row.seq for row in records.rows(5, 9)] == [5, 6, 7, 8, 9]
        assert sum(1 for _ in records.rows(kinds={"odd"})) == 1050
        assert {row.kind for row in records.rows(1, 10, kinds={"even"})} == {"even"}
        with pytest.raises(NotFoundError):
            records.row(2101)


def test_the_ledger_grows_with_the_rows(make_place: MakePlace) -> None:
    place = make_place()
    with Records.open(place) as records:
        for size in (1, 255, 1, 300, 500):
            records.commit([noted("a", n) for n in range(size)])
        leaves = records.leaf_hashes(1, records.head)
        root = records.growth.root
        assert root == root_of(b"".join(leaves))
        assert records.tile(0, 1) == b"".join(leaves[256:512])
        assert records.tile(1, 0) == b"".join(
            root_of(b"".join(leaves[n : n + 256])) for n in (0, 256, 512, 768)
        )
        assert records.tile(2, 0) == b""
    with Records.open(place) as records:
        assert records.growth.root == root


def test_time_never_runs_backwards_in_the_record(make_place: MakePlace) -> None:
    times = iter([50, 10, 60])
    with Records.open(make_place(), clock=lambda: next(times)) as records:
        assert [records.commit([noted("a", 1)]).at for _ in range(3)] == [50, 50, 60]


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_a_room_that_fails_takes_everything_back(make_place: MakePlace, failing: int) -> None:
    def fail(seq: int) -> None:
        if seq == failing + 1:
            raise RoomError

    place = make_place()
    with Records.open(place, projectors=[Sums(fail)]) as records:
        records.commit([noted("a", 1)])
        outbox = Delivery(records).counts(1 << 60)
        with pytest.raises(RoomError):
            records.commit([noted("a", 1), noted("b", 2), noted("a", 4)])
        assert (records.head, totals(records)) == (1, {"a": 1})
        assert Delivery(records).counts(1 << 60) == outbox
        assert check(records).is_sound
    with Records.open(place, projectors=[Sums()]) as records:
        records.commit([noted("a", 1), noted("b", 2), noted("a", 4)])
        assert totals(records) == {"a": 6, "b": 2}
        assert check(records).is_sound


def test_facts_that_are_not_as_they_must_be_are_refused(make_place: MakePlace) -> None:
    with Records.open(make_place()) as records:
        for bad in (
            Fact("", b"{}"),
            Fact("k", b"{}", tag=b"short"),
            Fact("k", b"{}", subject=b"short"),
            Fact("k", b"{}", sealed=b""),
            Fact("k", b"x" * ((1 << 20) + 1)),
        ):
            with pytest.raises(InputError):
                records.commit([bad])
        with pytest.raises(InputError):
            records.commit([])
        assert records.head == 0


def test_the_journal_is_append_only_but_for_payloads_that_age_out(make_place: MakePlace) -> None:
    with Records.open(make_place()) as records:
        records.commit(
            [noted("a", 1, sealed=b"one"), noted("a", 2, sealed=None), noted("a", 3, sealed=b"three")]
        )
        here = JOURNAL.c.seq == 1
        digest = hashlib.sha256(b"one").digest()
        for statement in (
            sa.delete(JOURNAL).where(here),
            sa.update(JOURNAL).where(here).values(body=b"[]"),
            sa.update(JOURNAL).where(here).values(sealed=b"other"),
            sa.update(JOURNAL).where(here).values(sealed=None),
            sa.update(JOURNAL).where(here).values(sealed=None, withered=digest, at=1),
            sa.update(JOURNAL).where(JOURNAL.c.seq == 2).values(withered=digest),
        ):
            with pytest.raises(BylawError):
                records.transact("tamper", lambda tx, s=statement: tx.execute(s))  # type: ignore[misc]
        assert records.wither([1, 2]) == 1
        assert (records.row(1).sealed, records.row(1).withered) == (None, digest)
        assert records.row(3).sealed == b"three"
        assert records.wither([1]) == 0
        assert check(records).is_sound


def test_checkpoints_are_kept(make_place: MakePlace) -> None:
    with Records.open(make_place()) as records:
        assert records.latest_checkpoint() is None
        records.save_checkpoint(5, b"five")
        records.save_checkpoint(9, b"nine")
        assert records.latest_checkpoint() == (9, b"nine")
        with pytest.raises(ConflictError):
            records.save_checkpoint(9, b"another nine")


def test_a_fold_that_changed_is_made_anew_from_the_facts(make_place: MakePlace) -> None:
    place = make_place()
    with Records.open(place) as records:  # nobody listens yet
        records.commit([noted("a", 1), noted("b", 2)])
    with Records.open(place, projectors=[Sums()]) as records:
        assert totals(records) == {"a": 1, "b": 2}
        assert Delivery(records).counts(1 << 60).waiting == 0  # what was not sent then is not sent now
        records.transact("tamper", lambda tx: tx.execute(sa.update(SUMS).values(total=9)))
    with Records.open(place, projectors=[Sums(version=2)]) as records:
        assert totals(records) == {"a": 1, "b": 2}


def test_rebuilding_names_the_table_the_key_and_the_column(make_place: MakePlace) -> None:
    with Records.open(make_place(), projectors=[Sums()]) as records:
        records.commit([noted(name, 1) for name in ("a", "B", "c", "ä")])
        assert check(records).is_sound
        records.transact(
            "tamper", lambda tx: tx.execute(sa.update(SUMS).where(SUMS.c.name == "c").values(total=2))
        )
        records.transact("tamper", lambda tx: tx.execute(sa.delete(SUMS).where(SUMS.c.name == "B")))
        records.transact(
            "tamper", lambda tx: tx.execute(sa.insert(SUMS), {"name": "d", "total": 1, "last": b""})
        )
        assert [problem.message for problem in check(records).problems] == [
            "row B of `sums` is missing",
            "row c of `sums` differs in column `total`",
            "row d of `sums` should not be there",
        ]


def test_check_finds_altered_tiles_and_checkpoints(make_place: MakePlace) -> None:
    with Records.open(make_place()) as records:
        records.commit([noted("a", n) for n in range(600)])
        records.save_checkpoint(600, b"note")
        assert check(records).root == records.growth.root
        records.transact("tamper", lambda tx: tx.execute(sa.update(TILES).values(hashes=b"x" * 64)))
        records.transact("tamper", lambda tx: tx.execute(sa.update(CHECKPOINTS).values(note=b"other")))
        assert {problem.code for problem in check(records).problems} == {"records.tile", "records.altered"}
        with pytest.raises(IntegrityError):
            records.latest_checkpoint()


def test_a_leaf_binds_a_row_to_its_place() -> None:
    assert leaf_hash(b"") == hashlib.sha256(b"\x00").digest()


def test_reading_goes_on_beside_the_decider(make_place: MakePlace) -> None:
    place = make_place()
    with Records.open(place) as records:
        records.commit([noted("a", 1)])
        with Records.open(place, writing=False) as other:
            records.commit([noted("a", 2)])
            assert (other.head, other.row(2)) == (2, records.row(2))
            with pytest.raises(InputError):
                other.commit([noted("a", 3)])


def test_status_counts(make_place: MakePlace) -> None:
    with Records.open(make_place(), projectors=[Sums()], clock=lambda: 5) as records:
        records.commit([noted("a", 1)])
        found = status(records, 6)
        assert (found.head, found.at, found.schema, found.outbox.waiting) == (1, 5, "0003", 2)
        assert found.database_bytes > 0


def test_a_server_that_restarts_loses_nothing_and_doubles_nothing(server: Server, tmp_path: Path) -> None:
    numbers = count()
    calls = iter(range(10**6))

    def boundary(name: str) -> None:
        if name in {"before commit", "within commit"} and next(calls) in {3, 8}:
            server.restart()

    with Records.open(new_place(tmp_path, server.url), projectors=[Sums()], boundary=boundary) as records:
        for _ in range(6):
            records.commit([noted("a", next(numbers))])
        server.restart()
        assert records.row(6).seq == 6
        assert totals(records) == {"a": 15}
        assert check(records).is_sound
