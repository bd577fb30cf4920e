"""Texts read past their disguises, and ordinary texts left as they are."""

import pytest

from bylaw.signals.text.characters import plain, script_of
from bylaw.signals.text.confusables import skeleton
from bylaw.signals.text.disguise import read


@pytest.mark.parametrize(
    ("written", "meant", "trick"),
    [
        ("c4s1n0", "casino", "leetspeak"),
        ("$ex and ca$h", "sex and cash", "leetspeak"),
        ("p@ssw0rd", "password", "leetspeak"),
        ("play c a s i n o  b o n u s now", "play casino bonus now", "spaced letters"),
        ("c.a.s.i.n.o!", "casino", "spaced letters"),
        ("c 4 s 1 n 0", "casino", "spaced letters"),
        ("freeee", "free", "stretched letters"),
        ("c\u200ba\u200bs\u00adino", "casino", "hidden characters"),
        ("\U0001d4ec\U0001d4ea\U0001d4fc\U0001d4f2\U0001d4f7\U0001d4f8", "casino", "styled letters"),
        ("\U0001f172\U0001f170\U0001f182\U0001f178\U0001f17d\U0001f17e", "casino", "styled letters"),
        ("c\u0430sin\u043e", "casino", "look-alikes"),
        ("\u1d04\u1d00s\u026a\u0274\u1d0f", "casino", "look-alikes"),
        ("\u043aa\u0437\u0438\u043d\u043e", "казино", "look-alikes"),
        ("c\u0337a\u0337s\u0337i\u0337n\u0337o\u0337", "casino", "loose marks"),
        ("\u202eonisac", "onisac", "turned text"),
    ],
)
def test_disguises_are_taken_off_and_named(written: str, meant: str, trick: str) -> None:
    reading = read(written)
    assert reading.normal == meant
    assert trick in reading.tricks


@pytest.mark.parametrize(
    "text",
    [
        "in 2024 at 4 pm or 4pm, 10am, on the 1st and 3rd",
        "mp3, ps5, win32, covid19, h2o, b2b, i18n, 4x4, 3d, 5km, $100, us$ 5",
        "jane@example.com or https://a.example/l33t/www.html",
        "1.2.3 and 192.168.0.1 and 2024-01-02 and 10 000 000",
        "e.g. this, i.e. that; j. r. r. tolkien; a, b, c",
        "don't stop; it's a well-known fact; a good book, a cool pool",
        "año, naïve, kad\u0131n, þór, łódź",
        "как там кот, тот самый",
        "вот мост, но там дом",
        "αυτό είναι κείμενο",
        "هذا نص عادي",
        "שָׁלוֹם",
        "नमस्ते हिन्दी",
        "网上的文章",
        "xxx www iii",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    reading = read(text)
    assert reading.normal == text
    assert reading.disguised == ()
    assert reading.tricks == ()


def test_a_word_in_another_script_is_folded_only_where_it_poses_as_latin() -> None:
    assert read("buy \u0441\u043e\u0445\u043e now").normal == "buy coxo now"
    assert read("\u0441\u043e\u0445\u043e").normal == "\u0441\u043e\u0445\u043e"


def test_plain_folds_case_and_form_and_space() -> None:
    assert plain("  \uff28\uff25\uff2c\uff2c\uff2f\u200b \n Stra\u00dfe ") == "hello strasse"


def test_skeletons_compare_what_looks_alike() -> None:
    assert skeleton("paypal") == skeleton("p\u0430yp\u0430l") == skeleton("paypa\u217c")
    assert skeleton("rn") == skeleton("m")
    assert skeleton("paypal") != skeleton("paypel")


def test_scripts_of_characters() -> None:
    scripts = [script_of(char) for char in "aя1 \u4e2d\U0001f600"]
    assert scripts == ["LATIN", "CYRILLIC", "COMMON", "COMMON", "HAN", "COMMON"]
