"""A wave of spam in a real browser: one verdict on all of it, taken back before it leaves, given anew, carried out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, expect

from bylaw.cases import store
from bylaw.notices.workflow import Notices
from bylaw.records.folder import machine_clock
from bylaw.records.people import PEOPLE
from chromium_desk import Hands, actions_of, at_the_console, in_time, member
from pages import chromium as started
from service import BOOK, Service, served
from staff_browser import cheap

UNDO: Final = 600  # seconds
WAVE: Final = 12
SECOND: Final = 1_000_000
OPERATOR = f"""
[queues.appeals]
purpose = "objections"
staffed_by = "lead"

[appeals]
queue = "appeals"

[notices]
page = "https://notices.house.example"
digest_minutes = 0

[cases]
undo_seconds = {UNDO}
sample_percent = 0
golden_percent = 0
"""
RULES = """\
rules:
  - {id: shouting, clause: house/words/p1, on: post.created, when: event.text == "AAA", then: [hold, {review: {queue: words}}]}
  - {id: spam, clause: house/words/p1, on: message.sent, when: event.text == "buy", then: [hold, {review: {queue: words}}]}
"""
FILES = {**BOOK, "operator.toml": BOOK["operator.toml"] + OPERATOR, "rules/words.yaml": RULES}


@dataclass
class Ahead:
    """The machine's clock, and what a test lets pass."""

    by: int = 0

    def __call__(self) -> int:
        return machine_clock() + self.by


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with started() as browser:
        yield browser


@pytest.fixture
def clock() -> Ahead:
    return Ahead()


@pytest.fixture
def service(tmp_path_factory: pytest.TempPathFactory, clock: Ahead) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("desk"), FILES, clock=clock, hasher=cheap()) as running:
        yield running


def spammers() -> list[str]:
    return [f"spammer_{number}" for number in range(WAVE)]


def arrives(service: Service) -> None:
    """A wave of adverts, and a post that has nothing to do with it."""
    at = datetime.fromtimestamp(machine_clock() / 1_000_000 - 1, UTC).isoformat()
    wave = [
        {"kind": "message.sent", "id": f"of_{name}", "actor": name, "recipient": "everybody", "text": "buy"}
        for name in spammers()
    ]
    other = {"kind": "post.created", "id": "loud", "actor": "ann", "text": "AAA"}
    with service.client("event.write") as client:
        for event in [*wave, other]:
            assert client.post("/v1/events", json={**event, "at": at}).status_code == 200


def done(service: Service) -> dict[str, dict[str, str]]:
    """What was done about the wave's accounts."""
    return {name: actions_of(service, name) for name in spammers()}


def told(service: Service) -> list[int]:
    """How many notices each account of the wave has."""
    vault = service.office.vault
    notices, people = Notices(service.office.records, vault), vault.subjects(PEOPLE, spammers())
    return [len(notices.of(people[name])) for name in spammers()]


def waiting(service: Service, rule: str = "spam") -> int:
    with service.office.records.reading() as core:
        return len(store.find(core, store.Sought(rule=rule)))


def decide_all(hands: Hands) -> None:
    """Filter the queue by rule, ask for one verdict on all that is shown, look at what it would decide, decide."""
    hands.go("g", "q")
    with hands.page.expect_navigation():
        hands.page.locator("main a[href='/console/queues/words']").click()
    hands.page.locator("form.filters input[name=rule]").fill("spam")
    with hands.page.expect_navigation():
        hands.page.keyboard.press("Enter")
    hands.press("a", "r")
    hands.page.locator("form[action*=bulk] textarea[name=reason]").fill("One advert, of twelve new accounts.")
    with hands.page.expect_navigation():
        hands.page.keyboard.press("Control+Enter")
    hands.sees("One verdict on 12 cases")
    hands.sees("Nothing is decided yet.")
    hands.go("d")
    hands.sees("12 verdicts leave in")


def bar(hands: Hands) -> Locator:
    """What says that verdicts have not left yet."""
    return hands.page.locator("main .message", has=hands.page.locator("[data-left]"))


def test_one_verdict_on_a_wave_is_taken_back_before_it_leaves_and_given_anew(
    service: Service, chromium: Chromium, clock: Ahead
) -> None:
    arrives(service)
    before, notices = done(service), told(service)
    assert all("hold" in effects and "remove" not in effects for effects in before.values())
    with (
        member(service, "lee", "lead") as lee,
        at_the_console(chromium, service, lee) as hands,
    ):
        decide_all(hands)
        assert (waiting(service), waiting(service, "shouting")) == (0, 1)
        expect(bar(hands)).to_contain_text(" min")
        clock.by += (UNDO - 60) * SECOND
        hands.page.goto("/console/queues/words")  # it is found again, wherever one has been
        hands.go("z")
        hands.sees("The verdicts are withdrawn, and nothing was done.")
        expect(bar(hands)).to_have_count(0)
        assert waiting(service) == WAVE
        clock.by += UNDO * SECOND
        assert (done(service), told(service)) == (before, notices)
        hands.page.clock.install()
        decide_all(hands)
        assert (done(service), told(service)) == (before, notices)
        clock.by += UNDO * SECOND
        in_time(lambda: all(effects.get("remove") for effects in done(service).values()), service)
        hands.page.clock.run_for((UNDO + 1) * 1_000)
        expect(bar(hands)).to_have_count(0)
    assert [after - n for after, n in zip(told(service), notices, strict=True)] == [1] * WAVE
    assert "remove" not in actions_of(service, "ann")
