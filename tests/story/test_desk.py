"""What people do at the desk, in a real browser: from a post to its restoration, and a termination."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from bylaw.notices.workflow import Notices
from bylaw.records.folder import machine_clock
from bylaw.records.people import PEOPLE
from bylaw.transparency.sources import OfRecord, count
from chromium_desk import actions_of, at_the_console, in_time, member, outside
from pages import chromium as started
from service import BOOK, Service, served
from staff_browser import Browser, cheap

OPERATOR = """
[queues.appeals]
purpose = "objections"
staffed_by = "lead"

[notices]
page = "https://notices.house.example"
digest_minutes = 0

[appeals]
queue = "appeals"

[cases]
undo_seconds = 1
sample_percent = 0
golden_percent = 0
"""
RULES = """\
rules:
  - {id: shouting, clause: house/words/p1, on: post.created, when: event.text == "AAA", then: [hold, {strike: 1}, {review: {queue: words}}]}
"""
FILES = {**BOOK, "operator.toml": BOOK["operator.toml"] + OPERATOR, "rules/words.yaml": RULES}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with started() as browser:
        yield browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("desk"), FILES, hasher=cheap()) as running:
        yield running


@pytest.fixture(scope="module")
def rae(service: Service) -> Iterator[Browser]:
    with member(service, "rae", "reviewer", phone=False) as browser:
        yield browser


@pytest.fixture(scope="module")
def lee(service: Service) -> Iterator[Browser]:
    with member(service, "lee", "lead", "auditor") as browser:
        yield browser


@pytest.fixture(scope="module")
def sam(service: Service) -> Iterator[Browser]:
    with member(service, "sam", "lead") as browser:
        yield browser


def send(service: Service, name: str, actor: str, text: str) -> None:
    at = datetime.fromtimestamp(machine_clock() / 1_000_000 - 1, UTC).isoformat()
    event = {"kind": "post.created", "id": name, "at": at, "actor": actor, "text": text}
    with service.client("event.write") as client:
        assert client.post("/v1/events", json=event).status_code == 200


def weight(service: Service, account: str) -> int:
    with service.client("account.read") as client:
        return int(client.get(f"/v1/accounts/{account}").json()["weight"])


def your_page(service: Service, account: str) -> str:
    """The path of the page that the newest notice of an account leads to."""
    vault = service.office.vault
    told = Notices(service.office.records, vault).of(vault.subjects(PEOPLE, [account])[account])
    return f"/your/{service.office.appeals.notices.links.token(told[-1].id)}"


def test_a_post_is_held_removed_by_keyboard_alone_objected_to_and_restored_by_somebody_else(
    service: Service, chromium: Chromium, rae: Browser, lee: Browser
) -> None:
    send(service, "post_1", "ann", "AAA")
    assert actions_of(service, "ann")["hold"] == "planned"
    with at_the_console(chromium, service, rae) as hands:
        hands.go("g", "q")
        hands.go("n")
        hands.sees("You must not shout.")
        hands.sees("AAA")
        hands.press("r")
        hands.write("e", "It is all in capitals.")
        hands.go("d")
        removed = in_time(lambda: actions_of(service, "ann").get("remove"), service)
        assert removed == "planned"
    assert weight(service, "ann") == 1
    path = in_time(lambda: your_page(service, "ann"), service)
    with outside(chromium, path, service) as ann:
        ann.sees("You must not shout.")
        ann.page.get_by_role("textbox").first.fill("It is the name of a battery.")
        ann.page.locator("form[action*=appeal] button.first").click()
        ann.sees("We have your objection.")
    with at_the_console(chromium, service, lee) as hands:
        hands.go("g", "a")
        hands.page.locator("main a[href^='/console/appeals/appeal_']").first.click()
        hands.sees("It is the name of a battery.")
        hands.write("r", "You are right: it names a battery.")
        hands.go("b")
        hands.sees("reversed")
    states = actions_of(service, "ann")
    assert (states["hold"], states["remove"], states["strike"]) == ("undone", "undone", "undone")
    assert weight(service, "ann") == 0
    with outside(chromium, path, service) as ann:
        ann.sees("You are right: it names a battery.")
    proved(service, chromium, lee, "case.decided", "appeal.decided", "enforcement.undone")
    ledger = OfRecord(service.office.records)
    account, _ = count(ledger, 1, service.office.records.head)
    became = Counter[str]()
    for objection, times in account.appeals.items():
        became[objection.became] += times
    assert (became["lodged"], became["reversed"], became["upheld"]) == (1, 1, 0)
    assert account.reversals


def proved(service: Service, chromium: Chromium, whose: Browser, *kinds: str) -> None:
    """See to it that facts of these kinds are in the ledger, each with a proof under a signed checkpoint."""
    service.office.attest()
    latest = {row.kind: row.seq for row in service.office.records.rows()}
    with at_the_console(chromium, service, whose) as hands:
        for kind in kinds:
            hands.page.goto(f"/console/ledger/{latest[kind]}")
            hands.sees(kind)
            expect(hands.page.locator("main")).not_to_contain_text("Not signed yet")


def test_who_decided_cannot_decide_the_objection(
    service: Service, chromium: Chromium, lee: Browser, sam: Browser
) -> None:
    send(service, "post_2", "ben", "AAA")
    with at_the_console(chromium, service, lee) as hands:
        hands.go("g", "q")
        hands.go("n")
        hands.press("r")
        hands.write("e", "Loud.")
        hands.go("d")
    in_time(lambda: actions_of(service, "ben").get("remove"), service)
    with outside(chromium, your_page(service, "ben"), service) as ben:
        ben.page.get_by_role("textbox").first.fill("Please look again.")
        ben.page.locator("form[action*=appeal] button.first").click()
        ben.sees("We have your objection.")
    with at_the_console(chromium, service, lee) as hands:
        hands.go("g", "a")
        hands.page.locator("main a[href^='/console/appeals/appeal_']").first.click()
        hands.sees("Somebody else must decide this.")
        assert not hands.page.locator("button[value=reversed]").count()
    with at_the_console(chromium, service, sam) as hands:
        hands.go("g", "a")
        hands.page.locator("main a[href^='/console/appeals/appeal_']").first.click()
        hands.write("r", "It was loud.")
        hands.go("s")
        hands.sees("upheld")
    assert actions_of(service, "ben")["remove"] != "undone"


def test_a_termination_waits_for_a_second_person_and_closes_access_then(
    service: Service, chromium: Chromium, lee: Browser, sam: Browser
) -> None:
    send(service, "post_3", "cid", "AAA")
    with at_the_console(chromium, service, lee) as hands:
        hands.go("g", "q")
        hands.go("n")
        hands.page.locator("input[value=terminate]").check()
        hands.write("e", "The worst of all.")
        hands.go("d")
    in_time(lambda: actions_of(service, "cid").get("terminate"), service)
    with service.client("access.read") as client:
        assert client.get("/v1/access/cid").status_code == 200
        with at_the_console(chromium, service, lee) as hands:
            hands.go("g", "w")
            hands.page.locator("main form[action$=approve] button").first.click()
            hands.sees("the second person must be another one")
            hands.errors.clear()  # the browser notes that it was refused
        with at_the_console(chromium, service, sam) as hands:
            hands.go("g", "w")
            hands.sees("The worst of all.")
            hands.go("a")
            hands.sees("You agreed.")
        assert client.get("/v1/access/cid").status_code == 403
