"""The page of somebody concerned as a browser shows it: whole on a phone, without a script, without faults that axe knows."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from appeal_world import RULES, SETTINGS
from bylaw.notices.links import PATH
from bylaw.notices.workflow import Notices
from bylaw.records.people import PEOPLE
from pages import chromium
from service import BOOK, Service, post, served

pytestmark = pytest.mark.browser

TEXT = "AAA, who took the sea? " * 12
FILES = {
    **BOOK,
    "operator.toml": BOOK["operator.toml"].replace(
        'name = "A small house"', 'name = "A small house"\nlanguages = ["en", "de"]'
    )
    + SETTINGS,
    "rules/words.yaml": RULES.replace('event.text == "AAA"', 'event.text.startsWith("AAA")'),
}
LOOKS = [(1280, "light"), (1280, "dark"), (360, "light")]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("seen"), FILES) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def link(service: Service, name: str) -> str:
    with service.client() as program:
        for number in range(2):
            program.post("/v1/events", json=post(f"evt_{name}_{number}", TEXT, actor=name))
    person = service.office.vault.subjects(PEOPLE, [name])[name]
    notices = Notices(service.office.records, service.office.vault)
    return f"{service.url}{PATH}{notices.links.token(notices.of(person)[0].id)}"


@pytest.mark.parametrize(("width", "colours"), LOOKS)
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_somebody_objects_with_a_browser(
    service: Service, browser: Browser, tmp_path: Path, width: int, colours: str, *, script: bool
) -> None:
    there = link(service, f"ann_{width}_{colours}_{script}")
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=colours,  # type: ignore[arg-type]
        java_script_enabled=script,
        locale="en",
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(there)
    good(page, f"page-{width}-{colours}", script=script)
    page.get_by_label("Why do you think that the decision is wrong?").fill("It was a song.")
    file = tmp_path / "song.txt"
    file.write_text("la la la")
    page.locator("#object input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Send the objection").click()
    page.get_by_text("We have your objection.").wait_for()
    assert page.get_by_text("It was a song.").is_visible()
    assert page.get_by_text("song.txt").is_visible()
    good(page, f"objected-{width}-{colours}", script=script)
    page.get_by_role("link", name="Deutsch").click()
    page.get_by_text("Wie es weitergeht").wait_for()
    assert all(url.startswith(service.url) for url in asked)
    assert errors == []
    context.close()


def good(page: Page, name: str, *, script: bool) -> None:
    """It fits the screen, and axe finds nothing; a picture of it is kept where PICTURES says."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
    if script:
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        found = Axe().run(page).response["violations"]
        faults = [(one["id"], one["impact"], [node["html"] for node in one["nodes"]]) for one in found]
        assert not faults, faults
