"""The console's frame: signing in without JavaScript, forms that nobody else can send, errors that are pages."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import re2

import bylaw.web
from bylaw.enforcement.model import INVERSES, TYPES, State
from bylaw.engine.outcome import Outcome
from bylaw.notices import model as notices
from bylaw.rules.effects import EFFECTS
from bylaw.web.api.hits import What
from bylaw.web.app import ROUTES
from console_browser import Desk
from service import Service, served
from staff_browser import Browser, at_a_browser, at_work, cheap
from staff_world import GOOD, MINUTE, Clock, address

WRONG = "wrong wrong wrong"
DOCS = "pages.py"  # whose docstring shows how
WEB = Path(bylaw.web.__file__).parent
SAID = re2.compile(r'\b_\(\s*"((?:[^"\\]|\\.)*)"')
COUNTED = re2.compile(r'\b_n\(\s*"(?:[^"\\]|\\.)*",\s*"((?:[^"\\]|\\.)*)"')


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("console"), clock=clock, hasher=cheap()) as running:
        yield running


@pytest.fixture(scope="module")
def ada(service: Service, clock: Clock) -> Iterator[Browser]:
    """A lead; her phone is at hand."""
    with at_a_browser(service, clock)("ada", "lead", phone=True) as browser:
        yield browser


@pytest.fixture
def stranger(service: Service) -> Iterator[Desk]:
    """Somebody at a browser who is nobody yet."""
    with Desk(service) as stranger:
        yield stranger


@pytest.fixture
def desk(service: Service, clock: Clock, ada: Browser) -> Iterator[Desk]:
    clock.pass_(MINUTE)
    with Desk(service) as desk:
        page = desk.sign_in(address("ada"), GOOD, ada.code())
        assert page.path == "/console", page.text
        yield desk


def test_who_is_not_signed_in_finds_the_way_in_and_comes_back_to_the_page_they_wanted(
    stranger: Desk, clock: Clock, ada: Browser
) -> None:
    desk = stranger
    clock.pass_(MINUTE)
    page = desk.get("/console?x=1")
    assert (page.answer.status_code, page.problem) == (401, "web.who")
    page = desk.send(page.form("/console/sign-in"), address=address("ada"), password=GOOD)
    page = desk.send(page.form("/console/sign-in/code"), code=ada.code())
    assert str(page.answer.url).endswith("/console?x=1")
    assert "Ada" in page.text


def test_nobody_is_led_away_after_signing_in(stranger: Desk, clock: Clock, ada: Browser) -> None:
    desk = stranger
    clock.pass_(MINUTE)
    page = desk.get("/console/sign-in?next=https://evil.example/console")
    page = desk.send(page.form("/console/sign-in"), address=address("ada"), password=GOOD)
    page = desk.send(page.form("/console/sign-in/code"), code=ada.code(), next="//evil.example")
    assert page.path == "/console"
    assert str(page.answer.url).startswith(desk.service.url)


def test_a_wrong_password_is_told_on_the_page_and_tells_nothing(ada: Browser, stranger: Desk) -> None:
    desk, _ = stranger, ada
    page = desk.get("/console/sign-in")
    known = desk.send(page.form("/console/sign-in"), address=address("ada"), password=WRONG)
    unknown = desk.send(page.form("/console/sign-in"), address=address("eve"), password=WRONG)
    assert known.answer.status_code == unknown.answer.status_code == 403
    assert known.text.replace("ada", "") == unknown.text.replace("eve", "")
    assert WRONG not in known.answer.text


def test_a_form_without_the_token_of_the_session_changes_nothing(desk: Desk) -> None:
    page = desk.get("/console")
    form = page.form("/console/sign-out")
    assert desk.send(form, form="0" * 32).problem == "web.forged"
    assert desk.send(form, form="").problem == "web.forged"
    assert desk.get("/console").answer.status_code == 200
    assert desk.send(form).path == "/console/sign-in"
    assert desk.get("/console").answer.status_code == 401


def test_a_form_that_another_page_sends_changes_nothing(desk: Desk) -> None:
    form = desk.get("/console").form("/console/sign-out")
    for headers in (
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "", "sec-fetch-site": ""},
    ):
        answer = desk.client.post(form.action, data=form.fields, headers=headers)
        assert answer.headers["x-problem"] == "web.forged", headers
    assert desk.get("/console").answer.status_code == 200


def test_every_page_has_a_strict_policy_and_stands_in_no_frame(desk: Desk) -> None:
    headers = desk.get("/console").answer.headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"


def test_no_page_holds_a_script_or_a_style_of_its_own() -> None:
    for template in WEB.rglob("*.html"):
        text = template.read_text("utf-8")
        assert not re2.search(r"\son[a-z]+=|javascript:|\sstyle=", text), template
        scripts = re2.findall(r"<script([^>]*)>", text)
        assert all("src=" in one or "application/json" in one for one in scripts), template
        assert "|safe" not in text.replace(" ", ""), template


def test_the_assets_are_named_by_what_is_in_them_and_kept_for_good(stranger: Desk) -> None:
    desk = stranger
    page = desk.get("/console/sign-in")
    files = re2.findall(r'(?:href|src)="(/assets/[^"]+)"', page.answer.text)
    assert len(files) == 3
    for file in files:
        answer = desk.client.get(file)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert desk.client.get("/assets/../pages.py").status_code == 404
    assert desk.client.get("/assets/bylaw.css").status_code == 404


def test_what_is_not_there_is_told_by_a_page(desk: Desk) -> None:
    page = desk.get("/console/nothing-here")
    assert (page.answer.status_code, page.problem) == (404, "web.no_route")
    assert page.answer.headers["content-type"].startswith("text/html")


def test_a_language_is_chosen_and_stays(desk: Desk) -> None:
    page = desk.get("/console")
    assert 'lang="en"' in page.answer.text
    assert "Übersicht" not in page.text
    page = desk.send(page.form("/console/language"), language="de")
    assert 'lang="de"' in page.answer.text
    assert "Übersicht" in page.text
    assert desk.client.get("/console").headers["content-type"].startswith("text/html")


def said() -> set[str]:
    """Everything that pages say, as it stands in templates and in code."""
    found: set[str] = set()
    for file in (*WEB.rglob("*.html"), *(one for one in WEB.rglob("*.py") if one.name != DOCS)):
        text = file.read_text("utf-8")
        found |= {one.encode().decode("unicode_escape") if "\\" in one else one for one in SAID.findall(text)}
        found |= set(COUNTED.findall(text))
    return found - {""}


def test_every_word_of_a_page_is_said_in_german_too() -> None:
    known: dict[str, object] = {}
    for file in (WEB / "words" / "de").glob("*.toml"):
        table = tomllib.loads(file.read_text("utf-8"))
        assert not known.keys() & table.keys(), (file.name, known.keys() & table.keys())
        known.update(table)
    missing = sorted(one for one in said() if one not in known)
    assert not missing, missing


def test_a_translation_keeps_the_names_of_its_values() -> None:
    for file in (WEB / "words" / "de").glob("*.toml"):
        for text, told in tomllib.loads(file.read_text("utf-8")).items():
            for form in (told,) if isinstance(told, str) else told:
                names = {*re2.findall(r"{(\w+)}", text), *map(str, range(text.count("{}")))}
                assert set(re2.findall(r"{(\w+)}", form)) <= names, (file.name, text)


def test_every_page_is_a_row_of_the_table_with_a_permission_or_a_reason() -> None:
    pages = [route for route in ROUTES if route.page and route.path.startswith("/console")]
    assert pages
    assert all(route.permission or route.signed_in or route.guarded for route in pages)


def test_every_state_and_effect_has_a_german_word() -> None:
    known = tomllib.loads((WEB / "words" / "de" / "states.toml").read_text("utf-8"))
    names = {*TYPES, *INVERSES, *State, *notices.State, *EFFECTS, *Outcome, *What}
    missing = sorted(name for name in names if str(name).replace("_", " ") not in known)
    assert not missing, missing
