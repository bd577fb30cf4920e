"""The pictures of docs/console.md: pages of the sample operator in light, in dark and on a phone.

``python examples/pictures.py [FOLDER]`` needs Chromium, and the packages that pages are tested with. It runs the
demonstration's service on a new record, does some work there, and takes a picture of each page.
"""

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import demo
from playwright.sync_api import Browser, Page, Response, sync_playwright
from week import Entrance

TARGET: Final = Path(__file__).parent.parent / "docs" / "pictures"
SMALL: Final = 390  # pixels: a phone
PATIENCE: Final = 90  # times that a page is looked at again until it is ready
QUALITY: Final = 62  # of a picture, in percent


class Look(NamedTuple):
    """How a page is looked at."""

    width: int
    height: int
    colours: str


LOOKS: Final[Mapping[str, Look]] = {
    "light": Look(1280, 860, "light"),
    "dark": Look(1280, 860, "dark"),
    "phone": Look(SMALL, 844, "light"),
}


class Scene(NamedTuple):
    """A page that is pictured: its name, and how to find its path with a page that is open."""

    name: str
    path: str
    first: str = ""  # of a list: go to the first link that begins so
    ready: str = ""  # what is there once all is counted


SCENES: Final = (
    Scene("overview", "/console"),
    Scene("queues", "/console/queues"),
    Scene("queue", "/console/queues/data"),
    Scene("appeals", "/console/appeals?state=any"),
    Scene("appeal", "/console/appeals?state=any", "/console/appeals/"),
    Scene("approvals", "/console/approvals"),
    Scene("quality", "/console/quality"),
    Scene("search", "/console/search"),
    Scene("decision", "/console/search", "/console/decisions/"),
    Scene("account", "/console/actions", "/console/accounts/"),
    Scene("live", "/console/live"),
    Scene("actions", "/console/actions"),
    Scene("action", "/console/actions", "/console/actions/act_"),
    Scene("rule", "/console/rules/writing-to-strangers", ready='[aria-labelledby="cost-title"] svg'),
    Scene("rules", "/console/rules"),
    Scene("retroactive", "/console/retroactive", "/console/retroactive/retro_"),
    Scene("drafts", "/console/drafts"),
    Scene("draft", "/console/drafts", "/console/drafts/"),
    Scene("policies", "/console/policies"),
    Scene("policy", "/console/policies/acceptable-use"),
    Scene("settings", "/console/settings"),
    Scene("ledger", "/console/ledger"),
    Scene("fact", "/console/ledger", "/console/ledger/"),
    Scene("audit", "/console/audit"),
    Scene("transparency", "/transparency", ready=".chart"),
    Scene("people", "/console/people"),
    Scene("me", "/console/me"),
)


def main(target: Path) -> None:
    """Take all pictures."""
    record = demo.FOLDER / "pictures"
    week = demo.lived(record)
    with demo.running(record) as (url, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        lead = next(one for one in week.entrances if "admin" in one.member.roles)
        cookies = signed_in(browser, url, lead)
        target.mkdir(parents=True, exist_ok=True)
        at_hand = worked(browser, url, cookies)
        scenes = (*SCENES, Scene("case", at_hand), Scene("your", f"/your/{week.page}"))
        weights = {scene.name: pictured(browser, url, cookies, scene, target) for scene in scenes}
        weights["sign-in"] = pictured(browser, url, [], Scene("sign-in", "/console"), target)
        sys.stdout.write(json.dumps(weights, indent=1) + "\n")
        browser.close()


def signed_in(browser: Browser, url: str, entrance: Entrance) -> list[dict[str, object]]:
    """Sign somebody in, as they would; return the cookies."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{url}/console")
    page.fill("[name=address]", entrance.member.address)
    page.fill("[name=password]", entrance.password)
    page.click("button.first")
    if page.locator("[name=code]").count():
        page.fill("[name=code]", entrance.codes[-1])
        page.click("button.first")
    page.wait_for_selector(".rail")
    cookies = [dict(one) for one in context.cookies()]
    context.close()
    return cookies


def worked(browser: Browser, url: str, cookies: list[dict[str, object]]) -> str:
    """Do some work: look back with a rule, and take a case; return the path of the case at hand."""
    context = browser.new_context()
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{url}/console/rules/writing-to-strangers")
    page.click("form[action='/console/retroactive'] button")
    page.wait_for_selector("main a[href^='/console/retroactive/retro_']", timeout=120_000)
    page.goto(f"{url}/console/queues/data")
    page.click("button.first")
    page.wait_for_url("**/console/cases/*")
    context.close()
    return page.url.removeprefix(url)


def pictured(
    browser: Browser, url: str, cookies: list[dict[str, object]], scene: Scene, target: Path
) -> dict[str, int]:
    """Take the pictures of a page; return what it weighs: bytes and requests of a first visit."""
    answers: list[Response] = []
    weight: dict[str, int] = {}
    for name, look in LOOKS.items():
        context = browser.new_context(
            viewport={"width": look.width, "height": look.height},
            color_scheme=look.colours,  # type: ignore[arg-type]
        )
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        path = found(page, url, scene)
        page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - it is asked for its parameters
        page.goto(url + path, wait_until="load")
        weight = weight or {"requests": len(answers), "bytes": sum(len(one.body()) for one in answers)}
        for _ in range(PATIENCE if scene.ready else 0):
            if page.locator(scene.ready).count():
                break
            page.wait_for_timeout(1_000)
            page.reload(wait_until="load")
        page.screenshot(path=str(target / f"{scene.name}-{name}.jpg"), type="jpeg", quality=QUALITY)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            sys.stdout.write(f"{scene.name} is too wide in {name}\n")
        context.close()
    return weight


def found(page: Page, url: str, scene: Scene) -> str:
    """Return the path of a scene."""
    if not scene.first:
        return scene.path
    page.goto(url + scene.path)
    link = page.locator(f'main a[href^="{scene.first}"]').first
    return str(link.get_attribute("href", timeout=5_000)) if link.count() else scene.path


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
