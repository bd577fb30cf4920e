"""The room of staff over both databases: members, keys and readings, and that their tables are the fold of the facts."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import BylawError, ConflictError, InputError, NotFoundError, Problems, RefusedError
from bylaw.records.checking import check
from bylaw.records.fact import Fact
from bylaw.records.people import alias_of
from bylaw.records.records import Records
from bylaw.records.refolding import outdated
from bylaw.records.vault.uses import Use
from bylaw.staff.entry import CodeWanted
from bylaw.staff.keys import Keyring
from bylaw.staff.model import Member
from bylaw.staff.permissions import may
from bylaw.staff.reading import Purpose, What
from bylaw.staff.roles import ADMIN, BUILT_IN, Assignment
from databases import MakePlace
from staff_world import GOOD, HOME, MINUTE, START, Clock, World, address, make, opened


@pytest.fixture
def world(make_place: MakePlace) -> Iterator[World]:
    place = make_place()
    make(place)
    with opened(place) as opened_world:
        yield opened_world


def refused(act: Callable[..., object], code: str) -> None:
    with pytest.raises(BylawError) as raised:
        act()
    assert raised.value.code == code


# -- members


def test_a_life_of_a_member_is_the_fold_of_its_facts(world: World) -> None:
    roster = world.staff.roster
    world.join("root", ADMIN)
    ada = world.join("ada", "reviewer")
    world.add_phone("ada")
    roster.assign(ada.id, [Assignment("lead"), Assignment("reviewer", ("spam",), ("aup/spam",))], BUILT_IN)
    roster.describe(ada.id, "Ada B. Sample", address("ada.b"), ["de", "en"])
    roster.suspend(ada.id)
    refused(lambda: roster.suspend(ada.id), "staff.order")
    roster.resume(ada.id)
    world.sign_in("ada.b")
    roster.leave(ada.id)
    refused(lambda: roster.resume(ada.id), "staff.order")
    refused(lambda: world.sign_in("ada.b"), "staff.refused")
    found = check(world.records, rebuild=True)
    assert not found.problems


def test_an_address_is_one_persons_until_they_leave(world: World) -> None:
    ada = world.join("ada", "reviewer")
    refused(lambda: world.invite("ADA", "reviewer"), "staff.address_taken")
    bob = world.join("bob", "reviewer")
    refused(lambda: world.staff.roster.describe(bob.id, "Bob", address("ada")), "staff.address_taken")
    world.staff.roster.leave(ada.id)
    again, _ = world.invite("ada", "reviewer")
    assert again.id != ada.id
    assert world.staff.roster.at(address("ada")) == again


def test_pseudonyms_are_nobody_elses_and_say_nothing(world: World) -> None:
    members = [world.invite(name, "reviewer")[0] for name in ("yusuf", "priya", "otto")]
    assert len({one.pseudonym for one in members}) == 3
    assert all(one.outside == f"Reviewer {one.pseudonym}" for one in members)
    assert not any(
        word in "".join(world.told("staff.invited")) for word in ("yusuf", "priya", "otto", "harbour")
    )


def test_nobody_can_lock_everybody_out_or_raise_or_free_themselves(world: World) -> None:
    roster = world.staff.roster
    root = world.join("root", ADMIN)
    other = world.join("other", "reviewer")
    for verb in (roster.suspend, roster.leave):
        refused(lambda verb=verb: verb(root.id, other.id), "staff.last_admin")
        refused(lambda verb=verb: verb(root.id, root.id), "staff.self")
    refused(lambda: roster.assign(root.id, [], BUILT_IN, other.id), "staff.last_admin")
    refused(lambda: roster.assign(other.id, [Assignment(ADMIN)], BUILT_IN, other.id), "staff.self")
    refused(lambda: roster.link(root.id, root.id), "staff.self")
    roster.assign(other.id, [Assignment(ADMIN)], BUILT_IN, root.id)
    roster.suspend(root.id, other.id)
    refused(lambda: roster.resume(root.id, root.id), "staff.self")


@pytest.mark.parametrize("given", ["", "ada", "@harbour.example", "a b@harbour.example", "a@b"])
def test_what_is_no_address_is_refused_and_not_repeated(world: World, given: str) -> None:
    with pytest.raises(InputError) as raised:
        world.staff.roster.invite(given, "Ada", [], BUILT_IN)
    assert not given or given not in str(raised.value)


def test_unknown_roles_languages_and_names_are_refused(world: World) -> None:
    roster = world.staff.roster
    with pytest.raises(Problems):
        roster.invite(address("ada"), "Ada", [Assignment("reviever")], BUILT_IN)
    for name, languages in (
        ("", []),
        ("A" * 201, []),
        ("A\0", []),
        ("Ada", ["not a language"]),
        ("Ada", [""]),
    ):
        with pytest.raises(InputError):
            roster.invite(address("ada"), name, [], BUILT_IN, languages=languages)
    assert roster.members() == []
    with pytest.raises(NotFoundError):
        roster.member("staff_none")


def test_who_left_can_be_forgotten_and_what_they_did_stands(world: World) -> None:
    roster = world.staff.roster
    ada = world.join("ada", "reviewer")
    world.staff.reads.note(ada.id, What(objects=("case_1",)), Purpose.CASE)
    roster.leave(ada.id)
    subjects = roster.subjects(ada)
    assert len(subjects) == 2
    world.vault.destroy(subjects, list(Use)[:1])
    assert roster.profile(roster.member(ada.id)) is None
    assert roster.at(address("ada")) is None
    assert [one.read.staff for one in world.staff.reads.of(ada.id)] == [ada.id]
    again, _ = world.invite("ada", "reviewer")
    assert again.address != ada.address


def test_a_folder_made_before_there_were_staff_opens(make_place: MakePlace) -> None:
    place, clock = make_place(), Clock()
    make(place)
    with Records.open(place, clock=clock) as records:
        records.commit([Fact("note.made", canonical_bytes({"n": 1}))])
    with opened(place, clock) as world:
        assert world.staff.roster.members() == []
        assert world.join("ada", "reviewer").state == "active"
        assert not outdated(world.records.store.core, world.records.projectors)


def test_of_many_who_come_at_once_with_one_code_one_is_let_in(world: World) -> None:
    ada = world.join("ada", ADMIN)
    world.add_phone("ada")
    tickets = [asked.ticket for _ in range(4) if isinstance(asked := world.sign_in("ada"), CodeWanted)]
    world.clock.pass_(30_000_000)
    code = world.code("ada")

    def come(ticket: str) -> bool:
        try:
            world.staff.door.with_code(ticket, code, HOME)
        except RefusedError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(come, tickets)) == [False, False, False, True]
    assert len(world.told("staff.signed_in")) == len(world.staff.sessions.of(ada.id)) == 2
    assert not check(world.records, rebuild=True).problems


def test_the_history_of_a_member_is_told_newest_first(world: World) -> None:
    ada = world.join("ada", "reviewer")
    refused(lambda: world.sign_in("ada", "not her words at all"), "staff.refused")
    session = world.enter("ada").session
    world.staff.sessions.end(ada.id, session.id, ada.id)
    key = world.staff.keys.create("shop", ["event.write"], by=ada.id).key
    world.staff.reads.note(ada.id, What(objects=("case_1",)), Purpose.CASE)
    history = world.staff.roster.history(ada.id)
    assert [row.kind for row in history] == [
        "key.created",
        "session.ended",
        "staff.signed_in",
        "staff.failed",
        "factor.added",
        "staff.joined",
        "staff.invited",
    ]
    assert world.staff.roster.history(ada.id, before=history[-2].seq) == history[-1:]
    assert key.by == ada.id


def test_forgetting_somebody_forgets_every_address_that_is_nobody_elses(world: World) -> None:
    roster = world.staff.roster
    ada = world.join("ada", "reviewer")
    roster.describe(ada.id, "Ada", address("ada.b"))
    roster.leave(ada.id)
    assert len(roster.subjects(ada)) == 3
    heir, _ = world.invite("ada", "reviewer")
    assert len(roster.subjects(ada)) == 2
    world.vault.destroy(roster.subjects(ada), list(Use)[:1])
    assert roster.at(address("ada")) == heir
    assert roster.at(address("ada.b")) is None


# -- keys of the API


def test_a_key_lets_in_until_it_ends_or_is_revoked(world: World) -> None:
    keys = world.staff.keys
    made = keys.create("shop", ["event.write", "access.read"], expires=START + 10 * MINUTE, rate=600)
    found = keys.check(made.token)
    assert (found.id, found.rate) == (made.key.id, 600)
    assert may(found.grants, "event.write")
    assert not may(found.grants, "case.read")
    assert keys.used() == {made.key.id: "2026-09-21"}
    world.clock.pass_(10 * MINUTE)
    refused(lambda: keys.check(made.token), "key.expired")
    endless = keys.create("mill", ["event.write"], queues=["spam"])
    assert not may(keys.check(endless.token).grants, "event.write")
    assert may(keys.check(endless.token).grants, "event.write", "spam")
    keys.revoke(endless.key.id)
    refused(lambda: keys.check(endless.token), "key.revoked")
    with pytest.raises(ConflictError):
        keys.revoke(endless.key.id)
    with pytest.raises(NotFoundError):
        keys.revoke("key_none")


def test_what_is_no_key_is_refused_alike(world: World) -> None:
    keys = world.staff.keys
    token = keys.create("shop", ["event.write"]).token
    told = set()
    for wrong in (
        "",
        "key_",
        "key_x_y",
        token[:-1],
        token + "x",
        token.upper(),
        "Bearer " + token,
        "é" * 9000,
    ):
        with pytest.raises(RefusedError) as raised:
            keys.check(wrong)
        told.add((raised.value.code, str(raised.value)))
    assert len(told) == 1


def test_a_program_may_not_do_what_takes_a_person(world: World) -> None:
    for permissions, name in (
        (["staff.manage"], "shop"),
        (["event.wrte"], "shop"),
        ([], "shop"),
        (["event.write"], "Anna's laptop"),
        (["event.write"], ""),
    ):
        with pytest.raises(Problems):
            world.staff.keys.create(name, permissions)
    with pytest.raises(InputError):
        world.staff.keys.create("shop", ["event.write"], expires=START)
    with pytest.raises(InputError):
        world.staff.keys.create("shop", ["event.write"], rate=-1)


def test_another_process_sees_a_new_key_when_it_looks_again(world: World) -> None:
    other = Keyring(world.staff.means)
    made = world.staff.keys.create("shop", ["event.write"])
    refused(lambda: other.check(made.token), "key.refused")
    other.refresh()
    assert other.check(made.token) == made.key


# -- readings


def a_record(world: World, person: str) -> tuple[int, bytes]:
    subject = world.vault.subjects("account", [person])[person]
    body = canonical_bytes({"people": [alias_of(subject)]})
    return world.records.commit([Fact("note.made", body)]).first, subject


def test_a_reading_is_found_by_whom_it_concerns_and_by_who_read(world: World) -> None:
    ada, bob = world.join("ada", "reviewer"), world.join("bob", "reviewer")
    seq, person = a_record(world, "acc_7")
    _, other = a_record(world, "acc_8")
    reads = world.staff.reads
    reads.note(ada.id, What(records=(seq,), objects=("case_1",)), Purpose.CASE)
    why = "the police of a place asks for it, number 7"
    reads.note(bob.id, What(people=(alias_of(person), alias_of(other))), Purpose.LEGAL_PROCESS, why)
    assert [one.read.purpose for one in reads.of(ada.id)] == [Purpose.CASE]
    assert [one.read.staff for one in reads.about(person)] == [bob.id, ada.id]
    assert [one.read.staff for one in reads.about(other)] == [bob.id]
    noted = reads.about(other)[0]
    assert noted.reason == why
    assert why not in "".join(world.told("content.read"))
    assert reads.about(person, before=noted.seq)[0].read.staff == ada.id
    assert reads.of("staff_none") == []
    assert not check(world.records, rebuild=True).problems


@pytest.mark.parametrize(
    ("what", "purpose", "reason"),
    [
        (What(), Purpose.INVESTIGATION, "because it had to be seen"),
        (What(people=("sub_" + "0" * 32,)), Purpose.CASE, ""),
        (What(objects=("appeal_1",)), Purpose.CASE, ""),
        (What(objects=("x",)), Purpose.LEGAL_PROCESS, ""),
        (What(objects=("x",)), Purpose.EMERGENCY, "."),
        (What(objects=("x",)), Purpose.UPKEEP, "x" * 10_001),
        (What(objects=("x" * 129,)), Purpose.UPKEEP, "to see whether it works"),
        (What(records=tuple(range(1, 1_002))), Purpose.UPKEEP, "to see whether it works"),
        (What(objects=("case_1",)), Purpose.CASE, "x" * 10_001),
    ],
)
def test_a_reading_says_what_it_is_for(world: World, what: What, purpose: Purpose, reason: str) -> None:
    ada: Member = world.join("ada", "reviewer", password=GOOD)
    with pytest.raises(InputError):
        world.staff.reads.note(ada.id, what, purpose, reason)
    assert not world.told("content.read")


def test_readings_are_of_somebody_and_of_something_there(world: World) -> None:
    ada = world.join("ada", "reviewer")
    with pytest.raises(NotFoundError):
        world.staff.reads.note("staff_none", What(objects=("case_1",)), Purpose.CASE)
    with pytest.raises(NotFoundError):
        world.staff.reads.note(ada.id, What(records=(999,), objects=("case_1",)), Purpose.CASE)
