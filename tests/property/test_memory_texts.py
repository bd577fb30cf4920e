"""Texts that are nearly the same are found, those that are not are not."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bylaw.engine.memory.texts import KEPT, Texts, likeness, signature
from memory_books import KEYS

WORD = st.text("abcdefgh", min_size=1, max_size=6)
WORDS = st.lists(WORD, min_size=20, max_size=60, unique=True)
DAY = 86_400 * 10**6


def kept() -> Texts:
    return Texts(keep=DAY, groups=100, entries=100_000)


@given(words=WORDS, place=st.integers(0, 19), other=WORD)
def test_a_text_with_one_word_changed_is_found(words: list[str], place: int, other: str) -> None:
    texts = kept()
    texts.add(1, signature(" ".join(words), KEYS))
    changed = [*words[:place], f"x{other}", *words[place + 1 :]]
    assert texts.count(signature(" ".join(changed), KEYS), 0, 2) == 1


@given(words=WORDS)
def test_case_digits_spaces_and_marks_make_no_difference(words: list[str]) -> None:
    plain = signature(" ".join([*words, "at", "1234"]), KEYS)
    assert signature("  ".join([*words, "at", "5678!"]).upper(), KEYS) == plain


@given(words=WORDS, others=st.lists(WORD.map("y{}".format), min_size=20, max_size=60, unique=True))
def test_texts_without_a_word_in_common_are_apart(words: list[str], others: list[str]) -> None:
    texts = kept()
    texts.add(1, signature(" ".join(words), KEYS))
    assert texts.count(signature(" ".join(others), KEYS), 0, 2) == 0


@given(one=WORDS, other=WORDS, shared=WORDS)
def test_likeness_is_the_share_of_common_pairs(one: list[str], other: list[str], shared: list[str]) -> None:
    first, second = ([*shared, *words][: KEPT - 1] for words in (one, other))
    mine, theirs = ({*pairwise(words)} for words in (first, second))
    measured = likeness(signature(" ".join(first), KEYS), signature(" ".join(second), KEYS))
    assert measured == len(mine & theirs) / len(mine | theirs)


def test_the_likeness_of_long_texts_is_estimated() -> None:
    words = [f"word{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(600)]
    for cut in (100, 200, 300, 400):
        one, other = " ".join(words[:500]), " ".join(words[cut // 5 : 500 + cut // 5])
        truth = (499 - cut // 5) / (499 + cut // 5)
        assert abs(likeness(signature(one, KEYS), signature(other, KEYS)) - truth) < 3 / (2 * KEPT**0.5)


def test_groups_that_are_forgotten_take_their_leads_along() -> None:
    texts = Texts(keep=DAY, groups=3, entries=100_000)
    for number in range(200):
        text = " ".join(f"{chr(97 + number % 26)}{chr(97 + number // 26)}{letter}" for letter in "abcdefghij")
        texts.add(number, signature(text, KEYS))
    leads, groups = texts.dump()[1:]
    assert len(groups) == 3
    assert len(leads) <= 3 * 8
