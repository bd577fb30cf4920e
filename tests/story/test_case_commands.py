"""What waits for people, seen from the command line."""

from pathlib import Path

import pytest

from bylaw.cases.model import Ordered, Outcome
from case_world import NEVER, house, verdict
from commandline import Bylaw


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Ann's case is decided, Bob's waits."""
    with house(tmp_path) as home:
        home.post("AAA", "ann")
        case = home.only().case
        home.cases.decide(case, "rae", verdict(Outcome.VIOLATION, Ordered(effect="remove")), drawn=NEVER)
        home.carried()
        home.post("AAA", "bob")
    return tmp_path / "data"


def test_cases_and_queues_are_listed_and_told(bylaw: Bylaw, data: Path) -> None:
    said = bylaw("case", "list", "--data", data)
    assert said.status == 0
    assert "bob" in said.out
    assert "ann" not in said.out
    [waiting] = bylaw("case", "list", "--data", data, "--clause", "house/words", "--json").json
    assert (waiting["queue"], waiting["account"], waiting["state"]) == ("words", "bob", "open")
    [queue] = bylaw("case", "queues", "--data", data, "--json").json
    assert (queue["queue"], queue["open"]) == ("words", 1)
    [decided] = bylaw("case", "list", "--data", data, "--decided", "--account", "ann", "--json").json
    told = bylaw("case", "show", "--data", data, decided["case"]).out
    assert "case.carried" in told
    assert "shouting" in told
    assert bylaw("case", "list", "--data", data, "--account", "nobody").out == "no case\n"
    assert bylaw("case", "show", "--data", data, "case_nothing").status != 0
