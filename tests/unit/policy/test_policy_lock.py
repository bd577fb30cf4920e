from dataclasses import replace

import pytest

from bylaw.base.errors import ConflictError, Problems
from bylaw.policy.document import Document
from bylaw.policy.lock import apply_lock, carry, first_lock, read_lock, write_lock
from bylaw.policy.parse import parse_document

ONE = "You must not shout at other guests.\n\nMusic ends at midnight on every day.\n\nDogs stay at home.\n"


def read(text: str, day: str = "2020-01-01", key: str = "house") -> Document:
    return parse_document(f"---\nlast-updated: {day}\ntitle: {key}\n---\n{text}".encode(), file=f"{day}.md")


def ids(document: Document) -> list[str]:
    return [c.id.removeprefix("house/") for c in document.clauses]


def test_the_first_version_keeps_its_proposed_ids() -> None:
    document = read(ONE)
    lock = first_lock(document)
    assert apply_lock(document, lock) == document
    assert lock.given == set(document.by_id)


def test_an_inserted_clause_takes_no_id_from_another() -> None:
    old = read(ONE)
    new, lock = carry(
        first_lock(old), old, read("Breakfast is at seven in the morning.\n\n" + ONE, "2020-01-02")
    )
    assert ids(new) == ["p1-2", "p1", "p2", "p3"]
    assert (
        apply_lock(read("Breakfast is at seven in the morning.\n\n" + ONE, "2020-01-02"), lock).by_id
        == new.by_id
    )
    assert apply_lock(old, lock) == old


def test_an_id_that_was_given_up_is_never_given_again() -> None:
    first = read(ONE)
    second, lock = carry(first_lock(first), first, read(ONE.replace("Dogs stay at home.", ""), "2020-01-02"))
    assert lock.versions[-1].retired == ("house/p3",)
    third, lock = carry(
        lock, second, read(ONE.replace("Dogs stay at home.", "Cats may come along."), "2020-01-03")
    )
    assert ids(third) == ["p1", "p2", "p3-2"]
    fourth, _ = carry(lock, third, read(ONE, "2020-01-04"))
    assert ids(fourth) == ["p1", "p2", "p3-3"]


def test_the_longest_part_of_a_split_keeps_the_id() -> None:
    old = read("You must not bring dogs, and birds of any kind stay in the lobby until noon.")
    new, _ = carry(
        first_lock(old),
        old,
        read("You must not bring dogs. Birds of any kind stay in the lobby until noon.", "2020-01-02"),
    )
    assert ids(new) == ["p1-s1", "p1"]


def test_the_lead_in_of_a_split_keeps_the_id() -> None:
    old = read("You must not bring any dogs above the size of a cat or any birds of whatever kind they are.")
    parts = (
        "You must not bring\n* any dogs above the size of a cat or\n* any birds of whatever kind they are."
    )
    new, _ = carry(first_lock(old), old, read(parts, "2020-01-02"))
    assert ids(new) == ["p1", "p1-1", "p1-2"]


def test_a_merged_clause_has_the_id_of_its_longest_part() -> None:
    old = read("You must not bring dogs. Birds of any kind stay in the lobby until noon.")
    new, lock = carry(
        first_lock(old),
        old,
        read("You must not bring dogs, and birds of any kind stay in the lobby until noon.", "2020-01-02"),
    )
    assert ids(new) == ["p1-s2"]
    assert lock.versions[-1].retired == ("house/p1-s1",)


def test_new_clauses_stand_under_the_kept_ids_of_their_parents() -> None:
    text = "## Noise\n\nYou must not shout at other guests.\n\nMusic ends at midnight.\n"
    old = read(text)
    longer = text.replace("## Noise", "## Sounds") + "\nSongs are welcome before that.\n"
    new, _ = carry(first_lock(old), old, read(longer, "2020-01-02"))
    assert ids(new) == ["noise", "noise/p1", "noise/p2", "noise/p3"]
    assert [c.parent for c in new.clauses] == [None, "house/noise", "house/noise", "house/noise"]


