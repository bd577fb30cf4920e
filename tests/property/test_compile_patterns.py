"""Patterns looked for together are found exactly where each is found alone, behind a filter or not."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bylaw.rules.compile.together import pattern_set
from bylaw.rules.patterns import PatternError, compile_pattern

PIECES = (
    "a", "b", "bc", "(?i)A", "(?i:k)", "K", "\u017f", "é", "É", "😀", "x*", "a?", "(a|bc)", "(?:b|é)+", "[ab]", "[^a]", ".", r"\s", r"\d",
    ".{0,12}", ".{10}", "[ab]{3,11}", "(?:bc){2,10}", "a{10,}", "^", "$", r"\b", r"\A", r"\z", "(?m)$", "(?s).", "",
)  # fmt: skip
SIGNS = "aabbcckK\u017féÉ😀sSx1 \n\v\0."

patterns = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
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
        assert set(look(text)) & set(range(len(several))) == alone


@given(patterns.filter(is_pattern), texts)
def test_a_pattern_is_found_in_a_longer_text_as_well(pattern: str, text: str) -> None:
    assume(not set("^$\\Az") & set(pattern))
    if 0 in pattern_set([pattern])(text):
        assert 0 in pattern_set([pattern])(f"{text} b{text}")
