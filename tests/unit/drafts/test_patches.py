"""Differences as git reads them."""

import subprocess
from pathlib import Path

import pytest

from bylaw.drafts.patches import diffs, patch

BEFORE = {
    "rules/a.yaml": b"one\ntwo\nthree\n",
    "rules/gone.yaml": b"x\n",
    "lists/no-end.txt": b"a\nb",
    "lists/windows.txt": b"a\r\nb\r\n",
    "lists/same.txt": b"same\n",
    "lists/empty.txt": b"",
}
AFTER = {
    "rules/a.yaml": b"one\nzwei\nthree\n",
    "rules/new.yaml": b"y\nz",
    "lists/no-end.txt": b"a\nb\n",
    "lists/windows.txt": b"a\r\nc\r\n",
    "lists/same.txt": b"same\n",
    "lists/empty.txt": b"now\n",
    "lists/bare.txt": b"",
    "notices/gr\xc3\xbc\xc3\x9fe dich.md".encode("latin-1").decode(): "Grüße\n".encode(),
}


def written(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def held(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()
    }


def test_git_makes_of_the_one_the_other(tmp_path: Path) -> None:
    folder, file = tmp_path / "book", tmp_path / "x.patch"
    written(folder, BEFORE)
    file.write_bytes(patch(BEFORE, AFTER))
    said = subprocess.run(["git", "apply", file], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S607
    assert (said.returncode, said.stderr) == (0, "")
    assert held(folder) == AFTER


def test_what_is_the_same_is_no_part_of_it() -> None:
    assert patch(BEFORE, BEFORE) == b""
    assert "lists/same.txt" not in {one.path for one in diffs(BEFORE, AFTER)}


@pytest.mark.parametrize(
    ("path", "counts"),
    [("rules/a.yaml", (1, 1)), ("rules/new.yaml", (2, 0)), ("rules/gone.yaml", (0, 1))],
)
def test_lines_are_counted(path: str, counts: tuple[int, int]) -> None:
    (found,) = [one for one in diffs(BEFORE, AFTER) if one.path == path]
    assert (found.added, found.removed) == counts


def test_what_is_shown_begins_with_the_first_hunk() -> None:
    (found,) = [one for one in diffs(BEFORE, AFTER) if one.path == "rules/a.yaml"]
    assert found.lines == ("@@ -1,3 +1,3 @@", " one", "-two", "+zwei", " three")
