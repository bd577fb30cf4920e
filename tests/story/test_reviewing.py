"""A reviewer at a browser, by keyboard alone: one simple case after the other, and one that is taken back."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from bylaw.records.folder import machine_clock
from case_world import OPERATOR, RULES
from pages import chromium
from service import BOOK, Service, served
from staff_browser import at_a_browser, cheap
from staff_world import GOOD, Clock, address

COUNT = 40
FILES = {
    **BOOK,
    "rules/words.yaml": RULES,
    "operator.toml": OPERATOR.replace("sample_percent = 50\ngolden_percent = 10", "sample_percent = 0"),
}


class Now(Clock):
    """The machine's clock: a browser counts down by its own."""

    def __call__(self) -> int:
        return machine_clock()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("reviewing"), FILES, clock=Now(), hasher=cheap()) as running:
        at_a_browser(running, Now())("rae", "reviewer", phone=False).client.close()
        yield running


@pytest.fixture
def page(browser: Browser, service: Service) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(f"{service.url}/console/sign-in")
    page.fill("input[name=address]", address("rae"))
    page.fill("input[name=password]", GOOD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console")
    yield page
    page.close()


def wave(service: Service, prefix: str, count: int) -> None:
    at = datetime.fromtimestamp(machine_clock() / 1_000_000, UTC).isoformat()
    with service.client("event.write") as client:
        for number in range(count):
            name = f"{prefix}_{number}"
            event = {"kind": "post.created", "id": name, "at": at, "actor": name, "text": "AAA"}
            assert client.post("/v1/events", json=event).status_code == 200


def goes_on(page: Page, press: Callable[[], None]) -> None:
    with page.expect_navigation(wait_until="domcontentloaded"):
        press()


def test_simple_cases_are_decided_by_keyboard_and_the_last_is_taken_back(
    service: Service, page: Page
) -> None:
    wave(service, "simple", COUNT)
    page.goto(f"{service.url}/console/queues/words")
    goes_on(page, lambda: page.keyboard.press("n"))
    seen = set[str]()
    for _ in range(COUNT):
        seen.add(page.url.partition("?")[0])
        for key in ("r", "s", "e"):
            page.keyboard.press(key)
        page.keyboard.type("Loud.")
        goes_on(page, lambda: page.keyboard.press("Control+Enter"))
    assert len(seen) == COUNT
    assert service.office.records.head > 0
    assert page.url.endswith("?done=last")
    goes_on(page, lambda: page.keyboard.press("z"))
    assert "withdrawn" in page.inner_text("main")
    goes_on(page, lambda: page.keyboard.press("x"))


def test_the_pages_of_cases_have_no_fault_that_axe_knows_and_fit_a_phone(
    service: Service, page: Page
) -> None:
    wave(service, "axe", 3)
    page.goto(f"{service.url}/console/queues/words")
    goes_on(page, lambda: page.keyboard.press("n"))
    case = page.url
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for address_ in (
            case,
            f"{service.url}/console/queues",
            f"{service.url}/console/queues/words",
            f"{service.url}/console/quality",
            f"{service.url}/console/care",
        ):
            page.goto(address_)
            faults = Axe().run(page).response["violations"]
            assert not faults, (address_, width, [fault["id"] for fault in faults])
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
                address_,
                width,
            )
