"""Rules and drafts at the console, without JavaScript: from a mistake to enforcement, agreed to by somebody else."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console_browser import Desk
from service import BOOK, Service, served
from staff_browser import STEP, Browser, at_a_browser, at_work, cheap
from staff_world import GOOD, Clock, address

FILE = "rules/words.yaml"
HOSTILE = "<script>alert(1)</script>"
WHISPER = f"""\
  - id: whisper
    clause: house/words/p1
    on: post.created
    when: event.text.contains("psst")
    then: [remove]
    note: "{HOSTILE}"
"""


@pytest.fixture
def clock() -> Clock:
    return at_work()


@pytest.fixture
def service(tmp_path: Path, clock: Clock) -> Iterator[Service]:
    with served(tmp_path, BOOK, clock=clock, hasher=cheap()) as running:
        yield running


@pytest.fixture
def enter(service: Service, clock: Clock) -> Iterator[Callable[..., Desk]]:
    made: list[Browser | Desk] = []

    def entering(name: str, *roles: str) -> Desk:
        browser, desk = at_a_browser(service, clock)(name, *roles), Desk(service)
        made.extend((browser, desk))
        clock.pass_(STEP)
        desk.sign_in(address(name), GOOD, browser.code())
        return desk

    yield entering
    for one in made:
        one.client.close()


def posts(service: Service, *texts: str) -> None:
    lines = [
        json.dumps(
            {
                "kind": "post.created",
                "id": f"e{n}",
                "at": "2026-09-20T10:00:00Z",
                "actor": f"a{n}",
                "text": text,
            }
        )
        for n, text in enumerate(texts)
    ]
    with service.client("event.write") as client:
        headers = {"content-type": "application/x-ndjson"}
        assert client.post("/v1/events", content="\n".join(lines), headers=headers).status_code == 200


def over(service: Service) -> None:
    with service.client("book.backtest") as client:
        while client.get("/v1/backtest").json()["busy"]:
            pass


def test_rules_are_listed_and_one_is_shown_with_its_clause(
    service: Service, enter: Callable[..., Desk]
) -> None:
    posts(service, "AAA", "AAA", "hello")
    ann = enter("ann", "policy-author")
    page = ann.get("/console/rules")
    for told in ("shouting", "loud", "burst", "rules/words.yaml", "6 rules"):
        assert told in page.text, told
    assert "burst" not in ann.get("/console/rules?q=shouting").text
    one = ann.get("/console/rules/shouting")
    for told in ('event.text == "AAA"', "You must not shout.", "hold", "at most", "enforce"):
        assert told in one.text, told
    assert ann.get("/console/rules/none").answer.status_code == 404


def test_a_draft_from_a_mistake_to_enforcement(service: Service, enter: Callable[..., Desk]) -> None:
    posts(service, "psst one", "psst two", "hello")
    ann, bob = enter("ann", "policy-author"), enter("bob", "policy-author")
    page = ann.get(f"/console/drafts?file={FILE}")
    page = ann.send(page.form("/console/drafts"), title=f"Whispers {HOSTILE}")
    assert page.path.endswith("/edit")
    at = page.path.removesuffix("/edit")
    form = page.form(f"{at}/edit")
    text = form.fields["text"][0]
    page = ann.send(form, text=text + WHISPER.replace("event.text", "event.txet"))
    assert "1 mistake" in page.text
    assert f"{FILE}:36:17" in page.text
    assert "did you mean" in page.text.lower()
    assert HOSTILE not in page.answer.text

    draft = ann.get(at)
    wrong = ann.send(draft.form(f"{at}/ask"))
    assert "This is no book yet" in wrong.text
    page = ann.get(f"{at}/edit?file={FILE}")
    page = ann.send(page.form(f"{at}/edit"), text=text + WHISPER)
    assert "nothing is wrong with it" in page.text

    tried = ann.send(ann.get(f"{at}/try").form(f"{at}/try"))
    assert "whisper" in tried.text
    assert "What would be decided" in tried.text

    page = ann.send(ann.get(f"{at}/backtest").form(f"{at}/backtest"))
    over(service)
    page = ann.get(f"{at}/backtest")
    report = ann.get(next(one for one in page.links(f"{at}/reports/")))
    assert "2 events would be decided otherwise" in report.text
    assert HOSTILE not in report.answer.text

    page = ann.send(ann.get(at).form(f"{at}/activate"), stage="shadow")
    assert "It is in force" in page.text
    assert "In shadow" in ann.get("/console/rules?mode=shadow").text or "whisper" in page.text

    page = ann.send(ann.get(at).form(f"{at}/ask"))
    assert not [form for form in page.forms() if form.action.endswith("/approve")]
    page = bob.get(at)
    assert "Whispers" in bob.get("/console/drafts").text
    page = bob.send(page.form(f"{at}/approve"))
    assert "You agreed" in page.text
    page = ann.send(ann.get(at).form(f"{at}/activate"), stage="enforce")
    assert "It is in force" in page.text
    rule = ann.get("/console/rules/whisper")
    assert "added" in rule.text
    assert HOSTILE not in rule.answer.text
    drafts = ann.get("/console/drafts")
    assert "1 file was changed in the console" in drafts.text

    back = ann.send(drafts.form("/console/drafts/restore"), reason="It was a song.")
    assert "The earlier book is in force again." in back.text


def test_what_two_save_at_once_is_shown_side_by_side(enter: Callable[..., Desk]) -> None:
    ann, bob = enter("ann", "policy-author"), enter("bob", "policy-author")
    page = ann.send(ann.get(f"/console/drafts?file={FILE}").form("/console/drafts"), title="Both")
    at = page.path.removesuffix("/edit")
    mine, theirs = page.form(f"{at}/edit"), bob.get(f"{at}/edit?file={FILE}").form(f"{at}/edit")
    bob.send(theirs, text=theirs.fields["text"][0] + "# bob was here\n")
    page = ann.send(mine, text=mine.fields["text"][0] + "# ann was here\n")
    assert page.answer.status_code == 409
    assert "# bob was here" in page.answer.text
    assert "# ann was here" in page.answer.text
    again = page.form(f"{at}/edit")
    page = ann.send(again, text=again.fields["text"][0] + "# bob was here\n")
    assert page.answer.status_code == 200
    assert "nothing is wrong with it" in page.text


def test_who_may_only_look_sees_no_way_to_change(enter: Callable[..., Desk]) -> None:
    ann, eve = enter("ann", "policy-author"), enter("eve", "auditor")
    page = ann.send(ann.get(f"/console/drafts?file={FILE}").form("/console/drafts"), title="Mine")
    at = page.path.removesuffix("/edit")
    page = eve.get(at)
    assert page.answer.status_code == 200
    assert not [form for form in page.forms() if form.action.startswith("/console/drafts")]
    assert eve.get(f"{at}/edit?file={FILE}").answer.status_code == 403


def test_a_rule_is_enforced_on_what_is_older_at_the_console(
    service: Service, enter: Callable[..., Desk], tmp_path: Path
) -> None:
    posts(service, "psst one", "psst two", "hello")
    ann, lea = enter("ann", "policy-author", "lead"), enter("lea", "lead")
    (tmp_path / "book" / FILE).write_text(BOOK[FILE] + WHISPER)
    ann.send(ann.get("/console/drafts").form("/console/drafts/reload"))
    ann.send(ann.get("/console/rules/whisper").form("/console/retroactive"))
    over(service)
    page = lea.get("/console/retroactive?rule=whisper")
    plan = lea.get(next(one for one in page.links("/console/retroactive/retro_")))
    assert "2 events, 2 accounts" in plan.text
    lea.send(plan.form(f"{plan.path}/approve"))
    retroactive = service.office.retroactive
    name = plan.path.rpartition("/")[2]
    while retroactive.find(name).state != "done":
        pass
    page = lea.get(plan.path)
    assert "2 actions done" in page.text
    lea.send(page.form(f"{plan.path}/undo"))
    while retroactive.find(name).state != "undone":
        pass
    assert "2 taken back" in lea.get(plan.path).text
