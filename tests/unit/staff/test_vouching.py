"""Being let in by an identity provider, from the browser's going to its coming back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from bylaw.base.errors import BylawError
from bylaw.records.vault.uses import Use
from bylaw.staff.entry import CodeWanted, Entered, Outcome
from bylaw.staff.model import Member, Method
from bylaw.staff.providers import Provider
from bylaw.staff.roles import ADMIN
from bylaw.staff.wallet import Answer, Question
from databases import new_place
from staff_world import HOME, SECOND, World, make, opened

KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)
KEYS = {"keys": [KEY.as_dict(private=False)]}
WORK = Provider(
    name="work",
    issuer="https://id.harbour.example",
    client_id="bylaw",
    authorize="https://id.harbour.example/authorize",
    redirect="https://staff.harbour.example/staff/back",
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    place = new_place(tmp_path)
    make(place)
    with opened(place) as opened_world:
        yield opened_world


def refused(act: Callable[..., object], code: str) -> None:
    with pytest.raises(BylawError) as raised:
        act()
    assert raised.value.code == code


def vouch(world: World, question: Question, subject: str = "248289761001") -> Answer:
    """What a provider sends a browser back with, and the token fetched for it."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(question.ask).query).items()}
    now = world.clock.now // SECOND
    claims: dict[str, Any] = {"iss": WORK.issuer, "aud": asked["client_id"], "sub": subject}
    claims |= {"nonce": asked["nonce"], "iat": now, "exp": now + 60}
    return Answer(asked["state"], jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY))


def join(world: World, name: str, role: str, subject: str = "248289761001") -> Member:
    _, token = world.invite(name, role)
    roster, wallet = world.staff.roster, world.staff.wallet
    asked = wallet.ask_provider(roster.invited(token), WORK)
    answer = vouch(world, asked, subject)
    return roster.join(token, lambda one: wallet.new_identity(one, WORK, asked.ticket, answer, KEYS))


def come(world: World, provider: Provider = WORK, subject: str = "248289761001") -> Outcome:
    asked = world.staff.door.ask_provider(provider)
    answer = vouch(world, asked, subject)
    return world.staff.door.with_provider(provider, asked.ticket, answer, KEYS, HOME)


def test_a_member_who_joined_by_a_provider_is_let_in_by_it(world: World) -> None:
    ada = join(world, "ada", "reviewer")
    outcome = come(world)
    assert isinstance(outcome, Entered)
    assert (outcome.session.staff, outcome.session.method, outcome.session.strong) == (
        ada.id,
        Method.PROVIDER,
        False,
    )
    assert [held.label for held in world.staff.wallet.held(ada.id)] == ["work"]
    assert "248289761001" not in "".join(world.told("factor.added", "staff.signed_in"))


def test_a_provider_that_asks_for_two_factors_counts_as_two(world: World) -> None:
    join(world, "ada", ADMIN)
    outcome = come(
        world,
        Provider(**{name: getattr(WORK, name) for name in WORK.__struct_fields__} | {"two_factors": True}),
    )
    assert isinstance(outcome, Entered)
    assert outcome.session.strong


def test_a_phone_is_asked_for_after_a_provider_too(world: World) -> None:
    ada = join(world, "ada", ADMIN)
    first = come(world)
    assert isinstance(first, Entered)
    present = world.staff.sessions.present(first.token)
    offer = world.staff.wallet.offer_phone(ada, "Harbour")
    world.secrets["ada"] = offer.secret
    world.staff.sessions.add_phone(present, offer.ticket, world.code("ada"))
    asked = come(world)
    assert isinstance(asked, CodeWanted)
    world.clock.pass_(30 * SECOND)
    session = world.staff.door.with_code(asked.ticket, world.code("ada"), HOME).session
    assert (session.method, session.strong) == (Method.PROVIDER_AND_PHONE, True)


def test_whom_a_provider_vouches_for_is_not_let_in_unless_they_work_here(world: World) -> None:
    refused(lambda: come(world), "staff.refused")
    ada = join(world, "ada", "reviewer")
    refused(lambda: come(world, subject="another"), "staff.refused")
    world.staff.roster.suspend(ada.id)
    refused(lambda: come(world), "staff.refused")


def test_an_answer_is_taken_once_and_only_for_what_was_asked(world: World) -> None:
    join(world, "ada", "reviewer")
    door = world.staff.door
    asked, other = door.ask_provider(WORK), door.ask_provider(WORK)
    answer = vouch(world, asked)
    assert door.asked(asked.ticket).state == answer.state
    refused(lambda: door.with_provider(WORK, other.ticket, answer, KEYS, HOME), "staff.provider")
    door.with_provider(WORK, asked.ticket, answer, KEYS, HOME)
    refused(lambda: door.with_provider(WORK, asked.ticket, answer, KEYS, HOME), "staff.ticket")


def test_one_account_with_a_provider_is_one_members(world: World) -> None:
    join(world, "ada", "reviewer")
    refused(lambda: join(world, "bob", "reviewer"), "staff.factor_taken")


def test_an_account_is_added_and_forgotten_with_its_owner(world: World) -> None:
    ada = world.join("ada", "reviewer")
    asked = world.staff.wallet.ask_provider(ada, WORK)
    world.staff.wallet.add_identity(ada, WORK, asked.ticket, vouch(world, asked), KEYS)
    assert isinstance(come(world), Entered)
    world.staff.roster.leave(ada.id)
    refused(lambda: come(world), "staff.refused")
    subjects = world.staff.roster.subjects(ada)
    assert len(subjects) == 3
    world.vault.destroy(subjects, [Use.PROFILE])
    assert world.vault.known("staff-identity", f"{WORK.issuer} 248289761001") is None
