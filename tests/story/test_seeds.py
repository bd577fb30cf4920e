"""The three real documents: every clause found, every ban bound, every row of the register carried."""

from pathlib import Path
from typing import Any

import pytest

from commandline import Bylaw

ROWS = {
    "soren": {*(f"A{n:02}" for n in range(1, 45)), *(f"P{n:02}" for n in range(1, 23))},
    "weare": {f"W{n:02}" for n in range(1, 24)},
}
SEEDS = ("soren-acceptable-use.md", "soren-privacy.md", "weare-acceptable-use.txt")


def clauses(bylaw: Bylaw, book: Path) -> list[dict[str, Any]]:
    documents = bylaw("coverage", "--book", book, "--json").json["documents"]
    return [clause for document in documents for clause in document["clauses"]]


@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_ban_is_bound_and_every_row_of_the_register_carried(
    bylaw: Bylaw, shared: Path, root: Path, name: str
) -> None:
    covered = clauses(bylaw, root / "tests/books" / name)
    assert [c["id"] for c in covered if c["status"] == "unbound"] == []
    assert {c["status"] for c in covered if c["kind"] == "ban"} <= {"bound", "people"}
    carried = {row for c in covered for row in c["register"]}
    # W01 and A02 are about the document as a whole; they are bound to its first clauses.
    assert carried == ROWS[name]


def test_harbour_carries_the_whole_register_and_leaves_nothing_unbound(
    bylaw: Bylaw, shared: Path, root: Path
) -> None:
    covered = clauses(bylaw, root / "examples/harbour")
    assert [c["id"] for c in covered if c["status"] == "unbound"] == []
    wanted = {*ROWS["soren"], *ROWS["weare"], *(f"Z{n:02}" for n in range(1, 9))}
    assert wanted - {row for c in covered for row in c["register"]} == set()


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_is_shown_with_unique_ids_and_everything_in_place(
    bylaw: Bylaw, shared: Path, name: str
) -> None:
    shown = bylaw("policy", "show", shared / "seeds" / name, "--json").json
    ids = [clause["id"] for clause in shown["clauses"]]
    assert len(ids) == len(set(ids)) > 20
    assert all(clause["id"].startswith(shown["key"] + "/") for clause in shown["clauses"])
    lines = [clause["line"] for clause in shown["clauses"]]
    assert lines == sorted(lines)


def test_the_oddities_of_the_seeds_are_told(bylaw: Bylaw, shared: Path) -> None:
    told: dict[str, dict[int, dict[str, Any]]] = {}
    for name in SEEDS:
        shown = bylaw("policy", "show", shared / "seeds" / name, "--json").json
        told[name] = {warning["line"]: warning for warning in shown["warnings"]}
    misspelt = told["soren-acceptable-use.md"][3]  # A01
    assert "last-updated" in misspelt["hint"]
    assert not misspelt["blocks_publishing"]
    assert {33, 34, 35} <= set(told["soren-acceptable-use.md"])  # A02: (h) three times, (i) twice
    weare = told["weare-acceptable-use.txt"]
    assert weare[7]["blocks_publishing"]  # W01: the empty date
    assert weare[3]["blocks_publishing"]  # W23: the blank contact
    assert weare[33]["blocks_publishing"]


def test_the_list_that_lost_its_indentation_is_restored(bylaw: Bylaw, shared: Path) -> None:  # W01
    shown = bylaw("policy", "show", shared / "seeds/weare-acceptable-use.txt", "--json").json["clauses"]
    items = [clause for clause in shown if 11 <= clause["line"] <= 29]
    parents = {clause["parent"] for clause in shown}
    (lead_in,) = [clause for clause in items if clause["line"] == 18]
    assert len(items) == 19
    assert len([clause for clause in items if clause["id"] not in parents]) == 17
    assert [c["line"] for c in items if c["parent"] == lead_in["id"]] == list(range(19, 29))
