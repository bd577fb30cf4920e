"""What somebody hostile may write, ask for and send: nothing of it acts, on any page there is.

A world is filled with hostile words wherever words can stand. Every page that links lead to is looked at; then every
form found there is sent with hostile words in all its fields, and every page is looked at again.
"""

import inspect
import json
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from urllib.parse import quote, urlencode, urlsplit

import httpx2
import pytest
import re2

from bylaw.notices.links import KEY, Links
from bylaw.staff.reading import Purpose, What
from bylaw.staff.roles import BUILT_IN, Assignment
from bylaw.web.app import ROUTES
from bylaw.web.routes import Route
from console_browser import Desk, Form, Page
from service import BOOK, Service, post, served
from staff_browser import STEP, at_a_browser, at_work, cheap, invited
from staff_world import GOOD, Clock, address

EVIL = "evil-x"  # an element that no page of ours has
SUM = "{{99991*99989}}"  # what a template would turn into 9998000099, which no id has by chance
HOSTILE = f"\"'><{EVIL} onclick=x()>{SUM}<script>x()</script>"
SHORT = f"<{EVIL}>{SUM}"
ACCOUNT = f"acc_'\"><{EVIL}>"
PAGES = [route for route in ROUTES if route.page and not route.raw]
LOOKED = [route for route in PAGES if route.method == "GET" and route.path.startswith("/console")]
SENT = [route for route in PAGES if route.method == "POST" and route.path.startswith("/console")]
MOST = 250  # pages of one round
SPARED = ("/console/sign-", "/console/language", "/console/prove", "/console/me/", "/console/find")
FILES = {
    **BOOK,
    "operator.toml": BOOK["operator.toml"]
    .replace('"A small house"', f'"A small <{EVIL}> house"')
    .replace('purpose = "words"', f"purpose = '{SHORT}'")
    .replace('purpose = "looks"', f"purpose = '{SHORT}'"),
}


class Parts(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.scripts: list[Mapping[str, str | None]] = []
        self.acting: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(pairs)
        if tag == "script":
            self.scripts.append(given)
        self.acting += [name for name in given if name.startswith("on") or name in {"style", "srcdoc"}]
        for name in ("href", "src", "action", "formaction"):
            value = (given.get(name) or "").strip().lower()
            if ":" in value.partition("/")[0] and not value.startswith(
                ("http:", "https:", "otpauth:", "mailto:")
            ):
                self.acting.append(value)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")


def refuse_harm(answer: httpx2.Response) -> Parts:
    """See to it that a page of ours acts on nothing that somebody wrote, and that no other page can hold it."""
    place, headers = answer.url, answer.headers
    assert answer.status_code != 500, (place, answer.text[:2_000])
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy, place
    assert "frame-ancestors 'none'" in policy, place
    assert "unsafe" not in policy, place
    assert headers["x-content-type-options"] == "nosniff", place
    assert headers["cache-control"] == "no-store", place
    if not headers["content-type"].startswith("text/html"):
        return Parts("")
    assert headers["x-frame-options"] == "DENY", place
    parts = Parts(answer.text)
    assert not parts.acting, (place, parts.acting)
    assert not parts.tags & {EVIL, "style", "iframe", "object", "embed", "base"}, (place, parts.tags)
    for script in parts.scripts:
        ours = (script.get("src") or "").startswith("/assets/") or script.get("type") == "application/json"
        assert ours, (place, script)
    assert "9998000099" not in answer.text, place
    return parts


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("attacks"), FILES, clock=clock, hasher=cheap()) as running:
        yield running


@pytest.fixture(scope="module")
def desk(service: Service, clock: Clock) -> Iterator[Desk]:
    """Somebody who may do everything, among hostile words; two factors shown just now."""
    roles = [Assignment(name) for name in BUILT_IN]
    with at_a_browser(service, clock)("ada", *roles) as ada, Desk(service) as desk:
        fill(service)
        clock.pass_(STEP)
        desk.sign_in(address("ada"), GOOD, ada.code())
        yield desk


@pytest.fixture(scope="module")
def tom(service: Service, clock: Clock) -> Iterator[tuple[Desk, str]]:
    """Somebody else who may do everything, as a member asks only so often in a minute; and what his forms hold."""
    with at_a_browser(service, clock)("tom", *map(Assignment, BUILT_IN)) as browser, Desk(service) as desk:
        clock.pass_(STEP)
        desk.sign_in(address("tom"), GOOD, browser.code())
        yield desk, desk.get("/console/me").form("/console/sign-out").fields["form"][0]


