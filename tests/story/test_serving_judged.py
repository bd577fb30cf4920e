"""What people decided about cases shows whether a draft is better: in its report, at the console and on the command line."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from case_world import CLAUSE, LEAVING, RULES
from commandline import Bylaw
from console_browser import Desk, Page
from service import BOOK, Service, ndjson, post, served, written
from staff_browser import STEP, at_a_browser, at_work, cheap, right
from staff_world import GOOD, Clock, address

FILE = "rules/words.yaml"
MANY = 12  # enough that the intervals of half and all of them do not touch
WHISPER = (
    '  - {id: whisper, clause: house/words/p1, on: post.created, when: event.text == "psst", then: [warn]}\n'
)
FILES = {
    **BOOK,
    FILE: RULES,
    "operator.toml": LEAVING,
}


@pytest.fixture
def clock() -> Clock:
    return at_work()


@pytest.fixture
def service(tmp_path: Path, clock: Clock) -> Iterator[Service]:
    with served(tmp_path, FILES, clock=clock, hasher=cheap()) as running:
        yield running


@pytest.fixture
def ann(service: Service, clock: Clock) -> Iterator[Desk]:
    with at_a_browser(service, clock)("ann", "policy-author") as browser, Desk(service) as desk:
        clock.pass_(STEP)
        desk.sign_in(address("ann"), GOOD, browser.code())
        yield desk


def happened(client: httpx2.Client) -> None:
    """As many shout as are loud; one whispers."""
    texts = {"AAA": MANY, "BBB": MANY, "psst": 1}
    events = [
        post(f"{text}{n}", text, actor=f"{text}{n}") for text, count in texts.items() for n in range(count)
    ]
    media = {"content-type": "application/x-ndjson"}
    assert client.post("/v1/events", content=ndjson(events), headers=media).status_code == 200


def decided(service: Service, client: httpx2.Client) -> None:
    """People find that who shouts violates the clause, and who is loud does not."""
    cases = right(client.get("/v1/cases", params={"queue": "words"}))["cases"]
    assert len(cases) == 2 * MANY
    for case in cases:
        outcome = "violation" if case["rules"] == ["shouting"] else "no_violation"
        verdict: dict[str, Any] = {"outcome": outcome, "clauses": [CLAUSE], "reason": "Looked at."}
        right(client.post(f"/v1/cases/{case['case']}/decide", json=verdict))
    for case in cases:
        service.carried(case["case"])


def tried(ann: Desk, change: Callable[[str], str]) -> Page:
    """Write a draft, try it on history, and read the report."""
    page = ann.send(ann.get(f"/console/drafts?file={FILE}").form("/console/drafts"), title="Quieter")
    at = page.path.removesuffix("/edit")
    form = page.form(f"{at}/edit")
    ann.send(form, text=change(form.fields["text"][0]))
    ann.send(ann.get(f"{at}/backtest").form(f"{at}/backtest"))
    with ann.service.client("book.backtest") as client:
        while client.get("/v1/backtest").json()["busy"]:
            pass
        assert client.get("/v1/backtest").json()["failed"] is None
    return ann.get(next(iter(ann.get(f"{at}/backtest").links(f"{at}/reports/"))))


def quieter(text: str) -> str:
    """Nobody who is loud is looked at any more; who whispers is warned."""
    return text.replace("{id: loud,", "{id: loud, mode: off,") + WHISPER


def test_a_draft_is_held_against_what_people_decided(
    service: Service, ann: Desk, bylaw: Bylaw, tmp_path: Path
) -> None:
    with service.client() as client:
        happened(client)
        nobody = tried(ann, quieter)
        assert "Nobody has decided anything about these events yet." in nobody.text
        decided(service, client)
        page = tried(ann, quieter)
        report = right(client.get(f"/v1/backtest/reports/{page.path.rpartition('/')[2]}"))
    assert report["judged"] == 2 * MANY
    (clause,) = report["clause_scores"]
    precision, recall = clause["precision"], clause["recall"]
    assert (clause["name"], clause["changed"]) == (CLAUSE, True)
    assert (precision["before"]["value"], precision["after"]["value"]) == (0.5, 1.0)
    assert (precision["shift"], recall["shift"]) == ("better", "same")
    assert [one["name"] for one in report["rule_scores"]] == ["loud", "shouting"]  # nobody looked at whispers
    for told in (
        f"People looked at {2 * MANY} of these events",
        "50% (31–69), of 24",
        "100% (76–100), of 12 better",
        "Rules that fare otherwise",
        "1 that fares the same",
        "You must not shout.",
    ):
        assert told in page.text, told

    folder = written(tmp_path / "other", FILES | {FILE: quieter(RULES)})
    data = tmp_path / "data"
    said = bylaw("backtest", "--data", data, "--book", folder, "--json").json["verdicts"]
    assert (said["in_file"], said["judged"]) == (0, 2 * MANY)
    before, after = (said[side]["clauses"][CLAUSE] for side in ("before", "after"))
    assert (before["right"], before["wrong"], before["missed"]) == (MANY, MANY, 0)
    assert (after["right"], after["wrong"], after["missed"]) == (MANY, 0, 0)
    told = bylaw("backtest", "--data", data, "--book", folder, "--jobs", 2).out
    assert f"{2 * MANY} events that somebody looked at" in told
    assert "50 % (31 to 69)" in told

    file = tmp_path / "verdicts.jsonl"  # who says it in a file has the last word
    file.write_text(f'{{"event": "AAA0", "clause": "{CLAUSE}", "violates": false}}\n')
    said = bylaw("backtest", "--data", data, "--book", folder, "--verdicts", file, "--json").json["verdicts"]
    assert (said["in_file"], said["judged"]) == (1, 2 * MANY)
    assert said["after"]["clauses"][CLAUSE]["wrong"] == 1
