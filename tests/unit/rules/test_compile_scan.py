"""Text conditions answered together: each true, false or an error as if it stood in its place."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bylaw.engine.compiled import PATTERNS, PHRASES
from bylaw.events.event import Event
from bylaw.events.kinds import KINDS
from bylaw.rules.compile.scan import TEXTS, Question, joined
from bylaw.rules.compile.together import pattern_set
from rules_in_memory import Rules

WORDS = ("ferry", "quay", "a$", ".", "é", "😀", "", "Ferry", "four\n", "\0", "\\d")
PATTERNS_TRIED = (
    "a$",
    r"\s",
    r"^the",
    "(?i)FERRY",
    "",
    r"\bfo",
    "(?m)a$",
    r"\pL{3}",
    ".{3,5}q",
    r"é?$",
    r"the.{0,20}y",
    "(?i)Q.{10,}0",
    r"\\d{2,11}|f",
    "[a-zA-Z]{1,30}y",
)
TEXTS_TRIED = ("", "the ferry", "a\n", "a\n\n", "\v", "é 😀", "FERRY quay\0", "four\n5", "a$.\\d")
LISTS = {
    "first": ("buy now", "casino"),
    "second": ("casino", "lottery"),
    "rough": (r"\d{3}", "(?i)win"),
    "none": ("zz",),
}


def message(text: str, **fields: Any) -> Event:
    made: Any = KINDS["message.sent"].struct
    event: Event = made(id="evt_1", at=datetime(2026, 3, 1, tzinfo=UTC), text=text, **fields)
    return event


def conditions() -> list[str]:
    methods = ("contains", "startsWith", "endsWith")
    return [
        *(f"event.text.{method}({literal(word)})" for method in methods for word in WORDS),
        *(f"event.text.matches({literal(pattern)})" for pattern in PATTERNS_TRIED),
    ]


def literal(text: str) -> str:
    return "'" + "".join(f"\\U{ord(char):08x}" for char in text) + "'"


def test_a_joined_scan_says_what_each_condition_says() -> None:
    rules = Rules(*conditions())
    (scan,) = rules.generated.scans
    assert len(scan.questions) == len(set(conditions()))
    for text in TEXTS_TRIED:
        assert rules.outcomes(message(text))


def test_few_conditions_are_not_worth_a_scan() -> None:
    assert Rules("event.text.contains('a')", "event.text.contains('b')").generated.scans == ()


def test_an_absent_text_is_an_error_in_each_place() -> None:
    rules = Rules(
        *(f"event.subject.contains('w{n}')" for n in range(15)),
        "has(event.subject) && event.subject.contains('w1')",
    )
    assert len(rules.generated.scans) == 1
    assert set(rules.outcomes(message("x")).values()) == {"no_such_key"}
    assert rules.outcomes(message("x", subject="w1")) == {"r1": "true", "r15": "true"}


def test_half_a_character_is_left_to_the_interpreter() -> None:
    rules = Rules(*conditions())
    rules.outcomes(message("the \ud800 ferry?"))


def test_texts_that_are_made_are_scanned_as_well() -> None:
    rules = Rules(*(f"event.text.lowerAscii().contains('word{n}')" for n in range(15)))
    assert len(rules.generated.scans) == 1
    assert rules.outcomes(message("WORD3")) == {"r3": "true"}


def test_rules_that_need_what_was_not_found_are_passed_over_together() -> None:
    rules = Rules(*(f"event.text.contains('word{n:02}') && event.channel == 'mail'" for n in range(30)))
    assert rules.generated.source.count("isdisjoint") == 3
    assert rules.outcomes(message("word07 word29", channel="mail")) == {"r7": "true", "r29": "true"}
    assert rules.outcomes(message("word07")) == {"r7": "no_such_key"}
    assert rules.outcomes(message("nothing")) == {}


def test_lists_of_phrases_and_patterns_are_looked_for_together() -> None:
    rules = Rules(
        "mentions(text.plain, lists.first)",
        "mentions(text.plain, lists.second)",
        "mentions(text.plain, ['now'])",
        "mentions(text.plain, lists.none)",
        "matches_any(text.plain, lists.rough)",
        "matches_any(text.plain, lists.none)",
        "count_mentions(text.plain, lists.second) > 1",
        "count_mentions(text.plain, lists.none) > 0",
        "count_mentions(text.plain, lists.none) == 0",
        lists=LISTS,
    )
    assert {(scan.scanner.name, len(scan.questions)) for scan in rules.generated.scans} == {
        (PHRASES.name, 4),
        (PATTERNS.name, 2),
    }
    assert rules.outcomes(message("buy now in the c4s1no, win the casino")) == dict.fromkeys(
        ("r0", "r1", "r2", "r4", "r6", "r8"), "true"
    )
    assert rules.outcomes(message("lottery 123")) == dict.fromkeys(("r1", "r4", "r8"), "true")


def test_questions_that_are_too_many_for_one_scan_are_asked_by_several() -> None:
    def build(questions: Any) -> Any:
        if len(questions) > 3:
            raise ValueError
        return TEXTS.build(questions)

    small = type(TEXTS)(name="small", functions={}, build=build, accepts=TEXTS.accepts, pays=TEXTS.pays)
    scan = joined(small, [Question("contains", f"w{n:02}") for n in range(11)])
    assert {0, 4, 10} <= set(scan("w00 w04 w10")) <= {0, 4, 10, 11}


def test_patterns_with_long_gaps_stand_behind_a_filter() -> None:
    found = pattern_set(["a.{0,40}bcd", "x", "(?i)[a-c]{12,} z", "[a-z]{1,20}$"])
    assert {0, 1, 2, 3} <= set(found("a x BCD bcd abcabcabcabc Z z"))
    assert set(found("a b c d")) & {0, 1, 2, 3} == {3}
    assert set(found("a\nbcd 1")) & {0, 1, 2, 3} == set()


def test_no_automaton_that_gave_up_is_believed() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        pattern_set(["a"])("\ud800")
    with pytest.raises(ValueError, match="patterns"):
        pattern_set(["("])