def fill(service: Service) -> None:
    roster = service.staff.roster
    ada = roster.at(address("ada"))
    assert ada
    roster.describe(ada.id, SHORT, address("ada"))
    roster.invite(
        address("bo"), HOSTILE[:60], [Assignment("reviewer", (SHORT,), (SHORT,))], BUILT_IN, by=ada.id
    )
    with service.client() as client:
        for n, text in enumerate(("AAA", f"AAA {HOSTILE}", "nuisance", "scraper", HOSTILE)):
            event = post(f"{SHORT}-{n}", text, actor=ACCOUNT)
            assert client.post("/v1/events", json=event).status_code == 200
    decided = [row.seq for row in service.office.records.rows(kinds=["event.decided"])]
    service.staff.reads.note(
        ada.id, What(records=tuple(decided), objects=(SHORT,)), Purpose.EMERGENCY, HOSTILE
    )
    service.office.attest()


def crawled(desk: Desk) -> dict[str, httpx2.Response]:
    """Look at every page that links lead to; of those of one kind, some."""
    waiting, found, kinds = (
        ["/console", *(r.path for r in LOOKED if "{" not in r.path)],
        dict[str, httpx2.Response](),
        dict[str, int](),
    )
    while waiting and len(found) < MOST:
        path = waiting.pop(0)
        kind = kind_of(path)
        if path in found or kinds.get(kind, 0) >= 4:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        found[path] = desk.client.get(path)
        parts = refuse_harm(found[path])
        base = urlsplit(path).path
        for link in parts.links:
            whole = base + link if link.startswith("?") else link
            if whole.startswith("/console") and "sign-out" not in whole:
                waiting.append(whole.partition("#")[0])
    return found


def kind_of(path: str) -> str:
    """Return which kind of page this is: by its route, and whether something more is asked."""
    bare, _, query = path.partition("?")
    route = next((r.path for r in sorted(LOOKED, key=lambda r: "{" in r.path) if matches(r, bare)), bare)
    return route + "?" * bool(query)


def matches(route: Route, path: str) -> bool:
    ours, given = route.path.split("/"), path.split("/")
    return len(ours) == len(given) and all(
        a == b or a.startswith("{") for a, b in zip(ours, given, strict=True)
    )


def test_every_page_shows_hostile_words_as_words_before_and_after_every_form_was_sent_with_them(
    desk: Desk, service: Service
) -> None:
    pages = crawled(desk)
    assert len(pages) > 50, sorted(pages)
    bare = seen(desk.client.get("/console/prove"))  # the operator's name is on every page
    shown = [path for path, answer in pages.items() if seen(answer) > bare]
    assert len(shown) > 20, shown
    forms = [
        form
        for answer in pages.values()
        if "html" in answer.headers["content-type"]
        for form in page_forms(answer)
    ]
    posted: dict[str, int] = {}
    for form in forms:
        stem = re2.sub(r"/[a-z]+_[^/]+|/[0-9]+", "/*", form.action)
        spared = form.action.startswith(SPARED) or form.action.endswith("/sessions")  # lest it end here
        if form.method == "post" and not spared and posted.get(stem, 0) < 2:
            posted[stem] = posted.get(stem, 0) + 1
            filled = {name: hostile(name, values) for name, values in form.fields.items() if name != "form"}
            for button in form.buttons[:2] or [("", "")]:
                answer = desk.send(form, **filled, **({button[0]: button[1]} if button[0] else {})).answer
                refuse_harm(answer)
                assert answer.headers.get("x-problem") != "web.forged", form.action
    assert len(posted) > 15, posted
    again = crawled(desk)
    assert len(again) >= len(pages)
    assert sum(seen(answer) > bare for answer in again.values()) > len(shown)
    assert service.staff.roster.members()


def seen(answer: httpx2.Response) -> int:
    return answer.text.count(f"&lt;{EVIL}")


def page_forms(answer: httpx2.Response) -> list[Form]:
    return Page(answer).forms()


def hostile(name: str, values: list[str]) -> list[str]:
    """Return what stands in a field after somebody hostile was there: ids that are hidden stay."""
    if values and values[0] and name not in {"name", "note", "reason", "title", "label", "text", "q"}:
        return values
    return [f"{address('x')[:-8]}{SHORT}" if name == "address" else HOSTILE]


