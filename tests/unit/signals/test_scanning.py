from bylaw.signals import scanning
from bylaw.signals.scanning import PatternSet


def test_a_set_finds_what_its_patterns_find_one_by_one() -> None:
    patterns = PatternSet(["b+c", "^a", "z$", "nowhere"])
    assert patterns.found_in("abbc") == [0, 1]
    assert patterns.found_in("xyz") == [2]
    assert patterns.found_in("") == []
    assert PatternSet([]).found_in("abc") == []


def test_crafted_texts_do_not_silence_a_set() -> None:
    patterns = PatternSet([f"x.{{0,{n}}}word{n}" for n in range(30, 60)])
    text = "x" * 4000 + " ".join(f"word{n}" for n in range(30, 60))
    one_by_one = [n for n in range(30) if scanning.pattern(f"x.{{0,{n + 30}}}word{n + 30}").search(text)]
    assert patterns.found_in(text) == one_by_one != []


def test_without_the_canary_the_patterns_are_tried_one_by_one() -> None:
    patterns = PatternSet(["b", "c"])
    patterns._canary = 99  # noqa: SLF001 - as if the automaton had given up
    assert patterns.found_in("abc") == [0, 1]
