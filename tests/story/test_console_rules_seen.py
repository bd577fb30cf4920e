"""Rules and drafts as a browser shows them: whole on a phone, without faults that axe knows; helpful while one types."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pages import chromium
from service import BOOK, Service, served
from staff_browser import Browser as Member
from staff_browser import at_a_browser, at_work, cheap, right

pytestmark = pytest.mark.browser

FILE = "rules/words.yaml"
RULE = """\
  - id: whisper
    clause: house/words/p1
    on: post.created
    when: event.text == "psst"
    then: [warn]
"""
LOOKS = [(1280, "light"), (1280, "dark"), (390, "light")]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("rules"), BOOK, clock=at_work(), hasher=cheap()) as running:
        yield running


@pytest.fixture(scope="module")
def ann(service: Service) -> Iterator[Member]:
    make: Callable[..., Member] = at_a_browser(service, at_work())
    with make("ann", "policy-author", "lead") as member:
        yield member


@pytest.fixture(scope="module")
def draft(ann: Member) -> str:
    made: str = right(ann.post("/v1/drafts", title="Whispers"))["standing"]["draft"]
    text = right(ann.client.get(f"/v1/drafts/{made}/file", params={"path": FILE}))["text"]
    right(ann.post(f"/v1/drafts/{made}/save", version=0, files={FILE: text + RULE}))
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def entered(browser: Browser, ann: Member, width: int, colours: str) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=colours,  # type: ignore[arg-type]
        locale="en",
    )
    context.add_cookies(
        [{"name": name, "value": value, "url": ann.service.url} for name, value in ann.client.cookies.items()]
    )
    return context


def sound(page: Page) -> None:
    """A page has a title, fits the screen, and has no fault that axe knows."""
    assert page.title()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    faults = [
        (fault["id"], [node["html"] for node in fault["nodes"]][:3])
        for fault in Axe().run(page).response["violations"]
    ]
    assert not faults, (page.url, faults)


@pytest.mark.parametrize(("width", "colours"), LOOKS)
def test_pages_are_sound(browser: Browser, ann: Member, draft: str, width: int, colours: str) -> None:
    context = entered(browser, ann, width, colours)
    page = context.new_page()
    for path in (
        "rules",
        "rules/shouting?since=2026-01-01",
        "drafts",
        f"drafts/{draft}",
        f"drafts/{draft}/edit?file={FILE}&checked=yes",
        f"drafts/{draft}/try",
        f"drafts/{draft}/backtest",
        "retroactive",
    ):
        answer = page.goto(f"{ann.service.url}/console/{path}")
        assert answer is not None
        assert answer.status == 200, path
        sound(page)
    context.close()


def test_mistakes_and_suggestions_come_while_one_types(browser: Browser, ann: Member, draft: str) -> None:
    context = entered(browser, ann, 1280, "light")
    page = context.new_page()
    page.goto(f"{ann.service.url}/console/drafts/{draft}/edit?file={FILE}")
    text = page.locator("textarea[name=text]")
    text.press("Control+End")
    text.type("\n  - id: more\n    clause: house/wo")
    expect(page.locator("[role=option]").first).to_contain_text("house/words/p1", timeout=20_000)
    text.press("Tab")
    text.type('\n    on: post.created\n    when: event.txet == "x"\n    then: [warn]\n')
    expect(page.locator(".wrong").first).to_contain_text("event.text", timeout=20_000)
    assert page.locator("textarea[name=text]").get_attribute("aria-invalid") == "true"
    text.press("Control+Enter")
    expect(page.get_by_text("1 mistake")).to_be_visible(timeout=20_000)
    context.close()


def test_a_file_is_written_under_a_name_of_its_own(browser: Browser, ann: Member, tmp_path: Path) -> None:
    context = entered(browser, ann, 1280, "light")
    page = context.new_page()
    page.goto(f"{ann.service.url}/console/drafts")
    page.get_by_label("A new draft").fill("A list")
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("A new file").fill("lists/more.txt")
    page.get_by_role("button", name="Write").click()
    page.locator("textarea[name=text]").fill("# type: phrases\nbuy never")
    page.get_by_role("button", name="Save and check").click()
    expect(page.get_by_text("nothing is wrong with it")).to_be_visible(timeout=20_000)
    context.close()
