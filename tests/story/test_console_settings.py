"""Settings at the console: what the book says, what is watched where, brakes and quotas, dead letters tried anew."""

from collections.abc import Callable, Iterator

import pytest

from bylaw.records.delivery import Delivery
from bylaw.records.outbox import MAX_ATTEMPTS
from console_browser import Desk
from service import BOOK, Service, post, served
from staff_browser import STEP, Browser, at_a_browser, at_work, cheap
from staff_world import GOOD, Clock, address

MORE = """
[monitoring.messages]
kinds = ["message.sent"]
everywhere = true
regions = { eu = false }
source = "confidentiality of <i>letters</i>"

[quotas]
remove = 7

[webhooks.partner]
url = "https://partner.example/secret-path"
events = ["*"]
"""


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Service]:
    files = {**BOOK, "operator.toml": BOOK["operator.toml"] + MORE}
    with served(tmp_path_factory.mktemp("settings"), files, clock=clock, hasher=cheap()) as running:
        yield running


@pytest.fixture(scope="module")
def enter(service: Service, clock: Clock) -> Iterator[Callable[[str, str], Desk]]:
    made: list[Browser | Desk] = []

    def entering(name: str, role: str) -> Desk:
        browser, desk = at_a_browser(service, clock)(name, role), Desk(service)
        made.extend((browser, desk))
        clock.pass_(STEP)
        desk.sign_in(address(name), GOOD, browser.code())
        return desk

    yield entering
    for one in made:
        one.client.close()


def test_what_the_book_says_is_shown_and_changed_in_a_draft_only(enter: Callable[[str, str], Desk]) -> None:
    page = enter("pia", "policy-author").get("/console/settings")
    for told in (
        "abuse@house.example",
        "words",
        "messages",
        "EU",
        "partner",
        "0 of 7 today",
        "no rule is braked",
    ):
        assert told in page.text, told
    assert "secret-path" not in page.text
    assert "<i>" not in page.answer.text
    assert "/console/drafts?file=operator.toml" in page.links("/console/drafts")
    assert "Outbox" not in page.text
    assert not [form for form in page.forms() if form.action.startswith("/console/settings")]


def test_a_dead_letter_is_seen_and_tried_anew_by_who_may(
    service: Service, enter: Callable[[str, str], Desk]
) -> None:
    with service.client() as client:
        client.post("/v1/events", json=post("p1", "AAA"))
    delivery, later = Delivery(service.office.records), 1 << 52  # when everything is due
    for _ in range(MAX_ATTEMPTS):
        for leased in delivery.take(later, handlers=["notices"]):
            delivery.failed(leased.token, "mail.away", later, 0)
    seen = enter("eve", "auditor").get("/console/settings")
    assert "mail.away" in seen.text
    assert not [form for form in seen.forms() if form.action == "/console/settings/revive"]
    desk = enter("ada", "admin")
    dead = delivery.counts(later).dead
    assert dead
    page = desk.send(desk.get("/console/settings").form("/console/settings/revive"))
    assert "It will be tried anew." in page.text
    assert delivery.counts(later).dead == dead - 1
    form = page.form("/console/sign-out")
    form.action = "/console/settings/revive"
    assert desk.send(form, seq=1, n=0).problem == "outbox.not_dead"
