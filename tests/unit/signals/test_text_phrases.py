"""Phrases of a list in a text: whole words, through disguises, in any script."""

import pytest

from bylaw.base.errors import InputError
from bylaw.signals.text.functions import FUNCTIONS
from bylaw.signals.text.look_alikes import looks_like
from bylaw.signals.text.patterns import matches_any
from bylaw.signals.text.phrases import count_mentions, mentioned, mentions
from bylaw.signals.urls.domains import in_domains

PHRASES = (
    "online casino",
    "free money",
    "click here",
    "c++",
    "don't tell",
    "казино",
    "карта",
    "赌场",
    "카지노",
    "100% free",
)
NAMES = ("Harbour", "Harbour Support", "PayPal", "Ilse Varnholt", "Bo")


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Visit our ONLINE   casino!", "online casino"),
        ("an online-casino, of course", "online casino"),
        ("0nl1ne c4sin0", "online casino"),
        ("o n l i n e  c a s i n o", "online casino"),
        ("onliiiine casinoooo", "online casino"),
        ("fr33 m0ney", "free money"),
        ("c1ick here", "click here"),
        ("C!ick\nhere", "click here"),
        ("I love C++.", "c++"),
        ("Don\u2019t tell anyone", "don't tell"),
        ("лучшее казино города", "казино"),
        ("лучшее \u043aa\u0437\u0438\u043do города", "казино"),
        ("вот \u043a\u0061\u0440\u0442\u0061", "карта"),
        ("网上赌场优惠", "赌场"),
        ("카지노를 즐기세요", "카지노"),
        ("it is 100% free", "100% free"),
    ],
)
def test_phrases_are_found(text: str, phrase: str) -> None:
    assert mentioned(text, PHRASES) == [phrase]
    assert mentions(text, PHRASES)


@pytest.mark.parametrize(
    "text",
    [
        "online casinos",
        "freemoney",
        "click, then here",
        "C is older",
        "tell me",
        "кар",
        "100 free",
        "",
        "a good one",
    ],
)
def test_parts_of_words_are_no_phrases(text: str) -> None:
    assert mentioned(text, PHRASES) == []
    assert not mentions(text, PHRASES)


def test_i_and_l_and_doubled_letters_are_told_apart_in_plain_words() -> None:
    assert not mentions("the ail is here, all is good", ("all in", "god", "aii"))


def test_counting_counts_every_place() -> None:
    assert count_mentions("free money, fr33 money, FREE MONEY", PHRASES) == 3
    assert count_mentions("nothing", PHRASES) == 0


def test_entries_come_back_as_written_in_the_order_of_the_list() -> None:
    assert mentioned("click here for free money", ("Free Money", "CLICK HERE", "free money")) == [
        "Free Money",
        "CLICK HERE",
        "free money",
    ]


def test_empty_lists_and_empty_entries_match_nothing() -> None:
    assert not mentions("anything", ())
    assert not mentions("anything, at all", ("", " ", "..."))


def test_a_list_changed_by_its_owner_is_read_again() -> None:
    phrases = ["one thing"]
    assert not mentions("another thing", phrases)
    phrases.append("another thing")
    assert mentions("another thing", phrases)


def test_patterns_of_a_list() -> None:
    assert matches_any("send 0xdeadbeef", (r"\bcat\b", r"0x[0-9a-f]{8}"))
    assert not matches_any("concatenate", (r"\bcat\b",))
    assert not matches_any("anything", ())


def test_a_bad_pattern_is_told_by_its_number() -> None:
    with pytest.raises(InputError) as told:
        matches_any("text", ("fine", "(?=no)"))
    assert told.value.code == "signals.bad_pattern"
    assert "entry 2" in told.value.problem.message


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("example.com", True),
        ("Shop.Example.COM.", True),
        ("b\u00fccher.example", True),
        ("notexample.com", False),
        ("example.com.evil.net", False),
        ("com", False),
        ("", False),
        ("a" * 300 + ".example.com", False),
    ],
)
def test_hosts_in_domains(host: str, inside: bool) -> None:
    assert in_domains(host, ("*.example.com", "xn--bcher-kva.example")) is inside


@pytest.mark.parametrize(
    "name",
    [
        "Harbour",
        "harb0ur-support",
        "HarbourSupport",
        "harbour_team_2024",
        "H\u0430rb\u043eur",
        "officialharbour",
        "h a r b o u r",
        "hárbour",
        "Harbuor",
        "PaypaI",
        "paypa1 security",
        "\uff30ay\uff30al",
        "Ilse Varnhoft",
        "ilse.varnholt",
        "BO",
    ],
)
def test_names_that_pose_as_protected_ones(name: str) -> None:
    assert looks_like(name, NAMES)


@pytest.mark.parametrize(
    "name",
    [
        "Sarah Harbour",
        "Pearl Harbour Museum",
        "harbourmaster",
        "labour",
        "Paula",
        "support",
        "the team",
        "Bob",
        "",
        "  ",
        "12345",
    ],
)
def test_names_that_pose_as_nobody(name: str) -> None:
    assert not looks_like(name, NAMES)


def test_every_function_is_described() -> None:
    assert len({function.name for function in FUNCTIONS}) == len(FUNCTIONS)
    for function in FUNCTIONS:
        assert function.name == function.call.__name__
        assert function.doc.endswith(".")
        assert function.cost > 0
