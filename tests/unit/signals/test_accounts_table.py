"""The signals about accounts, through their table."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bylaw.events.event import Event
from bylaw.events.kinds import KINDS, declare_kind
from bylaw.events.vocabulary import AccountLoggedIn, AccountRegistered, ProfileUpdated
from bylaw.signals.accounts.table import SIGNALS
from bylaw.signals.signal import Lists, SignalValue

BY_NAME = {signal.member: signal for signal in SIGNALS}
AT = datetime(2026, 3, 1, 10, tzinfo=UTC)
NAMES_OF_PEOPLE = """
    krzysztof nguyen bhattacharya Schwarzenegger venkatakrishnan hrvoje DvořákJan ngozi szczepanski sigurdsson
    xiaoqiang SaraSmith87 the_real_ann Анна_Петрова 田中太郎です
"""
PLAIN = {"bool": False, "double": 0.0, "list(string)": []}


def registered(**fields: Any) -> AccountRegistered:
    return AccountRegistered(id="1", at=AT, **fields)


def value(member: str, event: Event, lists: Lists | None = None) -> SignalValue:
    return BY_NAME[member].compute(event, lists or {})


def told(member: str, **fields: str) -> SignalValue:
    return value(member, registered(**fields))


def test_every_signal_is_of_the_family_and_says_what_it_is() -> None:
    assert len(BY_NAME) == len(SIGNALS)
    assert all(signal.family == "accounts" and signal.doc.endswith(".") for signal in SIGNALS)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.member)
def test_nothing_told_is_nothing_found(signal: Any) -> None:
    assert signal.compute(registered(), {}) == PLAIN[signal.type]


def test_each_serves_the_kinds_that_have_its_field() -> None:
    serving = {
        member: {kind for kind in KINDS if signal.serves(KINDS[kind])} for member, signal in BY_NAME.items()
    }
    assert serving["email_valid"] == {"account.registered", "account.updated"}
    assert serving["name_random"] >= {"account.registered", "account.logged_in", "profile.updated"}
    assert serving["profile_inconsistent"] == {"account.registered", "account.updated", "profile.updated"}
    assert "file.uploaded" not in set().union(*serving.values())


def test_a_declared_field_of_another_type_is_nothing_told() -> None:
    kind = declare_kind("crm.synced", {"email": "list(string)", "username": "int"})
    struct: Any = kind.struct
    event = struct(id="1", at=AT, email=["a@mailinator.com"], username=12345678)
    assert value("email_disposable", event) is False
    assert value("name_digits", event) == 0


@pytest.mark.parametrize(
    "email",
    ["a@mailinator.com", "A@MAILINATOR.COM.", "a@mx.mailinator.com", " a@yopmail.com ", "a@b@yopmail.fr"],
)
def test_throw_away_addresses(email: str) -> None:
    assert told("email_disposable", email=email) is True


@pytest.mark.parametrize(
    "email", ["a@gmail.com", "mailinator.com", "a@mailinator.com.example", "@", "a@", ""]
)
def test_other_addresses_are_kept(email: str) -> None:
    assert told("email_disposable", email=email) is False


@pytest.mark.parametrize("name", ["disposable_domains", "public_inboxes"])
def test_the_book_adds_to_the_list(name: str) -> None:
    lists = {name: ("*.open-box.example",)}
    assert value("email_disposable", registered(email="a@eu.open-box.example"), lists) is True
    assert value("email_disposable", registered(email="a@box.example"), lists) is False


@pytest.mark.parametrize(
    ("email", "valid"),
    [
        ("ann+shop@mail.example.com", True),
        ("ü@bücher.example", True),
        ("ann@example", False),
        ("ann@host.test", False),  # RFC 6761
        ("ann..b@example.com", False),
        ("Ann <ann@example.com>", False),
        ("ann@[192.0.2.1]", False),
        (f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.com", False),
        ("\ud800@example.com", False),
    ],
)
def test_valid_addresses(email: str, valid: bool) -> None:
    assert told("email_valid", email=email) is valid


@pytest.mark.parametrize(
    ("member", "yes", "no"),
    [
        ("email_free", ["a@gmail.com", "a@Yahoo.co.uk", "a@gmx.net"], ["a@gmail.example", "a@eu.gmail.com"]),
        ("email_tagged", ["ann+shop@example.com"], ["ann@example.com", "+x@example.com", "a+@example.com"]),
        (
            "email_role",
            ["Abuse@example.com", "no-reply+7@example.com", "list-request@example.com"],
            ["abuser@example.com", "ann@abuse.example"],
        ),
    ],
)
def test_what_sort_of_address_it_is(member: str, yes: list[str], no: list[str]) -> None:
    assert [told(member, email=email) for email in yes] == [True] * len(yes)
    assert [told(member, email=email) for email in no] == [False] * len(no)


def test_digits_of_a_handle() -> None:
    assert told("name_digits", username="ann12345") == 5 / 8
    assert told("name_digits", email="ann1+shop22@example.com") == 1 / 4
    assert told("name_digits", username="ann", email="1234@example.com") == 0
    assert value("name_digits", AccountLoggedIn(id="1", at=AT, username="٣٤")) == 1


@pytest.mark.parametrize("name", NAMES_OF_PEOPLE.split())
def test_names_of_people_are_not_random(name: str) -> None:
    random = told("name_random", username=name)
    assert isinstance(random, float)
    assert random < 0.4


@pytest.mark.parametrize("name", ["xkqvbnzt", "a8f3b2c91d", "qwmvcoem", "xJ4kPq9Zt2", "wpqxwhkd"])
def test_names_by_chance_are_random(name: str) -> None:
    random = told("name_random", email=f"{name}@example.com")
    assert isinstance(random, float)
    assert random >= 0.5


@pytest.mark.parametrize("field", ["username", "display_name", "name", "organisation_name"])
@pytest.mark.parametrize("name", ["hаrbour", "har\u200bbour", "𝓗𝓪𝓻𝓫𝓸𝓾𝓻", "\u202eruobrah", "ʜᴀʀʙᴏᴜʀ"])  # noqa: RUF001 - on purpose
def test_names_that_look_otherwise(field: str, name: str) -> None:
    assert told("name_confusable", **{field: name}) is True


@pytest.mark.parametrize("name", ["Harbour", "Анна Петрова", "José Müller", "田中 Taro", "नीता", "Ann 🌷"])
def test_names_that_look_like_what_they_are(name: str) -> None:
    assert told("name_confusable", display_name=name) is False


@pytest.mark.parametrize(
    ("profile", "reasons"),
    [
        ({"display_name": "ann@example.com"}, ["name is an address"]),
        ({"display_name": "Cheap: www.shop.example"}, ["name has a link"]),
        ({"name": "12 34"}, ["name without letters"]),
        ({"name": "N/A."}, ["placeholder name"]),
        ({"display_name": "N/A."}, []),
        ({"display_name": "Qtx", "email": "qtx+1@yopmail.com"}, ["name of a disposable address"]),
        ({"display_name": "Ann", "email": "ann@example.com"}, []),
        ({"phone": "+49 30 1234567", "declared_country": "FR"}, ["phone of another country"]),
        ({"phone": "+1 (416) 555-0100", "declared_country": "ca"}, []),
        ({"phone": "030 1234567", "declared_country": "FR"}, []),
        ({"phone": "+49 30 1234567", "declared_country": "France"}, []),
        ({"name": "Asdf", "display_name": "https://x.example"}, ["name has a link", "placeholder name"]),
    ],
)
def test_profiles_that_do_not_fit_together(profile: dict[str, str], reasons: list[str]) -> None:
    assert told("profile_inconsistent", **profile) == reasons


def test_a_profile_has_its_names_looked_at() -> None:
    event = ProfileUpdated(id="1", at=AT, display_name="http://x.example")
    assert value("profile_inconsistent", event) == ["name has a link"]
