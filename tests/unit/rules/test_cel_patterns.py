"""Patterns are RE2's: bounded in size, and told apart from what is no pattern."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bylaw.rules.patterns import PatternError, compile_pattern


def test_a_pattern_is_found_anywhere_in_the_text() -> None:
    assert compile_pattern(r"b+\d").found_in("aabb7")
    assert not compile_pattern(r"^b").found_in("ab")
    assert compile_pattern("é.").found_in("caféß")
    assert not compile_pattern("a").found_in("\ud800")


@pytest.mark.parametrize("wrong", ["(", "a**", r"(?=x)", r"\1", "x" * 5_000, "((a{100}){100}){10}", "\ud800"])
def test_what_re2_cannot_do_is_refused(wrong: str) -> None:
    with pytest.raises(PatternError, match="the pattern"):
        compile_pattern(wrong)


def test_a_pattern_is_found_from_several_threads_at_once() -> None:
    pattern, text = compile_pattern("a.{0,40}b"), "a" * 2_000 + "\n" + "ab"
    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(pattern.found_in, [text] * 400))
        assert not any(threads.map(pattern.found_in, ["a" * 2_000 + "\nb"] * 400))
