"""Patterns looked for together are found exactly where each is found alone, and where RE2 finds it."""

import re2
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bylaw.rules.compile.together import pattern_set
from bylaw.rules.patterns import PatternError, compile_pattern

PIECES = (
    "a", "b", "bc", "(?i)A", "(?i:k)", "K", "\u017f", "é", "É", "😀", "x*", "a?", "(a|bc)", "(?:b|é)+", "[ab]", "[^a]", ".", r"\s", r"\d",
    "\u017f", "ß", "\u03a3", "[\u0430-\u044f]", "[^ж]", r"[\sé]", "[^s]", "[k-s]", r"\S", r"\w", r"\B", "[[:alpha:]]", "[]^]", "(?P<a>b)", r"\.", "{,2}",
    ".*", "a+", ".{0,12}", ".{10}", "[ab]{3,11}", "(?:bc){2,10}", "a{10,}", "^", "$", r"\b", r"\A", r"\z", "(?m)$", "(?s).", "",
)  # fmt: skip
SIGNS = "aabbcckKjжЖß\u1e9e\u03c3ς\u03a3\u212a]^\u017féÉ😀sSx1 \n\v\0."

FLAGS = ("", "", "(?i)", "(?s)", "(?is)", "(?m)")

bodies = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
patterns = st.tuples(st.sampled_from(FLAGS), bodies).map("".join)
texts = st.text(st.sampled_from(SIGNS), max_size=40)


def is_pattern(text: str) -> bool:
    try:
        compile_pattern(text)
    except PatternError:
        return False
    return True


@settings(max_examples=400)
@given(st.lists(patterns.filter(is_pattern), min_size=1, max_size=8), st.lists(texts, min_size=1, max_size=4))
def test_together_as_alone(several: list[str], some: list[str]) -> None:
    look = pattern_set(several)
    for text in some:
        alone = {place for place, pattern in enumerate(several) if compile_pattern(pattern).found_in(text)}
        assert alone == {place for place, pattern in enumerate(several) if re2.search(pattern, text)}
        assert set(look(text)) & set(range(len(several))) == alone


MANY = [f"{first}.*{last}" for first in "abckxжé" for last in ("bc", "K", "s1", "\u0431", "[^a]x")]


LOOK = pattern_set(MANY)


@given(st.lists(texts, min_size=1, max_size=4))
def test_many_that_repeat_something_are_found_where_re2_finds_each(some: list[str]) -> None:
    look = LOOK
    for text in some:
        found = {place for place, pattern in enumerate(MANY) if re2.search(pattern, text)}
        assert set(look(text)) & set(range(len(MANY))) == found


@given(patterns.filter(is_pattern), texts)
def test_a_pattern_is_found_in_a_longer_text_as_well(pattern: str, text: str) -> None:
    assume(not set("^$\\Az") & set(pattern))
    if 0 in pattern_set([pattern])(text):
        assert 0 in pattern_set([pattern])(f"{text} b{text}")
