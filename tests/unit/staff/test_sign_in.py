"""Signing in, and all the ways in which one does not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from authenticators import Authenticator
from bylaw.base.errors import BylawError, ConflictError, InputError, NotFoundError, RefusedError
from bylaw.staff.entry import CodeWanted, Entered, Wait
from bylaw.staff.model import Method
from bylaw.staff.passwords import Cost
from bylaw.staff.permissions import may
from bylaw.staff.roles import ADMIN, BUILT_IN, Assignment
from databases import new_place
from staff_world import GOOD, HOME, HOUR, MINUTE, SECOND, SITE, Clock, World, address, make, opened


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    place = new_place(tmp_path)
    make(place)
    with opened(place) as opened_world:
        yield opened_world


def refused(act: Callable[..., object], code: str) -> BylawError:
    with pytest.raises(BylawError) as raised:
        act()
    assert raised.value.code == code
    return raised.value


def entered(outcome: Entered | CodeWanted) -> Entered:
    assert isinstance(outcome, Entered)
    return outcome


# -- links


def test_a_link_lets_join_once(world: World) -> None:
    member, token = world.invite("ada", "reviewer")
    assert world.staff.roster.invited(token) == member
    joined = world.staff.roster.join(token, lambda one: world.staff.wallet.new_password(one, GOOD))
    assert joined.state == "active"
    refused(lambda: world.staff.roster.invited(token), "staff.link")
    refused(
        lambda: world.staff.roster.join(token, lambda one: world.staff.wallet.new_password(one, GOOD)),
        "staff.link",
    )


def test_a_link_that_is_too_old_replaced_or_made_up_lets_nobody_in(world: World) -> None:
    member, first = world.invite("ada", "reviewer")
    second = world.staff.roster.link(member.id).token
    refused(lambda: world.staff.roster.invited(first), "staff.link")
    refused(lambda: world.staff.roster.invited(second + "x"), "staff.link")
    refused(lambda: world.staff.roster.invited(""), "staff.link")
    world.clock.pass_(72 * HOUR)
    refused(lambda: world.staff.roster.invited(second), "staff.link")


def test_a_weak_password_leaves_the_link_as_it_was(world: World) -> None:
    _, token = world.invite("ada", "reviewer")
    with pytest.raises(InputError):
        world.staff.roster.join(token, lambda one: world.staff.wallet.new_password(one, "ada ada"))
    assert world.staff.roster.invited(token).state == "invited"


def test_who_begins_anew_by_a_link_is_let_in_by_nothing_from_before(world: World) -> None:
    member = world.join("ada", "reviewer")
    world.add_phone("ada")
    open_session = world.enter("ada")
    link = world.staff.roster.link(member.id).token
    fresh = "other words that nobody else says"
    world.staff.roster.join(link, lambda one: world.staff.wallet.new_password(one, fresh))
    refused(lambda: world.staff.sessions.present(open_session.token), "staff.session")
    refused(lambda: world.sign_in("ada"), "staff.refused")
    assert isinstance(world.sign_in("ada", fresh), Entered)


def test_one_can_join_with_a_passkey_and_have_no_password(world: World) -> None:
    _, token = world.invite("ada", ADMIN)
    roster, wallet, key = world.staff.roster, world.staff.wallet, Authenticator()
    asked = wallet.ask_passkey(roster.invited(token), SITE)
    answer = key.register(asked.ask)
    roster.join(token, lambda one: wallet.new_passkey(one, SITE, asked.ticket, answer, "blue key"))
    assert [held.label for held in wallet.held(roster.members()[0].id)] == ["blue key"]
    session = world.show(key).session
    assert (session.strong, session.method) == (True, Method.PASSKEY)
    refused(lambda: world.sign_in("ada"), "staff.refused")


# -- passwords


def test_whatever_is_wrong_the_answer_and_the_work_are_the_same(world: World) -> None:
    world.join("ada", "reviewer")
    suspended = world.join("bob", "reviewer")
    world.staff.roster.suspend(suspended.id)
    world.invite("cyd", "reviewer")
    told = set()
    for name, password in (
        ("ada", "not her words at all"),
        ("nobody", GOOD),
        ("bob", GOOD),
        ("cyd", GOOD),
        ("no address", GOOD),
        ("", ""),
    ):
        before = world.hasher.hashes
        told.add(str(refused(lambda who=name, word=password: world.sign_in(who, word), "staff.refused")))
        assert world.hasher.hashes == before + 1
    assert len(told) == 1
    assert not any(word in "".join(world.told("staff.failed")) for word in ("harbour", "nobody", GOOD))
    whys = [body.split('"why":"')[1].split('"')[0] for body in world.told("staff.failed")]
    assert whys == ["wrong", "unknown", "not_active", "wrong", "unknown", "unknown"]


def test_an_address_is_spelled_as_people_do(world: World) -> None:
    world.join("ada", "reviewer")
    entered(world.staff.door.with_password("  ADA@Harbour.example ", GOOD, HOME))


def test_a_hash_at_an_older_cost_is_made_anew_at_the_next_signing_in(tmp_path: Path) -> None:
    place, clock = new_place(tmp_path), Clock()
    make(place)
    with opened(place, clock) as world:
        world.join("ada", "reviewer")
        token = world.enter("ada").token
    with opened(place, clock, Cost(2, 8, 1)) as world:
        world.enter("ada")
        world.staff.sessions.present(token)  # still open: the password is the same
        assert world.told("factor.added")[-1].startswith('{"again":true')
        before = world.hasher.hashes
        world.enter("ada")
        assert world.hasher.hashes == before + 1


def test_a_hash_made_anew_never_brings_an_old_password_back(tmp_path: Path) -> None:
    place, clock = new_place(tmp_path), Clock()
    make(place)
    with opened(place, clock) as world:
        member = world.join("ada", "reviewer")
    fresh = "other words that nobody else says"
    with opened(place, clock, Cost(2, 8, 1)) as world:
        world.hasher.after = lambda: world.staff.wallet.set_password(member, fresh)  # while it is verified
        refused(lambda: world.sign_in("ada"), "staff.refused")
        assert isinstance(world.sign_in("ada", fresh), Entered)
        refused(lambda: world.sign_in("ada"), "staff.refused")


def test_a_new_password_ends_every_session(world: World) -> None:
    member = world.join("ada", "reviewer")
    token = world.enter("ada").token
    world.staff.wallet.set_password(member, "other words that nobody else says")
    refused(lambda: world.staff.sessions.present(token), "staff.session")
    refused(lambda: world.sign_in("ada"), "staff.refused")


# -- one-time codes


def test_a_phone_is_asked_for_after_the_password(world: World) -> None:
    world.join("ada", ADMIN)
    world.add_phone("ada")
    asked = world.sign_in("ada")
    assert isinstance(asked, CodeWanted)
    world.clock.pass_(30 * SECOND)
    session = world.staff.door.with_code(asked.ticket, world.code("ada"), HOME).session
    assert (session.strong, session.method) == (True, Method.PASSWORD_AND_PHONE)


def test_no_code_is_taken_twice_not_even_after_a_restart(tmp_path: Path) -> None:
    place, clock = new_place(tmp_path), Clock()
    make(place)
    with opened(place, clock) as world:
        world.join("ada", ADMIN)
        world.add_phone("ada")
        secrets = world.secrets
        refused(lambda: take_code(world, world.code("ada")), "staff.code")  # it was used to add the phone
        clock.pass_(30 * SECOND)
        code = world.code("ada")
        take_code(world, code)
    (place.folder / "sessions.db").unlink()
    with opened(place, clock) as world:
        world.secrets = secrets
        refused(lambda: take_code(world, code), "staff.code")
        assert '"why":"replayed"' in world.told("staff.failed")[-1]
        clock.pass_(30 * SECOND)
        take_code(world, world.code("ada"))


def take_code(world: World, code: str) -> Entered:
    asked = world.sign_in("ada")
    assert isinstance(asked, CodeWanted)
    return world.staff.door.with_code(asked.ticket, code, HOME)


def test_a_ticket_for_a_code_is_good_once_and_for_a_while(world: World) -> None:
    world.join("ada", ADMIN)
    world.add_phone("ada")
    asked = world.sign_in("ada")
    assert isinstance(asked, CodeWanted)
    world.clock.pass_(30 * SECOND)
    world.staff.door.with_code(asked.ticket, world.code("ada"), HOME)
    world.clock.pass_(30 * SECOND)
    refused(lambda: world.staff.door.with_code(asked.ticket, world.code("ada"), HOME), "staff.ticket")
    late = world.sign_in("ada")
    assert isinstance(late, CodeWanted)
    world.clock.pass_(10 * MINUTE)
    refused(lambda: world.staff.door.with_code(late.ticket, world.code("ada"), HOME), "staff.ticket")
    for made_up in ("", "x" * 60, late.ticket[:-4] + "AAAA", "é", "x" * 10_000):
        refused(lambda ticket=made_up: world.staff.door.with_code(ticket, "123456", HOME), "staff.ticket")


def test_a_password_changed_meanwhile_ends_what_was_half_done(world: World) -> None:
    member = world.join("ada", ADMIN)
    world.add_phone("ada")
    asked = world.sign_in("ada")
    assert isinstance(asked, CodeWanted)
    world.staff.wallet.set_password(member, "other words that nobody else says")
    world.clock.pass_(30 * SECOND)
    refused(lambda: world.staff.door.with_code(asked.ticket, world.code("ada"), HOME), "staff.ticket")


def test_each_code_on_paper_lets_in_once(world: World) -> None:
    world.join("ada", ADMIN)
    paper = world.add_phone("ada")
    assert take_code(world, paper[3]).session.method is Method.PASSWORD_AND_RECOVERY
    refused(lambda: take_code(world, paper[3]), "staff.code")
    take_code(world, paper[0].lower())
    refused(lambda: take_code(world, "AAAA-BBBB-CCCC-DDDD"), "staff.code")
    fresh = world.staff.wallet.renew_recovery(world.staff.roster.members()[0])
    refused(lambda: take_code(world, paper[1]), "staff.code")
    take_code(world, fresh[3])


def test_codes_cannot_be_tried_out(world: World) -> None:
    world.join("ada", ADMIN)
    world.add_phone("ada")
    asked = world.sign_in("ada")
    assert isinstance(asked, CodeWanted)
    for _ in range(5):
        refused(lambda: world.staff.door.with_code(asked.ticket, "000000", HOME), "staff.code")
    refused(lambda: world.staff.door.with_code(asked.ticket, world.code("ada"), HOME), "staff.wait")
    for _ in range(5):
        refused(lambda: take_code(world, "000000"), "staff.code")
    refused(lambda: take_code(world, world.code("ada")), "staff.wait")
    world.clock.pass_(HOUR)
    take_code(world, world.code("ada"))


# -- passkeys


def test_a_passkey_whose_count_does_not_grow_is_a_copy(world: World) -> None:
    key = Authenticator()
    world.join("ada", "reviewer")
    world.add_passkey("ada", key)
    world.show(key)
    world.show(key)
    key.count = 1
    refused(lambda: world.show(key), "staff.passkey")
    key.count = 5
    world.show(key)


def test_an_answer_of_a_passkey_is_taken_once(world: World) -> None:
    key = Authenticator(step=0)
    world.join("ada", "reviewer")
    world.add_passkey("ada", key)
    asked = world.staff.door.ask_passkey(SITE)
    answer = key.answer(asked.ask)
    world.staff.door.with_passkey(SITE, asked.ticket, answer, HOME)
    refused(lambda: world.staff.door.with_passkey(SITE, asked.ticket, answer, HOME), "staff.ticket")
    other = world.staff.door.ask_passkey(SITE)
    refused(lambda: world.staff.door.with_passkey(SITE, other.ticket, answer, HOME), "staff.passkey")


def test_a_passkey_that_nobody_added_or_whose_owner_is_suspended_lets_nobody_in(world: World) -> None:
    key = Authenticator()
    refused(lambda: world.show(key), "staff.passkey")
    member = world.join("ada", "reviewer")
    world.add_passkey("ada", key)
    world.staff.roster.suspend(member.id)
    refused(lambda: world.show(key), "staff.passkey")


def test_one_passkey_is_not_two_peoples(world: World) -> None:
    key = Authenticator()
    world.join("ada", "reviewer")
    world.join("bob", "reviewer")
    world.add_passkey("ada", key)
    refused(lambda: world.add_passkey("bob", key), "staff.factor_taken")


def test_a_ticket_of_one_member_is_of_no_use_to_another(world: World) -> None:
    ada, bob = world.join("ada", "reviewer"), world.join("bob", "reviewer")
    asked = world.staff.wallet.ask_passkey(ada, SITE)
    answer = Authenticator().register(asked.ask)
    refused(lambda: world.staff.wallet.add_passkey(bob, SITE, asked.ticket, answer), "staff.ticket")
    question = world.staff.door.ask_passkey(SITE)
    refused(lambda: world.staff.wallet.add_passkey(ada, SITE, question.ticket, answer), "staff.ticket")


# -- what lets a member in


def test_the_last_thing_that_lets_a_member_in_is_not_removed(world: World) -> None:
    member = world.join("ada", "reviewer")
    world.add_phone("ada")
    wallet = world.staff.wallet
    password = wallet.held(member.id)[0].factor.id
    refused(lambda: wallet.remove(member, password), "staff.last_factor")
    phone = next(held.factor.id for held in wallet.held(member.id) if held.factor.kind == "phone")
    wallet.remove(member, phone)
    assert [held.factor.kind for held in wallet.held(member.id)] == ["password"]
    with pytest.raises(NotFoundError):
        wallet.remove(member, phone)
    with pytest.raises(ConflictError):
        wallet.renew_recovery(member)


def test_what_lets_one_in_is_changed_just_after_showing_it(world: World) -> None:
    world.join("ada", "reviewer")
    present = world.present("ada")
    world.staff.sessions.demand_own(present)
    world.clock.pass_(10 * MINUTE)
    refused(lambda: world.staff.sessions.demand_own(present), "staff.prove")
    world.add_phone("ada")
    strong = world.present("ada")
    world.staff.sessions.demand_own(strong)
    world.clock.pass_(10 * MINUTE)
    refused(lambda: world.staff.sessions.demand_own(strong), "staff.prove")
    world.staff.sessions.prove_by_code(strong, world.code("ada"))
    world.staff.sessions.demand_own(world.staff.sessions.present(world_token(world)))


def world_token(world: World) -> str:
    world.clock.pass_(30 * SECOND)
    return world.enter("ada").token


# -- sessions


def test_a_session_ends_when_it_is_idle_and_at_the_latest_after_its_time(world: World) -> None:
    world.join("ada", "reviewer")
    idle, busy = world.enter("ada").token, world.enter("ada").token
    for _ in range(12):
        world.clock.pass_(59 * MINUTE)
        world.staff.sessions.present(busy)
    refused(lambda: world.staff.sessions.present(idle), "staff.session")
    world.clock.pass_(12 * MINUTE)
    refused(lambda: world.staff.sessions.present(busy), "staff.session")


def test_sessions_are_listed_and_end_one_by_one_or_all_at_once(world: World) -> None:
    member = world.join("ada", "reviewer")
    first, second, third = (world.enter("ada") for _ in range(3))
    world.clock.pass_(5 * MINUTE)
    world.staff.sessions.present(second.token)
    used = {one.id: one.used - one.opened for one in world.staff.sessions.of(member.id)}
    assert used == {first.session.id: 0, second.session.id: 5 * MINUTE, third.session.id: 0}
    world.staff.sessions.end(member.id, first.session.id, member.id)
    refused(lambda: world.staff.sessions.present(first.token), "staff.session")
    with pytest.raises(NotFoundError):
        world.staff.sessions.end(member.id, first.session.id)
    other = world.join("bob", "reviewer")
    with pytest.raises(NotFoundError):
        world.staff.sessions.end(other.id, second.session.id)
    assert world.staff.sessions.revoke(member.id) == 2
    for one in (second, third):
        refused(lambda token=one.token: world.staff.sessions.present(token), "staff.session")
    world.staff.sessions.present(world.enter("ada").token)


def test_no_session_comes_back_with_a_desk_that_was_put_back(tmp_path: Path) -> None:
    place, clock = new_place(tmp_path), Clock()
    make(place)
    desk = place.folder / "sessions.db"
    with opened(place, clock) as world:
        member = world.join("ada", "reviewer")
        token = world.enter("ada").token
    copy = desk.read_bytes()
    with opened(place, clock) as world:
        world.staff.sessions.present(token)
        world.staff.sessions.revoke(member.id)
    desk.write_bytes(copy)
    with opened(place, clock) as world:
        refused(lambda: world.staff.sessions.present(token), "staff.session")


def test_no_session_survives_a_record_that_was_put_back(tmp_path: Path) -> None:
    place, clock = new_place(tmp_path), Clock()
    make(place)
    with opened(place, clock) as world:
        world.join("ada", "reviewer")
    copy = place.file.read_bytes()
    with opened(place, clock) as world:
        token = world.enter("ada").token
    place.file.write_bytes(copy)
    for end in ("-wal", "-shm"):
        place.file.with_name(place.file.name + end).unlink(missing_ok=True)
    clock.pass_(SECOND)
    with opened(place, clock) as world:
        world.enter("ada")  # the same number, another fact
        refused(lambda: world.staff.sessions.present(token), "staff.session")


def test_only_digests_of_tokens_are_kept(tmp_path: Path) -> None:
    place = new_place(tmp_path)
    make(place)
    with opened(place) as world:
        _, link = world.invite("annelie", "reviewer")
        world.staff.roster.join(link, lambda one: world.staff.wallet.new_password(one, GOOD))
        paper = world.add_phone("annelie")
        session, key = world.enter("annelie").token, world.staff.keys.create("shop", ["event.write"]).token
        secret = world.secrets["annelie"]
    kept = b"".join(path.read_bytes() for path in place.folder.rglob("*") if path.is_file())
    for never in (
        link,
        session,
        key,
        key.split("_", 2)[2],
        secret,
        GOOD,
        address("annelie"),
        "Annelie",
        HOME,
    ):
        assert never.encode() not in kept
    assert not any(code.encode() in kept for code in paper)


# -- permissions of who is signed in


def test_a_role_that_asks_for_two_factors_grants_nothing_to_one(world: World) -> None:
    world.join("ada", ADMIN, "reviewer")
    present = world.present("ada")
    assert present.grants(BUILT_IN) == ()
    assert present.lacks_second(BUILT_IN)
    refused(
        lambda: world.staff.sessions.demand(present, BUILT_IN, "case.read"),
        "staff.second_factor",
    )
    world.add_phone("ada")
    strong = world.present("ada")
    assert may(strong.grants(BUILT_IN), "staff.manage")


def test_what_cannot_be_undone_asks_for_a_factor_shown_just_before(world: World) -> None:
    key = Authenticator()
    world.join("ada", ADMIN)
    world.add_passkey("ada", key)
    sessions, token = world.staff.sessions, world.show(key).token
    sessions.demand(sessions.present(token), BUILT_IN, "staff.manage")
    world.clock.pass_(10 * MINUTE)
    present = sessions.present(token)
    sessions.demand(present, BUILT_IN, "staff.read")
    refused(lambda: sessions.demand(present, BUILT_IN, "staff.manage"), "staff.prove")
    refused(lambda: sessions.demand(present, BUILT_IN, "case.decide"), "staff.may_not")
    asked = world.staff.door.ask_passkey(SITE)
    sessions.prove_by_passkey(present, SITE, asked.ticket, key.answer(asked.ask))
    sessions.demand(sessions.present(token), BUILT_IN, "staff.manage")


def test_somebody_elses_passkey_proves_nothing(world: World) -> None:
    hers, his = Authenticator(), Authenticator(id=b"another-passkey-01")
    world.join("ada", ADMIN)
    world.join("bob", "reviewer")
    world.add_passkey("ada", hers)
    world.add_passkey("bob", his)
    present = world.staff.sessions.present(world.show(hers).token)
    asked = world.staff.door.ask_passkey(SITE)
    refused(
        lambda: world.staff.sessions.prove_by_passkey(present, SITE, asked.ticket, his.answer(asked.ask)),
        "staff.passkey",
    )


def test_roles_count_from_the_next_request_on(world: World) -> None:
    member = world.join("ada", "reviewer")
    token = world.enter("ada").token
    narrowed = [Assignment("reviewer", queues=("spam",))]
    world.staff.roster.assign(member.id, narrowed, BUILT_IN)
    grants = world.staff.sessions.present(token).grants(BUILT_IN)
    assert may(grants, "case.decide", "spam")
    assert not may(grants, "case.decide", "abuse")


# -- throttling


def test_strangers_cannot_try_out_passwords_nor_lock_a_member_out_at_home(world: World) -> None:
    world.join("ada", "reviewer")
    world.enter("ada")  # from home, which is familiar now
    for n in range(10):
        refused(
            lambda n=n: world.sign_in("ada", "wrong words of a stranger", f"198.51.100.{n}"), "staff.refused"
        )
    before = world.hasher.hashes
    told = refused(lambda: world.sign_in("ada", GOOD, "198.51.100.99"), "staff.wait")
    assert isinstance(told, Wait)
    assert told.seconds == 3600
    assert world.hasher.hashes == before
    entered(world.sign_in("ada"))
    assert '"paused":true' in world.told("staff.failed")[-1]
    assert len(world.told("staff.failed")) == 10
    world.clock.pass_(HOUR)
    entered(world.sign_in("ada", GOOD, "198.51.100.99"))


def test_names_that_are_nobodys_are_counted_like_those_that_are_somebodys(world: World) -> None:
    world.join("ada", "reviewer")
    for name in ("ada", "nobody"):
        for n in range(10):
            refused(
                lambda n=n, who=name: world.sign_in(who, "wrong words", f"203.0.113.{n}"), "staff.refused"
            )
        refused(lambda who=name: world.sign_in(who, "wrong words", "203.0.113.200"), "staff.wait")


def test_a_source_that_tries_many_names_has_to_wait(world: World) -> None:
    for n in range(30):
        refused(lambda n=n: world.sign_in(f"name{n}", GOOD, "2001:db8:1:2::7"), "staff.refused")
    refused(lambda: world.sign_in("ada", GOOD, "2001:db8:1:2:ffff::1"), "staff.wait")
    refused(lambda: world.sign_in("ada", GOOD, "2001:db8:1:3::1"), "staff.refused")


def test_right_passwords_are_not_counted(world: World) -> None:
    world.join("ada", "reviewer")
    for _ in range(40):
        world.enter("ada")


def test_what_is_forgotten_at_the_desk_is_over(world: World) -> None:
    world.join("ada", "reviewer")
    token = world.enter("ada").token
    world.staff.tidy()
    world.staff.sessions.present(token)
    world.clock.pass_(12 * HOUR)
    world.staff.tidy()
    refused(lambda: world.staff.sessions.present(token), "staff.session")


def test_refusals_are_told_as_such(world: World) -> None:
    with pytest.raises(RefusedError):
        world.sign_in("ada")
