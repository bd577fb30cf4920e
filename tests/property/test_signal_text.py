"""Texts of any kind: reading them never fails, and disguises do not hide what plain words would show."""

from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from bylaw.events.vocabulary import CommentCreated
from bylaw.signals.text.characters import plain
from bylaw.signals.text.confusables import INTO_SCRIPT, LOOK_ALIKES, skeleton
from bylaw.signals.text.disguise import read
from bylaw.signals.text.look_alikes import looks_like
from bylaw.signals.text.phrases import count_mentions, mentioned, mentions
from bylaw.signals.text.table import SIGNALS

AT = datetime(2026, 3, 1, tzinfo=UTC)
PHRASES = ("online casino", "free money", "click here", "жара и снег", "赌场", "c++")
LEET = {"a": "4", "e": "3", "i": "1", "l": "1", "o": "0", "s": "5", "t": "7"}
HIDDEN = ("\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202a")

anything = st.text(max_size=80)
nasty = st.text(
    st.sampled_from("aAsS e013457$@!|.-_* \n\t\u0441\u043e\u0430β\u03bf\u0301\u0336\u200b\u202e\uff21🅰ßİ赌ﷺ"),
    max_size=40,
)
words = st.sampled_from(PHRASES[:3])


@given(anything | nasty)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = read(text).normal
    assert read(once).normal == once


@given(anything | nasty)
def test_plain_is_stable(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(anything | nasty)
def test_a_skeleton_is_its_own_skeleton(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)


@given(anything, st.lists(anything, max_size=4))
@example("", [""])
def test_any_text_and_any_list_get_an_answer(text: str, phrases: list[str]) -> None:
    found = mentioned(text, phrases)
    assert mentions(text, phrases) == bool(found) == (count_mentions(text, phrases) > 0)
    assert set(found) <= set(phrases)
    looks_like(text, phrases)


@given(anything, words, anything)
def test_a_phrase_in_plain_sight_is_mentioned_whatever_stands_around_it(
    before: str, phrase: str, after: str
) -> None:
    assert phrase in mentioned(f"{before} {phrase} {after}", PHRASES)


@given(words, st.data())
def test_zero_width_characters_hide_nothing(phrase: str, data: st.DataObject) -> None:
    hidden = st.sampled_from(("", *HIDDEN))
    text = "".join(char + data.draw(hidden) for char in phrase)
    assert mentions(f"see our {text} today", PHRASES)


@given(words, st.data())
def test_leetspeak_inside_words_hides_nothing(phrase: str, data: st.DataObject) -> None:
    def disguised(word: str) -> str:
        inner = [data.draw(st.sampled_from((c, LEET.get(c, c)))) for c in word[1:-1]]
        # Signs must not outnumber the letters: nobody could read the word, and many an order number would be one.
        inner = inner if 2 * sum(map(str.isdigit, inner)) <= len(word) else list(word[1:-1])
        return word[0] + "".join(inner) + word[-1]

    text = " ".join(map(disguised, phrase.split()))
    assert mentions(f"see our {text} today", PHRASES)


@given(words, st.integers(3, 9), st.data())
def test_stretching_hides_nothing(phrase: str, times: int, data: st.DataObject) -> None:
    at = data.draw(st.sampled_from([i for i, char in enumerate(phrase) if char != " "]))
    assert mentions(f"see our {phrase[:at]}{phrase[at] * times}{phrase[at + 1 :]} today", PHRASES)


@given(st.sampled_from(["online", "casino", "click", "money"]), st.sampled_from((" ", ".", "-", "*", "_")))
def test_spacing_letters_hides_nothing(word: str, between: str) -> None:
    assert mentions(f"visit {between.join(word)}", (word,))


@given(words, st.data())
def test_letters_of_another_script_hide_nothing(phrase: str, data: st.DataObject) -> None:
    into = INTO_SCRIPT["CYRILLIC"]
    text = "".join(data.draw(st.sampled_from((char, into.get(char, char)))) for char in phrase)
    assert mentions(f"visit our {text} now", PHRASES)


@given(st.text(st.characters(categories=("Ll", "Lo")), min_size=1, max_size=12))
def test_words_in_one_script_of_their_own_stay(word: str) -> None:
    if not any(char in LOOK_ALIKES for char in plain(word)) and plain(word).isalpha():
        reading = read(f"{word} {word}")
        assert not {"look-alikes", "leetspeak"} & set(reading.tricks)


@given(st.integers(0, 10**12))
def test_numbers_stay_numbers(number: int) -> None:
    assert read(f"in {number} or at {number:,}").normal == f"in {number} or at {number:,}"


@given(anything | nasty)
def test_text_signals_have_their_types(text: str) -> None:
    types = {"string": str, "int": int, "double": float, "bool": bool, "list(string)": list}

    event = CommentCreated(id="e1", at=AT, text=text)
    for signal in SIGNALS:
        assert type(signal.compute(event, {})) is types[signal.type]
