"""A rule at the console in a real browser: a mistake, history, shadow, a second person, enforcement, the brake; and who only looks."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from bylaw.engine.brakes import BRAKE_MATCHES
from bylaw.records.folder import machine_clock
from chromium_desk import Hands, at_the_console, member
from pages import chromium as started
from service import BOOK, Service, served
from staff_browser import cheap

RULE = """
  - id: whisper
    clause: house/words/p1
    on: post.created
    when: event.txet == "psst"
    then: [remove]
"""
LONG = 20_000  # milliseconds


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with started() as browser:
        yield browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("desk"), BOOK, hasher=cheap()) as running:
        yield running


def posts(service: Service, prefix: str, count: int, text: str) -> list[str]:
    """Send posts; return what became of each."""
    at = datetime.fromtimestamp(machine_clock() / 1_000_000 - 1, UTC).isoformat()
    lines = [
        json.dumps({"kind": "post.created", "id": f"{prefix}{n}", "at": at, "actor": f"a{n}", "text": text})
        for n in range(count)
    ]
    headers = {"content-type": "application/x-ndjson"}
    with service.client("event.write") as client:
        told = client.post("/v1/events", content="\n".join(lines), headers=headers).text.splitlines()
    return [json.loads(line)["answer"]["outcome"] for line in told]


def send(hands: Hands, action: str, *, stage: str = "") -> None:
    """Send the form whose action ends so."""
    form = hands.page.locator(f"main form[action$='{action}']").first
    if stage:
        form.locator(f"[name=stage][value={stage}]").check()
    with hands.page.expect_navigation():
        form.locator("button").last.click()


def test_a_rule_goes_from_a_mistake_to_enforcement_and_its_brake_is_seen(
    service: Service, chromium: Chromium
) -> None:
    assert posts(service, "old", 3, "psst") == ["allow"] * 3
    with (
        member(service, "ann", "policy-author", "lead") as ann,
        member(service, "bob", "policy-author") as bob,
        at_the_console(chromium, service, ann) as hands,
    ):
        hands.page.goto("/console/drafts?file=rules/words.yaml")
        hands.page.locator("main [name=title]").fill("Whispers")
        send(hands, "/console/drafts")
        draft = hands.page.url.removeprefix(service.url).partition("/edit")[0]
        text = hands.page.locator("textarea[name=text]")
        written = text.input_value() + RULE
        text.fill(written)
        expect(hands.page.locator(".wrong").first).to_contain_text(
            "did you mean", ignore_case=True, timeout=LONG
        )
        text.fill(written.replace("txet", "text"))
        with hands.page.expect_navigation():
            text.press("Control+Enter")
        hands.sees("nothing is wrong with it")
        hands.page.goto(f"{draft}/backtest")
        send(hands, "/backtest")
        report = hands.page.locator(f"main a[href^='{draft}/reports/']").first
        expect(report).to_be_visible(timeout=LONG)
        report.click()
        expect(hands.page.locator("body")).to_contain_text("would be decided otherwise")
        hands.page.goto(draft)
        send(hands, "/activate", stage="shadow")
        assert posts(service, "shadow", 1, "psst") == ["allow"]
        hands.page.goto(draft)
        send(hands, "/ask")
        with at_the_console(chromium, service, bob) as other:
            other.page.goto(draft)
            send(other, "/approve")
            other.sees("You agreed")
        hands.page.goto(draft)
        send(hands, "/activate", stage="enforce")
        assert posts(service, "new", 1, "psst") == ["remove"]
        assert posts(service, "wave", BRAKE_MATCHES + 10, "psst")[-1] == "allow"
        hands.go("g", "o")
        hands.sees("1 rule braked")
        hands.page.goto("/console/rules/whisper")
        hands.sees("braked")


def test_who_only_looks_sees_everything_and_changes_nothing(service: Service, chromium: Chromium) -> None:
    with member(service, "eve", "auditor") as eve, at_the_console(chromium, service, eve) as hands:
        for place in ("q", "a", "w", "s", "n", "r", "d", "p", "e", "y", "t", "c", "m"):
            hands.go("g", place)
            assert hands.page.locator("main h1").count() == 1
            forms = hands.page.locator("main form[method=post]")
            actions = {forms.nth(n).get_attribute("action") for n in range(forms.count())}
            assert actions <= {"/console/ledger/verify", "/console/search/keep"}, (place, actions)
        hands.page.goto("/console/audit")
        hands.sees("signed in")
