"""`bylaw simulate` as a person uses it."""

from pathlib import Path

from bylaw.base.errors import Where
from bylaw.events.decode import Codec
from bylaw.simulation.truth import EventTruth, read_truths
from commandline import Bylaw


def test_events_and_truth_go_to_their_files(bylaw: Bylaw, tmp_path: Path) -> None:
    out, truth = tmp_path / "day.jsonl", tmp_path / "truth.jsonl"
    said = bylaw("simulate", "--events", 500, "--seed", 3, "--out", out, "--truth", truth)
    assert said.status == 0
    assert said.out == ""
    events = [Codec().decode(line, where=Where(str(out))) for line in out.read_bytes().splitlines()]
    truths = [
        t for t in read_truths(truth.read_bytes().splitlines(), str(truth)) if isinstance(t, EventTruth)
    ]
    assert [event.id for event in events] == [one.id for one in truths]
    assert len(events) == 500


def test_standard_output_has_the_same_bytes(bylaw: Bylaw, tmp_path: Path) -> None:
    out = tmp_path / "day.jsonl"
    bylaw("simulate", "--events", 1_200, "--out", out)
    assert bylaw("simulate", "--events", 1_200).out.encode() == out.read_bytes()


def test_it_begins_when_it_is_told_to(bylaw: Bylaw) -> None:
    said = bylaw("simulate", "--events", 50, "--start", "2026-05-01")
    assert all('"at":"2026-05-0' in line for line in said.out.splitlines())


def test_earlier_files_are_kept_unless_told_otherwise(bylaw: Bylaw, tmp_path: Path) -> None:
    out = tmp_path / "day.jsonl"
    out.write_text("precious\n")
    assert bylaw("simulate", "--events", 5, "--out", out).status == 2
    assert out.read_text() == "precious\n"
    assert bylaw("simulate", "--events", 5, "--out", out, "--replace").status == 0


def test_a_number_out_of_range_is_told(bylaw: Bylaw) -> None:
    said = bylaw("simulate", "--events", 0)
    assert said.status == 2
    assert "simulation.plan" in said.err
