"""Search, the live stream, a decision and an account at the console, without JavaScript."""

from collections.abc import Iterator
from typing import Any

import pytest

from console_browser import Desk, Page
from service import BOOK, RULES, Service, message, post, served
from staff_browser import Browser, at_a_browser, at_work, cheap
from staff_world import GOOD, MINUTE, Clock, address

MORE = """\
  - id: rude
    clause: house/words/p1
    on: [post.created, message.sent]
    when: event.text == "rude"
    then: [remove, {strike: 1}]
"""
FILES = {**BOOK, "rules/words.yaml": RULES + MORE}
REASON = "a wave of rude posts, ticket 41"
HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}'


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("console"), FILES, clock=clock, hasher=cheap()) as running:
        with running.client() as client:
            for number in range(3):
                write(client, post(f"evt_loud_{number}", "AAA", actor="acc_0"))
            write(client, post("evt_rude", "rude", actor="acc/with a slash"))
            letter = message("evt_letter", actor="acc/with a slash")
            write(client, {**letter, "text": "rude", "recipient": "acc_9"})
            write(client, post("evt_hostile", "AAA", actor=HOSTILE))
        yield running


def write(client: Any, event: dict[str, Any]) -> None:
    answer = client.post("/v1/events", json=event)
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def ada(service: Service, clock: Clock) -> Iterator[Browser]:
    with at_a_browser(service, clock)("ada", "lead", "reviewer", phone=True) as browser:
        yield browser


@pytest.fixture
def desk(service: Service, clock: Clock, ada: Browser) -> Iterator[Desk]:
    clock.pass_(MINUTE)
    with Desk(service) as desk:
        page = desk.sign_in(address("ada"), GOOD, ada.code())
        assert page.path == "/console", page.text
        yield desk


def search(desk: Desk, **asked: Any) -> Page:
    page = desk.get("/console/search")
    return desk.send(page.form("/console/search"), days=0, **asked)


def found(page: Page) -> int:
    return len(set(page.links("/console/decisions/dec_")))


def test_a_query_finds_decisions_and_what_stands_there_most_often(desk: Desk) -> None:
    page = search(desk, q='decision.outcome == "hold"')
    assert found(page) == 4
    assert "shouting" in page.text
    narrowed = next(link for link in page.links("/console/search?") if "rule=loud" in link)
    assert found(desk.get(narrowed)) == 4
    assert found(search(desk, q='decision.outcome == "hold"', account="acc_0")) == 3
    assert "Nothing found" in search(desk, rule="no-such-rule").text


def test_a_wrong_query_is_told_where_it_is_wrong(desk: Desk) -> None:
    page = search(desk, q="decision.outcom == 1")
    assert page.answer.status_code == 422
    assert "Line 1, column 10" in page.text
    assert "decision.outcome" in page.text
    assert 'aria-invalid="true"' in page.answer.text


def test_events_are_looked_into_by_who_says_what_for(service: Service, desk: Desk) -> None:
    page = search(desk, q='event.text == "rude"')
    assert found(page) == 0
    refused = desk.send(page.form("/console/search/events"), reason="dot")
    assert refused.answer.status_code == 422
    assert "a reason of" in refused.text
    head = service.office.records.head
    page = desk.send(page.form("/console/search/events"), reason=REASON)
    assert found(page) == 2
    assert "6 events were opened" in page.text
    assert service.office.records.row(head + 1).kind == "content.read"


def test_a_query_is_kept_and_found_again(desk: Desk) -> None:
    page = search(desk, q='"rude" in decision.rules')
    page = desk.send(page.form("/console/search/keep"), name="Rude ones", shared="true")
    assert "Rude ones" in page.text
    (link,) = [
        link for link in page.links("/console/search?") if "rude" in link and "in+decision.rules" in link
    ]
    assert found(desk.get(f"{link}&days=0")) == 2
    page = desk.send(page.form("/console/search/remove"))
    assert "Rude ones" not in page.text


def test_the_live_stream_shows_the_latest_and_its_rows_alone(desk: Desk) -> None:
    page = desk.get("/console/live")
    assert found(page) == 6
    assert 'data-refresh="/console/live/rows?rule=rude"' in desk.get("/console/live?rule=rude").answer.text
    rows = desk.get("/console/live/rows?rule=rude")
    assert found(rows) == 2
    assert "<html" not in rows.answer.text


def test_a_decision_is_told_with_all_that_led_to_it_and_its_event_after_it_was_recorded(desk: Desk) -> None:
    page = desk.get("/console/decisions/evt_rude")
    assert "You must not shout." in page.text
    assert 'event.text == "rude"' in page.text
    assert "acc/with a slash" in page.text
    assert desk.send(page.form("/console/decisions/"), reason="dot").problem == "read.reason"
    page = desk.get("/console/decisions/evt_rude")
    page = desk.send(page.form("/console/decisions/"), reason=REASON)
    assert "That you read it is recorded." in page.text
    assert '<p class="written">rude</p>' in page.answer.text


def test_an_account_is_told_with_its_past_and_links(desk: Desk) -> None:
    page = desk.get("/console/accounts/acc/with%20a%20slash")
    assert page.answer.status_code == 200, page.text
    assert "Strikes that count" in page.text
    assert "message.sent" in page.text
    assert page.links("/console/accounts/acc_9")
    assert 'role="img"' in page.answer.text
    assert desk.get("/console/accounts/nobody").answer.status_code == 404


def test_something_is_ordered_about_an_account(desk: Desk) -> None:
    page = desk.get("/console/accounts/acc_0")
    form = page.form("/console/accounts/order")
    filled = {"clauses": "house/words/p1", "reason": "again and again", "thing": "posts", "facts": "shouting"}
    assert desk.send(form, effect="suspend", argument="many", **filled).problem == "action.argument"
    page = desk.send(form, effect="suspend", argument="900", **filled)
    assert page.path == "/console/accounts/acc_0"
    assert "It is ordered." in page.text
    assert "It is closed until" in page.text


def test_hostile_names_are_shown_harmless(desk: Desk) -> None:
    page = search(desk, account=HOSTILE)
    assert found(page) == 1
    for shown in (page, desk.get("/console/decisions/evt_hostile"), search(desk, q=HOSTILE)):
        assert "<script>alert" not in shown.answer.text
        assert "{{ 7*7 }}" in shown.text
