"""The week that the demonstration begins with: whoever opens it finds work, and what was done is sound."""

import runpy
from pathlib import Path

from bylaw.appeals import store as appeals
from bylaw.appeals.model import State
from bylaw.cases import quality
from bylaw.cases import store as cases
from bylaw.drafts import store as drafts
from bylaw.drafts.model import Stage
from bylaw.runtime.offices import open_record
from commandline import Bylaw

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_week_of_the_demonstration_has_all_that_a_week_has(tmp_path: Path, bylaw: Bylaw) -> None:
    record, told = tmp_path / "record", list[int]()
    week = runpy.run_path(str(EXAMPLES / "week.py"))["live"](record, EXAMPLES / "harbour", 2_000, told.append)
    assert sum(told) == week.events == sum(week.outcomes.values())
    with open_record(record, writing=False) as kept, kept.records.reading() as core:
        assert sum(one.right + one.wrong for one in quality.figures(core, "rule"))
        assert cases.find(core, cases.Sought())  # something waits
        assert sum(appeals.counts(core)[state] for state in State)
        assert [one.stage for one in drafts.terms(core)] == [Stage.ENFORCE, Stage.SHADOW, Stage.NONE]
        assert kept.records.latest_checkpoint()
    assert {one.member.name for one in week.entrances if one.codes} == {"Lee Sample", "Sam Sample"}
    checked = bylaw("check", "--data", record)
    assert checked.out.startswith("sound")
