"""The signals about links, asked as a rule asks them."""

from datetime import UTC, datetime

import pytest

from bylaw.events.event import Event
from bylaw.events.vocabulary import LinkShared, MessageSent, PostCreated, ProfileUpdated
from bylaw.signals.signal import Lists, SignalValue
from bylaw.signals.urls.domains import domain_of
from bylaw.signals.urls.table import SIGNALS

AT = datetime(2026, 3, 1, tzinfo=UTC)
BY_NAME = {signal.member: signal for signal in SIGNALS}
PROTECTED: Lists = {"protected_names": ("Harbour",), "protected_domains": ("harbour.example",)}
TYPES: dict[str, type] = {"bool": bool, "int": int, "list(string)": list}


def value(name: str, subject: Event | str, lists: Lists | None = None) -> SignalValue:
    event = PostCreated(id="e1", at=AT, text=subject) if isinstance(subject, str) else subject
    return BY_NAME[name].compute(event, lists or {})


def test_the_table_is_whole_and_typed() -> None:
    event = PostCreated(id="e1", at=AT, text="http://a.com")
    assert len(BY_NAME) == len(SIGNALS)
    for signal in SIGNALS:
        assert signal.family == "urls"
        assert type(signal.compute(event, {})) is TYPES[signal.type]


def test_what_may_name_a_person_is_personal_and_nothing_else() -> None:
    assert {signal.member for signal in SIGNALS if signal.personal} == {"hosts", "domains"}


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (LinkShared(id="e1", at=AT, url="harbour.example/x", text="see b.com"), ["b.com", "harbour.example"]),
        (ProfileUpdated(id="e1", at=AT, website="HTTPS://Ann.name", bio="hi"), ["ann.name"]),
        (ProfileUpdated(id="e1", at=AT, website="my site is ann.com"), ["ann.com"]),
        (ProfileUpdated(id="e1", at=AT, website="ann@example.com"), []),
        (MessageSent(id="e1", at=AT, text="hello", links=["http://a.com", "b.it", ""]), ["a.com", "b.it"]),
    ],
)
def test_fields_that_hold_links_are_read(event: Event, found: list[str]) -> None:
    assert value("hosts", event) == found


def test_domains_are_registered_ones_and_no_addresses() -> None:
    text = "http://a.shop.example.co.uk http://b.example.co.uk http://127.0.0.1 http://www.harbour.example"
    assert value("domains", text) == ["example.co.uk", "harbour.example"]
    assert domain_of("localhost") == "localhost"


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        ("has_ip_host", "http://0300.0250.1/", "http://a1.com/127.0.0.1"),
        ("has_punycode", "http://münchen.de", "http://muenchen.de"),
        ("has_credentials", "https://bank.com@evil.com", "https://evil.com/bank@com"),
        ("has_odd_port", "http://a.com:8081", "http://a.com:443 ftp://b.com:21 http://c.com:80"),
        ("look_alike", "http://\u0430\u0440\u0440\u04cf\u0435.com", "http://münchen.de"),
        ("look_alike", "http://\u0440\u0430ypal.com", "http://пример.рф http://москва.com http://東京タワーabc.jp"),
        ("deceptive_text", "[bank.com](http://evil.com/x)", "[bank.com](https://www.bank.com/x) [here](http://a.com)"),
        (
            "deceptive_text",
            '<a class="b" href="http://evil.com">my <b>https://bank.com/in</b></a>',
            "<a href=http://login.bank.com>bank.com</a> <a href='/x'>bank.com</a>",
        ),
    ],
)  # fmt: skip
def test_flags(name: str, yes: str, no: str) -> None:
    assert value(name, f"see {yes} now") is True
    assert value(name, f"see {no} now") is False


def test_count_longest_and_none() -> None:
    assert value("count", "http://a.com/123 and b.com and http://a.com/123") == 2
    assert value("longest", "http://a.com/123 and b.com") == 16
    assert value("longest", "nothing") == 0


def test_shorteners_are_known_ones_and_those_of_the_book() -> None:
    text = "https://bit.ly/a http://go.shrt.example/b http://rabbit.ly/c"
    assert value("shortened", text) == 1
    assert value("shortened", text, {"url_shorteners": ("shrt.example",)}) == 2


def test_blocked_domains_are_those_of_the_book() -> None:
    assert value("listed", "http://x.pills.example") is False
    assert value("listed", "http://x.pills.example", {"blocked_domains": ("pills.example",)}) is True


@pytest.mark.parametrize(
    ("host", "posing"),
    [
        ("harbour.example", False),
        ("help.harbour.example", False),
        ("sarah.example", False),
        ("harb0ur.example", True),
        ("harbour-support.example", True),
        ("harbour.example.evil.com", True),
        ("harbour.xyz", True),
    ],
)
def test_hosts_that_pose_as_protected_ones(host: str, posing: bool) -> None:
    assert value("look_alike", f"https://{host}/x", PROTECTED) is posing


def test_a_name_alone_in_plain_letters_does_not_pose() -> None:
    names: Lists = {"protected_names": ("Harbour",)}
    assert value("look_alike", "https://harbour.example", names) is False
    assert value("look_alike", "https://harb0ur.example", names) is True
