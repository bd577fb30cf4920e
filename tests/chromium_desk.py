"""People at a real browser: a member of staff who uses the keyboard alone, and somebody concerned."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, expect

from bylaw.records.folder import machine_clock
from service import Service
from staff_browser import Browser, invited
from staff_world import GOOD, Clock, address

LONG = 15.0  # seconds, after which what should happen does not

T = TypeVar("T")


@dataclass
class Hands:
    """Hands on a keyboard, in front of the console."""

    page: Page
    errors: list[str]

    def go(self, *keys: str) -> None:
        """Press keys that lead to another page."""
        for key in keys[:-1]:
            self.page.keyboard.press(key)
        with self.page.expect_navigation():
            self.page.keyboard.press(keys[-1])

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, key: str, text: str) -> None:
        """Write into the field that a key leads to, and leave it."""
        self.page.keyboard.press(key)
        self.page.keyboard.type(text)
        self.page.keyboard.press("Escape")

    def sees(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)


@contextmanager
def at_the_console(chromium: Chromium, service: Service, whose: Browser) -> Iterator[Hands]:
    """Sit down where somebody is signed in."""
    context = chromium.new_context(base_url=service.url, locale="en-GB")
    name = "bylaw-session"
    context.add_cookies([{"name": name, "value": whose.client.cookies[name], "url": service.url}])
    with _page(context) as hands:
        hands.page.goto("/console")
        yield hands


@contextmanager
def outside(chromium: Chromium, path: str, service: Service) -> Iterator[Hands]:
    """Open a page as somebody who has no account here."""
    context = chromium.new_context(base_url=service.url, locale="en-GB")
    with _page(context) as hands:
        hands.page.goto(path)
        yield hands


@contextmanager
def _page(context: BrowserContext) -> Iterator[Hands]:
    page = context.new_page()
    hands = Hands(page, [])
    page.on("pageerror", lambda error: hands.errors.append(str(error)))
    page.on("console", lambda said: hands.errors.append(said.text) if said.type == "error" else None)
    yield hands
    context.close()
    assert not hands.errors, hands.errors


def member(service: Service, name: str, *roles: str, phone: bool = True) -> Browser:
    """Somebody who has joined, and signed in with all that their roles ask for."""
    clock = Clock()
    clock.now = machine_clock()
    browser = Browser(service, clock, name)
    browser.join(invited(service, name, *roles))
    browser.post("/v1/session/password", address=address(name), password=GOOD)
    if phone:
        browser.add_phone()
    return browser


def in_time(look: Callable[[], T], service: Service) -> T:
    """Wait until something is there that others bring about."""
    end = monotonic() + LONG
    while not (found := look()):
        assert monotonic() < end, "it did not happen"
        assert not service.ended.wait(0.05), "the service ended"
    return found


def actions_of(service: Service, account: str) -> dict[str, str]:
    """Return what was done about an account, and where it stands."""
    with service.client("action.read") as client:
        found: list[dict[str, Any]] = client.get("/v1/actions", params={"account": account}).json()["actions"]
    return {one["effect"]: one["state"] for one in found}
