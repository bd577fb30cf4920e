from bylaw.policy.document import Document
from bylaw.policy.lineage import count_changes, lineage
from bylaw.policy.parse import parse_document

OLD = """
## Noise

You must not shout at other guests after ten in the evening. Music ends at midnight on every day of the week.

You may ask the desk for a quiet room at any time.

## Pets

You must not bring:

* dogs above the size of a cat;
* cats that have not been vaccinated;
* birds of any kind.
"""


def read(text: str) -> Document:
    return parse_document(f"---\ntitle: House\n---\n{text}".encode(), file="house.md")


def steps(new: str, old: str = OLD) -> list[tuple[str | None, str | None, str]]:
    """Return what is not the same, with ids cut to their ends."""

    def end(clause: str | None) -> str | None:
        return clause and clause.removeprefix("house/")

    return [(end(m.old), end(m.new), m.change) for m in lineage(read(old), read(new)) if m.change != "same"]


def test_nothing_changed() -> None:
    moves = lineage(read(OLD), read(OLD))
    assert {m.change for m in moves} == {"same"}
    assert [m.old for m in moves] == [m.new for m in moves] == [c.id for c in read(OLD).clauses]


def test_layout_quotes_and_numbers_are_not_words() -> None:
    new = OLD.replace("* ", "1. ").replace("## Noise", "**Noise**").replace(" at ", "\nat ")
    assert steps(new) == []
    assert steps("It’s “so” – here.", 'It\'s "so" - here.') == []


def test_what_is_inserted_moves_nothing_else() -> None:
    new = OLD.replace("You may ask", "Breakfast is served from seven.\n\nYou may ask")
    assert steps(new) == [(None, "noise/p2", "added")]


def test_what_is_removed() -> None:
    assert steps(OLD.replace("* cats that have not been vaccinated;\n", "")) == [
        ("pets/p1-2", None, "removed")
    ]


def test_what_is_reworded_is_still_the_same_clause() -> None:
    assert steps(OLD.replace("at midnight on every", "at eleven on each")) == [
        ("noise/p1-s2", "noise/p1-s2", "reworded")
    ]


def test_other_words_in_the_same_place_are_another_clause() -> None:
    new = OLD.replace("birds of any kind.", "towels and sheets from home.")
    assert steps(new) == [("pets/p1-3", None, "removed"), (None, "pets/p1-3", "added")]


def test_a_clause_under_another_heading_has_moved() -> None:
    sentence = "You may ask the desk for a quiet room at any time.\n"
    new = OLD.replace(sentence, "").replace("You must not bring:", f"{sentence}\nYou must not bring:")
    assert steps(new) == [("noise/p2", "pets/p1", "moved")]


def test_a_section_that_moves_takes_its_clauses_along() -> None:
    noise, pets = OLD.split("## Pets")
    new = f"## Pets{pets}\n{noise}"
    assert [s for s in steps(new) if s[2] == "moved"] in (
        [("noise", "noise", "moved")],
        [("pets", "pets", "moved")],
    )


def test_siblings_that_change_places() -> None:
    new = OLD.replace("* birds of any kind.\n", "").replace("* dogs", "* birds of any kind.\n* dogs")
    assert steps(new) == [("pets/p1-3", "pets/p1-1", "moved")]


def test_a_heading_is_known_by_what_stands_under_it() -> None:
    assert steps(OLD.replace("## Pets", "## Animals in rooms")) == [("pets", "animals-in-rooms", "reworded")]


def test_a_clause_split_in_two() -> None:
    old = "You must not bring dogs above the size of a cat, and birds of any kind stay in the lobby.\n"
    new = "You must not bring dogs above the size of a cat. Birds of any kind stay in the lobby.\n"
    assert steps(new, old) == [("p1", "p1-s1", "split"), ("p1", "p1-s2", "split")]
    assert steps(old, new) == [("p1-s1", "p1", "merged"), ("p1-s2", "p1", "merged")]


def test_a_clause_split_into_a_list() -> None:
    old = "You must not bring any dogs above the size of a cat or any birds of whatever kind they are.\n"
    new = (
        "You must not bring\n* any dogs above the size of a cat or\n* any birds of whatever kind they are.\n"
    )
    assert {s[2] for s in steps(new, old)} == {"split"}


def test_equal_clauses_are_told_apart_by_their_places() -> None:
    one, other = (
        "## One\n\nNot here.\n\nFirst stays as it is.\n",
        "## Two\n\nNot here.\n\nSecond stays as it is.\n",
    )
    moves = {m.old: m.new for m in lineage(read(one + "\n" + other), read(other + "\n" + one))}
    assert moves["house/one/p1"] == "house/one/p1"
    assert moves["house/two/p1"] == "house/two/p1"


def test_every_clause_of_both_versions_is_accounted_for() -> None:
    old, new = read(OLD), read("## Pets\n\nYou must not bring birds. Nothing else matters here.\n")
    moves = lineage(old, new)
    assert {m.old for m in moves if m.old} == set(old.by_id)
    assert {m.new for m in moves if m.new} == set(new.by_id)
    assert sum(count_changes(m.change for m in moves).values()) == len(moves)


def test_an_empty_version() -> None:
    assert {m.change for m in lineage(read(OLD), read(""))} == {"removed"}
    assert {m.change for m in lineage(read(""), read(OLD))} == {"added"}
    assert lineage(read(""), read("")) == ()
