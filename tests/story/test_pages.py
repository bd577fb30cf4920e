"""Pages in a real browser: accessible, readable on a phone, in the dark, with nothing fetched from elsewhere."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from commandline import Bylaw
from pages import chromium, good_page

pytestmark = pytest.mark.browser

VERSIONS = "examples/harbour/policies/acceptable-use"
CARD = "4111 1111 1111 1111"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("changed", [True, False])
def test_a_redline_is_a_good_page(  # noqa: PLR0917 - what is varied
    bylaw: Bylaw, root: Path, tmp_path: Path, browser: Browser, colours: str, width: int, changed: bool
) -> None:
    old, new = sorted((root / VERSIONS).glob("*.md"))[:2]
    file = tmp_path / "redline.html"
    assert bylaw("policy", "diff", old, new if changed else old, "--html", file).status in (0, 1)
    with good_page(browser, file, width, colours) as page:
        assert page.locator("ins").count() + page.locator("del").count() > 0 or not changed


def recorded(bylaw: Bylaw, book: Path, folder: Path, *texts: str) -> Path:
    lines = [
        {"kind": "post.created", "id": f"e{n}", "at": f"2026-02-01T10:00:{n:02}Z", "actor": "a", "text": text}
        for n, text in enumerate(texts)
    ]
    (folder / "day.jsonl").write_text("\n".join(map(json.dumps, lines)))
    source = ("--source", folder / "day.jsonl", "--format", "jsonl")
    assert bylaw("run", "--book", book, *source, "--data", folder / "data").status == 0
    return folder / "data"


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_back_test_is_a_good_page(
    bylaw: Bylaw, book: Path, tmp_path: Path, browser: Browser, colours: str, width: int
) -> None:
    data = recorded(bylaw, book, tmp_path, CARD, "room 123", "good morning", f"{CARD} or 5555 5555 5555 4444")
    other, verdicts, file = tmp_path / "other", tmp_path / "verdicts.jsonl", tmp_path / "report.html"
    shutil.copytree(book, other)
    rules = other / "rules/numbers.yaml"
    rules.write_text(rules.read_text().replace("cards > 0", "cards > 1").replace("strike: 1", "strike: 2"))
    clause = "house-rules/numbers/p1"
    said = [{"event": f"e{n}", "clause": clause, "violates": n != 2} for n in range(4)]
    verdicts.write_text("\n".join(map(json.dumps, said)))
    tried = ("--book", other, "--verdicts", verdicts, "--report", file)
    assert bylaw("backtest", "--data", data, *tried).status == 0
    with good_page(browser, file, width, colours) as page:
        shown = page.locator("body").inner_text()
        for words in (
            "strike 2",
            "You must not publish payment card numbers.",
            "any-digits",
            "33 % (6 to 79)",
        ):
            assert words in shown
        assert CARD not in page.content()
        page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")


@pytest.mark.parametrize(
    ("texts", "words"),
    [((), "No event was decided again."), (("good morning", CARD), "Nothing changes: the new book decides")],
)
def test_a_back_test_that_finds_nothing_says_so(
    bylaw: Bylaw, book: Path, tmp_path: Path, browser: Browser, texts: tuple[str, ...], words: str
) -> None:
    data, file = recorded(bylaw, book, tmp_path, *texts), tmp_path / "report.html"
    assert bylaw("backtest", "--data", data, "--book", book, "--report", file).status == 0
    with good_page(browser, file, 360, "light") as page:
        assert words in page.locator("body").inner_text()