@pytest.mark.parametrize("route", LOOKED, ids=lambda route: route.path)
def test_hostile_addresses_are_asked_for_in_vain(desk: Desk, route: Route) -> None:
    assert route.endpoint
    given = inspect.signature(route.endpoint).parameters.values()
    names = [one.name for one in given if "Query" in str(one.annotation)]
    aliases = {"to": "next"}
    for words in (HOSTILE, "-1", "//evil.example/", "\u202e\u0000"):
        path = re2.sub(r"{[a-z_]+}", quote(words, safe="").replace("\\", "\\\\"), route.path)
        asked = urlencode({aliases.get(name, name): words for name in names})
        answer = desk.client.get(f"{path}?{asked}", follow_redirects=False)
        refuse_harm(answer)
        assert not answer.headers.get("location", "/").startswith(("//", "http", "javascript")), path


@pytest.mark.parametrize("route", SENT, ids=lambda route: route.path)
def test_a_form_that_another_page_sends_or_that_lacks_the_token_changes_nothing(
    tom: tuple[Desk, str], service: Service, route: Route
) -> None:
    desk, token = tom
    path = re2.sub(r"{[a-z_]+}", "none", route.path)
    head = service.office.records.head
    elsewhere: list[dict[str, str]] = [
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "null", "sec-fetch-site": "none"},
    ]
    for headers in elsewhere:
        answer = desk.client.post(path, data={"form": token}, headers=headers)
        assert (answer.status_code, answer.headers["x-problem"]) == (403, "web.forged"), headers
    if route.signed_in:
        for wrong in ("", token[::-1]):
            answer = desk.client.post(path, data={"form": wrong})
            refuse_harm(answer)
            assert answer.headers["x-problem"] == "web.forged", wrong
    sent = desk.client.post(path, content=b'{"form":"x"}', headers={"content-type": "application/json"})
    assert 400 <= sent.status_code < 500
    assert service.office.records.head == head


def test_the_token_of_one_session_is_of_no_use_to_another(desk: Desk, service: Service, clock: Clock) -> None:
    form = desk.get("/console/me").form("/console/sign-out")
    with at_a_browser(service, clock)("mal", "reviewer", phone=False), Desk(service) as mallory:
        mallory.sign_in(address("mal"), GOOD)
        assert mallory.send(form).problem == "web.forged"
        assert mallory.get("/console/me").answer.status_code == 200
    assert desk.get("/console/me").answer.status_code == 200


def test_what_lets_somebody_else_in_is_nobody_elses_to_take_away(
    desk: Desk, service: Service, clock: Clock
) -> None:
    ada = service.staff.roster.at(address("ada"))
    assert ada
    factors = [factor.id for factor in service.staff.means.factors(ada.id)]
    with at_a_browser(service, clock)("eve", "reviewer", phone=False), Desk(service) as eve:
        eve.sign_in(address("eve"), GOOD)
        form = eve.get("/console/me").form("/console/me/factors/remove")
        for factor in factors:
            assert eve.send(form, factor=factor).problem == "staff.no_factor"
    assert [factor.id for factor in service.staff.means.factors(ada.id)] == factors
    assert desk.get("/console/me").answer.status_code == 200


def test_the_page_of_who_is_concerned_shows_hostile_words_as_words(desk: Desk, service: Service) -> None:
    desk.get("/console")
    links = Links(service.office.vault.secret(KEY))
    rows = service.office.records.rows(kinds=["notice.planned"])
    tokens = [links.token(json.loads(row.body)["notice"]) for row in rows]
    assert tokens
    with Desk(service) as member:
        for token in tokens[:4]:
            answer = member.client.get(f"/your/{token}")
            assert answer.status_code == 200
            refuse_harm(answer)
            for form in page_forms(answer):
                files = {name: (None, HOSTILE) for name in [*form.fields, "text"] if name != "files"}
                refuse_harm(member.client.post(form.action, files=files))
            refuse_harm(member.client.get(f"/your/{token}"))
    appeals = desk.get("/console/appeals")
    refuse_harm(appeals.answer)
    for path in appeals.links("/console/appeals/"):
        refuse_harm(desk.client.get(path))


def test_pages_for_those_outside_stand_in_no_frame_either(service: Service) -> None:
    link = invited(service, "zoe", "reviewer")
    with Desk(service) as nobody:
        for path in (
            "/console",
            "/console/sign-in?next=" + quote(HOSTILE),
            f"/staff/join/{link}",
            "/staff/join/" + quote(HOSTILE, safe=""),
            "/staff/back?" + urlencode({"state": HOSTILE, "code": HOSTILE}),
            "/your/" + quote(SHORT, safe=""),
            "/transparency",
            "/nothing/" + quote(SHORT, safe=""),
        ):
            answer = nobody.client.get(path)
            if answer.headers["content-type"].startswith("text/html"):
                refuse_harm(answer)
