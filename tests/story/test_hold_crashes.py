"""kill -9 at every boundary of every durable write of placing, destroying, releasing, ageing out and restoring.

After each, the folder is opened again: nothing is half done, what a hold keeps can be read, and whoever was being
destroyed is gone. Then the same is asked for once more, and comes to what it comes to undisturbed.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import hold_crashes

ALL = ["m0", "m1", "m2", "p0", "p1", "r0"]
CY = ["m2", "p1", "r0"]  # what names cy, and what names nobody

# What may be readable between a crash and the next try, and how many boundaries there are at least.
BETWEEN: dict[str, tuple[list[list[str]], int]] = {
    "place": ([["m1", *CY]], 14),
    "destroy": ([ALL], 27),
    "release": ([["m1", *CY], CY, ["r0"]], 51),
    "wither": ([ALL, ["m1", "r0"]], 15),
    "retain": ([ALL, ["m1", "p0", "p1", "r0"], ["m1", "r0"]], 26),
    "restore": ([["m1", "p1", "r0"]], 33),
}


@pytest.mark.parametrize("scenario", BETWEEN)
def test_no_kill_leaves_anything_half_done(tmp_path: Path, scenario: str) -> None:
    lines = killed_everywhere(tmp_path / "folder", scenario)
    may_be_readable, boundaries = BETWEEN[scenario]
    *killed, undisturbed = lines
    assert undisturbed["boundary"] == ""
    assert undisturbed["end"]["wrong"] == []
    for line in lines:
        assert line["end"] == undisturbed["end"], line["boundary"]
        assert line["end"]["begun"] == 0
    found = [line for line in lines if line["found"] is not None]
    for line in found:
        assert line["found"]["begun"] == 0, line["boundary"]
        assert line["found"]["readable"] in may_be_readable, line["boundary"]
    assert len(killed) >= boundaries, f"{scenario}: {len(killed)} boundaries"
    assert len(found) == len(lines) or scenario == "restore"


def killed_everywhere(folder: Path, scenario: str) -> list[dict[str, Any]]:
    ran = subprocess.run(
        [sys.executable, hold_crashes.__file__, str(folder), scenario],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(hold_crashes.__file__).parent,
    )
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]
