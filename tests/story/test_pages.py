"""Pages in a real browser: accessible, readable on a phone, in the dark, with nothing fetched from elsewhere."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from commandline import Bylaw

pytestmark = pytest.mark.browser

VERSIONS = "examples/harbour/policies/acceptable-use"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("changed", [True, False])
def test_a_redline_is_a_good_page(  # noqa: PLR0917 - what is varied
    bylaw: Bylaw, root: Path, tmp_path: Path, browser: Browser, colours: str, width: int, changed: bool
) -> None:
    old, new = sorted((root / VERSIONS).glob("*.md"))[:2]
    file = tmp_path / "redline.html"
    assert bylaw("policy", "diff", old, new if changed else old, "--html", file).status in (0, 1)
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=colours)  # type: ignore[arg-type]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert page.title()
    assert page.locator("ins").count() + page.locator("del").count() > 0 or not changed
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert asked == [file.as_uri()]
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["impact"], len(v["nodes"])) for v in found] == []
    page.close()