def test_a_known_version_comes_back_as_it_was() -> None:
    old = read(ONE)
    new, lock = carry(first_lock(old), old, read(ONE + "\nMore is to come.\n", "2020-01-02"))
    assert carry(lock, old, read(ONE + "\nMore is to come.\n", "2020-01-02")) == (new, lock)


def test_the_same_text_on_another_day_is_another_version() -> None:
    old = read(ONE)
    new, lock = carry(first_lock(old), old, read(ONE, "2020-01-02"))
    assert ids(new) == ids(old)
    assert [str(v.starts) for v in lock.versions] == ["2020-01-01", "2020-01-02"]


def test_a_change_of_layout_alone_needs_no_new_version() -> None:
    document = read(ONE)
    assert (
        apply_lock(read(ONE.replace(" at ", "\nat ")), first_lock(document)).by_id.keys()
        == document.by_id.keys()
    )


def test_another_text_or_document_is_not_in_the_lock() -> None:
    lock = first_lock(read(ONE))
    with pytest.raises(ConflictError) as caught:
        apply_lock(read(ONE + "\nMore.\n"), lock)
    assert caught.value.code == "policy.not_locked"
    with pytest.raises(ConflictError) as caught:
        apply_lock(read(ONE, key="garden"), lock)
    assert caught.value.code == "policy.other_lock"


def test_a_lock_whose_lines_are_not_of_its_text_is_refused() -> None:
    document = read(ONE)
    lock = first_lock(document)
    fewer = replace(lock.versions[0], clauses=lock.versions[0].clauses[:-1])
    with pytest.raises(ConflictError) as caught:
        apply_lock(document, replace(lock, versions=(fewer,)))
    assert caught.value.code == "policy.bad_lock"


def test_the_file_has_a_line_for_each_clause_and_no_text() -> None:
    old = read(ONE)
    _, lock = carry(first_lock(old), old, read(ONE.replace("Dogs stay at home.", ""), "2020-01-02"))
    text = write_lock(lock)
    assert [line.split()[0] for line in text.splitlines() if line and not line.startswith("#")] == [
        "version",
        "house/p1",
        "house/p2",
        "house/p3",
        "version",
        "house/p1",
        "house/p2",
        "retired",
    ]
    assert not {"shout", "Music", "Dogs"} & set(text.split())
    assert read_lock(text, "ids.lock") == lock


DAMAGE = {
    "a merge that was not finished": ("house/p2", "<<<<<<< HEAD\nhouse/p2", 5),
    "a hash cut short": ("house/p1 ", "house/p1 0", 4),
    "a line lost": ("retired house/p3\n", "", 8),
    "an id given twice": ("house/p2 ", "house/p1 ", 5),
    "no digest": ("version 2020-01-01 sha256:", "version 2020-01-01 sha256:x", 3),
    "no date": ("version 2020-01-01", "version 2020-01-99", 3),
    "an id retired that never was": ("retired house/p3", "retired house/p7", 11),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_told_by_line(damage: str) -> None:
    was, now, line = DAMAGE[damage]
    old = read(ONE)
    _, lock = carry(first_lock(old), old, read(ONE.replace("Dogs stay at home.", ""), "2020-01-02"))
    text = write_lock(lock)
    assert was in text
    with pytest.raises(Problems) as caught:
        read_lock(text.replace(was, now, 1), "ids.lock")
    assert all(p.code == "policy.bad_lock" and p.where.file == "ids.lock" for p in caught.value.problems)
    assert line in [p.where.line for p in caught.value.problems]


def test_an_id_that_returns_after_it_was_retired_is_damage() -> None:
    old = read(ONE)
    _, lock = carry(first_lock(old), old, read(ONE.replace("Dogs stay at home.", ""), "2020-01-02"))
    text = write_lock(lock)
    again = text + text.split("\n\n")[1] + "\n"
    with pytest.raises(Problems, match="given again"):
        read_lock(again, "ids.lock")


@pytest.mark.parametrize("text", ["", "# nothing\n", "house/p1 0123456789ab\n", "\x00\x01\n", "version\n"])
def test_what_is_no_lock_is_refused(text: str) -> None:
    with pytest.raises(Problems):
        read_lock(text, "ids.lock")
