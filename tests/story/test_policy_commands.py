"""``bylaw policy`` as people and scripts use it."""

from pathlib import Path

import pytest

from commandline import Bylaw

OLD = """---
title: House Rules
last-updated: 2026-01-01
---

## Noise

You may not shout in the hall. Music ends at midnight.

## Pets

Dogs stay at home.
"""
NEW = (
    OLD.replace("2026-01-01", "2026-03-01")
    .replace("may not shout", "must never shout")
    .replace("Dogs stay at home", "Cats are welcome in every room")
)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return write(tmp_path / "2026-01-01.md", OLD)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return write(tmp_path / "2026-03-01.md", NEW)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_show_prints_the_tree(bylaw: Bylaw, old: Path) -> None:
    said = bylaw("policy", "show", old)
    assert said.status == 0
    assert "house-rules/noise/p1-s1" in said.out
    assert "3 clauses: 1 ban, 2 statement" in said.out
    assert said.err == ""


def test_show_for_scripts(bylaw: Bylaw, tmp_path: Path) -> None:
    said = bylaw("policy", "show", write(tmp_path / "rules.md", OLD.replace("2026-01-01", "")), "--json")
    shown = said.json
    assert said.status == 0
    assert (shown["key"], shown["title"], shown["last_updated"]) == ("house-rules", "House Rules", None)
    assert shown["requires_signature"] is False
    assert {"line", "message", "hint", "blocks_publishing"} <= set(shown["warnings"][0])
    assert {"id", "kind", "text", "line", "parent"} <= set(shown["clauses"][0])
    assert shown["clauses"][1]["parent"] == shown["clauses"][0]["id"]


def test_show_strict_fails_on_what_blocks_publishing(bylaw: Bylaw, old: Path, tmp_path: Path) -> None:
    undated = write(tmp_path / "rules.md", OLD.replace("2026-01-01", ""))
    assert bylaw("policy", "show", old, "--strict").status == 0
    said = bylaw("policy", "show", undated, "--strict")
    assert said.status == 1
    assert f"{undated}:3" in said.out
    assert "to be mended before publishing" in said.out


@pytest.mark.parametrize("data", [b"%PDF-1.7", bytes(range(256)) * 9, b"a" * 2_000_000])
def test_unusable_input_ends_with_2_and_says_why(bylaw: Bylaw, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "rules.md"
    file.write_bytes(data)
    for arguments in (["show", file, "--json"], ["diff", file, file], ["lineage", file]):
        said = bylaw("policy", *arguments)
        assert said.status == 2
        assert said.out == ""
        assert str(file) in said.err


def test_a_missing_file_and_a_folder_are_unusable(bylaw: Bylaw, tmp_path: Path) -> None:
    assert bylaw("policy", "show", tmp_path / "none.md").status == 2
    assert bylaw("policy", "show", tmp_path).status == 2


def test_diff_marks_words(bylaw: Bylaw, old: Path, new: Path) -> None:
    said = bylaw("policy", "diff", old, new)
    assert said.status == 0
    assert "You [-may not-]{+must never+} shout in the hall." in said.out
    assert "Music" not in said.out


def test_diff_for_scripts(bylaw: Bylaw, old: Path, new: Path) -> None:
    shown = bylaw("policy", "diff", old, new, "--json").json
    assert shown["counts"] == {
        "same": 3,
        "moved": 0,
        "reworded": 1,
        "split": 0,
        "merged": 0,
        "added": 1,
        "removed": 1,
    }
    reworded = next(c for c in shown["changes"] if c["change"] == "reworded")
    assert reworded["pieces"][1:3] == [["gone", "may not"], ["new", "must never"]]


def test_diff_writes_a_page(bylaw: Bylaw, old: Path, new: Path, tmp_path: Path) -> None:
    page = tmp_path / "changes.html"
    assert bylaw("policy", "diff", old, new, "--html", page).status == 0
    assert "<del>may not</del><ins>must never</ins>" in page.read_text("utf-8")
    said = bylaw("policy", "diff", old, new, "--html", tmp_path / "no" / "folder.html")
    assert said.status == 2


def test_diff_of_one_version_says_so(bylaw: Bylaw, old: Path) -> None:
    assert "Nothing changed" in bylaw("policy", "diff", old, old).out


def test_lineage_follows_a_clause(bylaw: Bylaw, old: Path, new: Path, tmp_path: Path) -> None:
    third = write(
        tmp_path / "3.md", NEW.replace("## Noise", "## Noise\n\nHush.").replace("2026-03", "2026-04")
    )
    shown = bylaw("policy", "lineage", old, new, third, "--json").json
    assert [d["last_updated"] for d in shown["documents"]] == ["2026-01-01", "2026-03-01", "2026-04-01"]
    first, second = shown["steps"]
    assert (first["from"], first["to"]) == (str(old), str(new))
    reworded = next(m for m in first["moves"] if m["change"] == "reworded")
    assert reworded["old"] == reworded["new"] == "house-rules/noise/p1-s1"
    assert [m["new"] for m in second["moves"] if m["change"] == "added"] == ["house-rules/noise/p1"]
    assert {"old", "new", "change", "old_text", "new_text"} == set(reworded)


def test_lineage_for_people(bylaw: Bylaw, old: Path, new: Path) -> None:
    said = bylaw("policy", "lineage", old, new)
    assert said.status == 0
    assert "3 same, 1 reworded, 1 added, 1 removed" in said.out


def test_versions_of_different_documents_are_refused(bylaw: Bylaw, old: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.md", NEW.replace("title:", "key: garden\ntitle:"))
    said = bylaw("policy", "lineage", old, other)
    assert said.status == 2
    assert "garden" in said.err


def test_the_lock_beside_a_document_names_its_clauses(bylaw: Bylaw, tmp_path: Path) -> None:
    folder = tmp_path / "policies" / "rules"
    folder.mkdir(parents=True)
    write(tmp_path / "operator.toml", '[operator]\nname = "House"\n')
    write(folder / "2026-01-01.md", OLD)
    added = write(folder / "2026-03-01.md", NEW.replace("You must", "Hush. You must"))
    assert bylaw("policy", "lock", tmp_path).status == 0
    ids = [c["id"] for c in bylaw("policy", "show", added, "--json").json["clauses"]]
    assert ids[1:3] == ["rules/noise/p1-s1-2", "rules/noise/p1-s1"]


def test_a_damaged_lock_is_told_by_line(bylaw: Bylaw, old: Path) -> None:
    write(old.parent / "ids.lock", "version 2026-01-01 sha256:zz\n")
    said = bylaw("policy", "show", old)
    assert said.status == 2
    assert "ids.lock:1" in said.err
