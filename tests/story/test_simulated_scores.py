"""`bylaw test --simulated`: the rules of the example book on made-up traffic."""

from pathlib import Path

from bylaw.simulation.stream import TOPICS
from commandline import Bylaw

EVENTS = ("--simulated", "--events", 3_000)


def test_scores_come_as_tables(bylaw: Bylaw, root: Path) -> None:
    said = bylaw("test", root / "examples/harbour", *EVENTS)
    assert said.status == 0
    assert "recall" in said.out
    assert "all ordinary" in said.out


def test_scores_come_as_json_and_every_topic_has_clauses(bylaw: Bylaw, root: Path) -> None:
    scores = bylaw("test", root / "examples/harbour", *EVENTS, "--json").json
    assert scores["events"] == 3_000
    assert {topic["topic"] for topic in scores["topics"]} == TOPICS
    assert scores["unmapped"] == []
    assert scores["ordinary"]["share"] <= 0.01


def test_a_book_that_maps_no_topics_is_told_how(bylaw: Bylaw, tmp_path: Path, root: Path) -> None:
    for file in (root / "examples/harbour").rglob("*"):
        if file.is_file() and file.name != "simulation.yaml":
            copy = tmp_path / file.relative_to(root / "examples/harbour")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    said = bylaw("test", tmp_path, "--simulated")
    assert said.status == 2
    assert "simulation.no_file" in said.err
