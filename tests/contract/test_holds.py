"""Holds, destruction, retention and the register, on each database."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError, RefusedError
from bylaw.engine.decider import Arrival
from bylaw.events.vocabulary import PostCreated
from bylaw.records.ageing import RetentionProjector, Schedule
from bylaw.records.checking import check
from bylaw.records.disclosures import Basis, Disclosure, DisclosuresProjector, Register
from bylaw.records.fact import Fact, associated
from bylaw.records.holds.destroying import BOTH
from bylaw.records.holds.fold import HoldsProjector
from bylaw.records.holds.keeper import Selection
from bylaw.records.holds.model import BEGUN, Begun, Contents, Ground, Keys, Matter, State
from bylaw.records.holds.selecting import Sought, sought
from bylaw.records.people import PEOPLE, alias_of
from bylaw.records.retention import DAY, Retention
from bylaw.records.vault.uses import Use
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import open_keeping, open_office
from bylaw.runtime.safekeeping import back_up, restore
from databases import MakePlace, Server
from keeping_world import REVIEW, START, World, make, opened
from small_book import files

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROJECTORS = (HoldsProjector(), RetentionProjector(), DisclosuresProjector())
POSTS = Schedule(name="posts", events=frozenset({"post.created"}), days=1, aggregate=True)


@pytest.fixture
def data(make_place: MakePlace) -> Path:
    folder = make_place().folder
    make(folder)
    return folder


def post(world: World, owner: str, clause: str = "") -> int:
    """Record an event of a kind that ages out."""
    subject = world.vault.subjects(PEOPLE, [owner])[owner]
    told = {
        "people": [alias_of(subject)],
        "kind": "post.created",
        "at": START,
        "clauses": [clause] * bool(clause),
    }
    body = canonical_bytes(told)
    sealed = world.vault.seal(subject, Use.PROFILE, b"said", associated("event.decided", None, body))
    return world.records.commit([Fact("event.decided", body, None, subject, sealed)]).first


def test_a_held_record_outlives_its_person_until_the_release(data: Path) -> None:
    with opened(data, projectors=PROJECTORS) as world:
        held, gone, named = world.note("ann"), world.note("ann"), world.note("bob", "ann")
        hold = world.hold(held)
        world.destroy(world.vault.subjects(PEOPLE, ["ann"])["ann"])
        assert [world.read(one) is not None for one in (held, gone, named)] == [True, False, False]
        world.keeper.release(hold, "settled")
        assert world.read(held) is None
        assert check(world.records, rebuild=True).problems == ()


def test_who_is_held_waits_and_goes_with_the_release(data: Path) -> None:
    with opened(data, projectors=PROJECTORS) as world:
        ann = world.vault.subjects(PEOPLE, ["ann"])["ann"]
        seq = world.note("ann")
        hold = world.hold(people=(ann,))
        world.destroy(ann)
        assert [one.state for one in world.keeper.unfinished()] == [State.SUSPENDED]
        assert world.read(seq)
        world.keeper.release(hold, "settled")
        assert (world.keeper.unfinished(), world.read(seq)) == ([], None)


def test_contents_go_record_by_record_and_what_is_held_stays(data: Path) -> None:
    with opened(data, projectors=PROJECTORS) as world:
        seqs = [world.note("ann") for _ in range(4)]
        world.hold(seqs[1])
        world.wither(*seqs)
        assert [world.records.row(seq).sealed is not None for seq in seqs] == [False, True, False, False]
        assert all(world.records.row(seq).withered for seq in (seqs[0], seqs[2]))


def test_the_commit_that_begins_a_destruction_fails_on_what_is_held(data: Path) -> None:
    with opened(data, projectors=PROJECTORS) as world:
        seq = world.note("ann")
        world.hold(seq)
        begun = Begun("end_x", Contents(((seq, seq),)), Ground.REQUEST)
        before = world.records.head
        with pytest.raises(ConflictError, match=r"destroy\.held"):
            world.records.commit([Fact(BEGUN, canonical_bytes(begun))])
        assert world.records.head == before


def test_contents_age_out_into_counts_and_held_ones_later(data: Path) -> None:
    with opened(data, projectors=PROJECTORS) as world:
        seqs = [post(world, "ann", "house/words/p1"), post(world, "bob"), post(world, "cy")]
        hold = world.hold(seqs[2])
        retention = Retention(world.records, world.vault, world.keeper)
        assert retention.apply([POSTS], START).aged.total() == 0
        run = retention.apply([POSTS], START + 2 * DAY)
        assert (run.aged["posts"], run.held["posts"]) == (2, 1)
        world.keeper.release(hold, "settled")
        run = retention.apply([POSTS], START + 2 * DAY)
        assert (run.aged["posts"], run.held["posts"]) == (1, 0)
        assert retention.aggregates() == {"2026-09-21": {"post.created": {"house/words/p1": 1, "": 2}}}
        assert check(world.records, rebuild=True).problems == ()


def test_records_are_found_by_what_they_are(data: Path) -> None:
    with opened(data, projectors=PROJECTORS) as world:
        first, second = post(world, "ann", "house/words/p1"), post(world, "bob")
        ann = world.vault.subjects(PEOPLE, ["ann"])["ann"]

        def found(what: Sought) -> list[int]:
            return list(sought(world.records, world.keeper.copies, what))

        assert found(Sought()) == [first, second]
        assert found(Sought(clauses=frozenset({"house/words/p1"}))) == [first]
        assert found(Sought(people=frozenset({ann}))) == [first]
        assert found(Sought(since=START + 1)) == []
        world.destroy(ann)
        assert found(Sought()) == [second]


def test_a_restored_backup_is_told_again_what_was_held_and_destroyed(server: Server, tmp_path: Path) -> None:
    data, operator = tmp_path / "data", f"restored-{os.getpid()}"
    init_data(data, operator, database=server.url)
    with open_office(data) as office:
        office.appoint(files())
        posts = [
            PostCreated(id=f"p{n}", at=NOON, actor=actor, text="Hi")
            for n, actor in enumerate(("ann", "ann", "bob"))
        ]
        held, gone, other = (
            one.seq for one in office.decider.decide([Arrival(one, one.at) for one in posts])
        )
    back_up(data, tmp_path / "backup")
    with open_keeping(data) as kept:
        kept.keeper.place(Matter.LITIGATION, REVIEW, Selection(seqs=[held]), "why")
        ann = kept.vault.subjects(PEOPLE, ["ann"])["ann"]
        kept.destroy(Keys(alias_of(ann), BOTH), Ground.REQUEST)
    server.execute(f'DROP SCHEMA "bylaw_{operator.replace("-", "_")}" CASCADE')
    restore(tmp_path / "backup", tmp_path / "again", data, database=server.url)
    with pytest.raises(RefusedError, match=r"records\.restored"), open_keeping(tmp_path / "again"):
        pass
    with open_keeping(tmp_path / "again", replay=True) as kept:
        copies = kept.keeper.copies
        rows = [kept.records.row(seq) for seq in (held, gone, other)]
        found = [(copies.original(row) or copies.read(row)) is not None for row in rows]
        assert found == [True, False, True]
        assert check(kept.records, rebuild=True).problems == ()


def test_the_register_tells_what_was_disclosed_about_somebody(data: Path) -> None:
    with opened(data, projectors=PROJECTORS) as world:
        seq = world.note("ann", "bob")
        disclosure = Disclosure(
            categories=("notes",), recipient="court", ground=Basis.PROTECT, approved_by=("staff_1",)
        )
        register = Register(world.records, world.vault)
        entry = register.enter(disclosure, [seq], "why")
        subjects = world.vault.subjects(PEOPLE, ["ann", "bob", "cy"])
        told = {name: register.of(subject) for name, subject in subjects.items()}
        assert told == {"ann": [entry.entered], "bob": [entry.entered], "cy": []}
