"""A new rule enforced on what is older than it: looked for, agreed to by another, carried out in steps, stopped, taken back."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bylaw.enforcement.model import State
from bylaw.enforcement.retroactive.model import STEP
from bylaw.enforcement.retroactive.store import standing_actions
from bylaw.enforcement.store import counts
from service import BOOK, Service, served
from staff_browser import Browser, at_a_browser, at_work, cheap, code_of, right
from staff_world import Clock

FILE = "rules/words.yaml"
RULE = """\
  - id: whisper
    clause: house/words/p1
    on: post.created
    when: event.text.contains("psst")
    then: [remove, {strike: 1}]
"""
EXEMPT = """\
  - id: choir
    clause: house/words/p1
    on: post.created
    when: event.actor == "choir"
    then: [{exempt: house/words/p1}]
"""
AT = "2026-03-02T09:00:00Z"


@pytest.fixture
def clock() -> Clock:
    return at_work()


@pytest.fixture
def service(tmp_path: Path, clock: Clock) -> Iterator[Service]:
    with served(tmp_path, {**BOOK, FILE: BOOK[FILE] + EXEMPT}, clock=clock, hasher=cheap()) as running:
        yield running


@pytest.fixture
def people(service: Service, clock: Clock) -> Iterator[tuple[Browser, Browser]]:
    """An author of rules, and a lead."""
    make: Callable[..., Browser] = at_a_browser(service, clock)
    with make("ann", "policy-author", "lead") as ann, make("lea", "lead") as lea:
        yield ann, lea


def posts(service: Service, texts: list[tuple[str, str]]) -> None:
    lines = [
        json.dumps({"kind": "post.created", "id": f"p{n}", "at": AT, "actor": actor, "text": text})
        for n, (actor, text) in enumerate(texts)
    ]
    with service.client("event.write") as client:
        headers = {"content-type": "application/x-ndjson"}
        assert client.post("/v1/events", content="\n".join(lines), headers=headers).status_code == 200


def enforced(browser: Browser, folder: Path) -> None:
    (folder / "book" / FILE).write_text(BOOK[FILE] + EXEMPT + RULE)
    right(browser.post("/v1/book/reload"))


def planned(browser: Browser) -> dict[str, Any]:
    right(browser.post("/v1/retroactive", rule="whisper"))
    with browser.service.client("book.backtest") as client:
        while client.get("/v1/backtest").json()["busy"]:
            pass
    assert right(browser.ask("GET", "/v1/backtest"))["failed"] is None
    plan: dict[str, Any] = right(browser.ask("GET", "/v1/retroactive"))["plans"][0]
    return plan


def until(browser: Browser, plan: str, *states: str) -> dict[str, Any]:
    """Ask until a plan is in one of some states."""
    plans = browser.service.office.retroactive
    while plans.find(plan).state not in states:
        pass
    told: dict[str, Any] = right(browser.ask("GET", f"/v1/retroactive/{plan}"))
    return told


def standing(service: Service) -> int:
    with service.office.records.reading() as core:
        return counts(core).get(State.PLANNED, 0)


def test_a_rule_is_enforced_on_what_is_older_and_taken_back(
    service: Service, people: tuple[Browser, Browser], tmp_path: Path
) -> None:
    ann, lea = people
    texts = [(f"a{n}", "psst" if n % 2 else "hello") for n in range(2 * STEP + 10)]
    posts(service, [*texts, ("choir", "psst"), ("a1", "AAA psst")])
    enforced(ann, tmp_path)
    plan = planned(ann)
    assert (plan["state"], plan["findings"], plan["accounts"], plan["effects"]) == (
        "planned",
        STEP + 6,
        STEP + 5,
        {"remove": STEP + 6, "strike": STEP + 6},
    )
    name = plan["plan"]
    before = standing(service)
    approve = f"/v1/retroactive/{name}/approve"
    assert code_of(ann.post(approve)) == (409, "retroactive.same_person")
    right(lea.post(approve))
    done = until(lea, name, "done")
    assert (done["upto"], done["acted"], done["left"]) == (STEP + 6, 2 * (STEP + 6), 0)
    assert standing(service) == before + 2 * (STEP + 6)
    actions = right(ann.client.get("/v1/actions", params={"rule": "whisper", "limit": 1}))["actions"]
    assert (actions[0]["clauses"], actions[0]["rules"]) == (["house/words/p1"], ["whisper"])
    assert actions[0]["decision"] in {one["decision"] for one in done["sample"]} or len(done["sample"]) < STEP

    again = planned(ann)
    assert (again["findings"], again["stood"]) == (0, STEP + 6)

    assert code_of(lea.post(f"/v1/retroactive/{name}/stop")) == (409, "retroactive.order")
    right(lea.post(f"/v1/retroactive/{name}/undo"))
    undone = until(lea, name, "undone")
    assert undone["undone"] == 2 * (STEP + 6)
    with service.office.records.reading() as core:
        assert standing_actions(core, name, 1) == []


def test_what_somebody_did_about_an_event_is_not_done_again(
    service: Service, people: tuple[Browser, Browser], tmp_path: Path
) -> None:
    ann, lea = people
    posts(service, [("a1", "psst")])
    with service.client() as client:
        order = {
            "decision": "p0",
            "clauses": ["house/words/p1"],
            "reason": "seen",
            "orders": [{"effect": "remove"}],
            "say": {"thing": "your post", "facts": "it whispers"},
        }
        removed = right(client.post("/v1/actions", json=order))["actions"][0]["action"]
    right(lea.post(f"/v1/actions/{removed}/undo", reason="It is a song."))
    enforced(ann, tmp_path)
    plan = planned(ann)
    right(lea.post(f"/v1/retroactive/{plan['plan']}/approve"))
    done = until(lea, plan["plan"], "done")
    assert done["acted"] == 1  # the strike; a person had restored the post


def test_a_plan_that_is_refused_does_nothing(
    service: Service, people: tuple[Browser, Browser], tmp_path: Path
) -> None:
    ann, lea = people
    posts(service, [("a1", "psst")])
    enforced(ann, tmp_path)
    plan = planned(ann)["plan"]
    assert right(lea.post(f"/v1/retroactive/{plan}/refuse"))["state"] == "refused"
    assert code_of(lea.post(f"/v1/retroactive/{plan}/approve")) == (409, "retroactive.order")
    assert standing(service) == 0


def test_a_rule_that_is_not_enforced_is_not_looked_for(people: tuple[Browser, Browser]) -> None:
    ann, _ = people
    assert code_of(ann.post("/v1/retroactive", rule="whisper")) == (404, "rule.not_found")
