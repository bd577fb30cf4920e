"""kill -9 at every boundary of every durable write between an event and its answer.

After each, the folder is opened again and everything is handed in again: what was acknowledged has its decision,
nothing is decided twice, windows count as if nothing had happened, and every decision replays.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import crash_matrix
from databases import postgres


def run_matrix(folder: Path, *database: str) -> list[dict[str, Any]]:
    folder.mkdir()
    ran = subprocess.run(
        [sys.executable, crash_matrix.__file__, str(folder), *database],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(crash_matrix.__file__).parent,
    )
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def assert_sound(lines: list[dict[str, Any]]) -> None:
    undisturbed = lines[-1]
    assert undisturbed["boundary"] == ""
    assert undisturbed["found"].count(["burst"]) > 10
    for line in lines:
        assert {**line, "boundary": ""} == {**undisturbed, "lost": 0}, line["boundary"]
    assert undisturbed["decided"] == len(crash_matrix.EVENTS)
    assert undisturbed["replayed"]


def test_no_kill_loses_or_doubles_anything_on_sqlite(tmp_path: Path) -> None:
    lines = run_matrix(tmp_path / "folders")
    assert_sound(lines)
    places = {line["boundary"].partition(" ")[0] for line in lines}
    assert {"before", "within", "after", "persons.commit.before", "evidence.commit.after"} <= places
    assert len(lines) > 40


def test_no_kill_loses_or_doubles_anything_on_postgresql(tmp_path: Path) -> None:
    with postgres() as server:
        assert_sound(run_matrix(tmp_path / "folders", server.url))
