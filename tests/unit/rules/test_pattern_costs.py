"""What a text made for them could make of a book's patterns is bounded before anything runs."""

from collections.abc import Iterable

import pytest

from bylaw.base.errors import Problem, Problems
from bylaw.events.kinds import KINDS
from bylaw.rules.compile.pattern_costs import BUDGET, REPEATED_BY_RE2, check_patterns
from bylaw.rules.patterns import PatternError, compile_pattern
from rules_in_memory import rule_of
from small_book import with_files

POST = KINDS["post.created"]


def problems_of(*patterns: str) -> list[Problem]:
    rules = [
        rule_of(f"r{number}", f"event.text.matches(r'{pattern}')", POST)
        for number, pattern in enumerate(patterns)
    ]
    return list(check_patterns((row for rule in rules for row in rule.conditions.items()), {}))


def gaps(count: int, longest: int) -> Iterable[str]:
    return (f"(?i)word{number}.{{0,{longest}}}free" for number in range(count))


def test_ordinary_gaps_by_the_dozen_have_no_problem() -> None:
    assert not problems_of(*gaps(13, 190))
    assert not problems_of(*(f"word{number}.*free" for number in range(100)))


def test_letters_of_any_alphabet_may_stand_around_a_gap() -> None:
    assert not problems_of(
        "(?i)\u043a\u0430\u0437\u0438\u043d\u043e.{0,100}ж", "größe.{0,40}straße", "[\u0430-\u044f]{10,40}!"
    )


def test_gaps_may_be_too_long_together_and_the_largest_is_shown() -> None:
    (problem,) = problems_of(*gaps(4, 900), "(?i)largest.{0,1000}free")
    assert problem.code == "rule.cost"
    assert "`post.created`" in problem.message
    assert str(BUDGET) in problem.message
    assert "&&" in problem.hint
    assert "largest" in problem.hint


def test_what_re2_carries_out_may_be_too_much_together() -> None:
    most = BUDGET // REPEATED_BY_RE2
    assert not problems_of(*(rf"\pL+{number}" for number in range(most)))
    (problem,) = problems_of(*(rf"\pL+{number}" for number in range(most + 1)))
    assert f"more than {BUDGET}" in problem.message
    (problem,) = problems_of(*(f"(?m)^{letter}[a-z]{{20}}\\d$" for letter in "abcdef"))
    assert "(?m)" in problem.hint


def test_the_same_pattern_in_two_rules_counts_once() -> None:
    assert not problems_of(*[r"\pL+x"] * 50)


@pytest.mark.parametrize("wrong", [r"\pL{1,20}x", "(?m)^a.{0,100}b$", "(?:(?i)a).{0,50}b"])
def test_a_pattern_that_alone_counts_too_far_is_refused_with_what_to_write(wrong: str) -> None:
    with pytest.raises(PatternError, match="a shorter gap, or two conditions joined by &&"):
        compile_pattern(wrong)


def test_a_list_is_bounded_like_patterns_written_out() -> None:
    rule = rule_of("r", "matches_any(event.text, lists.long)", POST, lists={"long": ()})
    lists = {"long": tuple(gaps(5, 1000))}
    assert [p.code for p in check_patterns(rule.conditions.items(), lists)] == ["rule.cost"]


def test_a_book_is_refused_with_file_and_line() -> None:
    patterns = "\n".join(gaps(5, 900))
    rules = """\
rules:
  - id: gaps
    clause: house/words/p1
    on: post.created
    when: >
      matches_any(event.text, lists.gaps)
    then: [hold]
"""
    with pytest.raises(Problems) as refused:
        with_files(
            {"lists/gaps.txt": f"# type: patterns\n{patterns}\n\\pL{{1,50}}x\n", "rules/words.yaml": rules}
        )
    told = {(p.code, str(p.where)) for p in refused.value.problems}
    assert {("rule.cost", "rules/words.yaml:6:7"), ("list.entry", "lists/gaps.txt:7")} <= told
