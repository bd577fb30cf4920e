"""The page of somebody concerned: by a link, without an account; looked at, objected on, answered; nobody else gets in."""

from collections.abc import Iterator
from itertools import count, takewhile
from pathlib import Path
from typing import Any, Final, Self

import httpx2
import pytest

from appeal_world import RULES, SETTINGS
from bylaw.appeals.model import Outcome
from bylaw.notices.links import LENGTH
from bylaw.notices.model import Ground, Notice
from bylaw.notices.workflow import Notices
from bylaw.records.people import PEOPLE
from bylaw.staff.roles import Assignment
from service import BOOK, PATIENCE, Service, post, served
from staff_browser import at_a_browser, at_work, cheap, code_of, right
from staff_world import Clock

HOSTILE: Final = "<script>alert(1)</script>\"'>{{ 7*7 }}<img src=x onerror=alert(2)>"
PAGE = "https://notices.house.example"
FILES = {
    **BOOK,
    "operator.toml": BOOK["operator.toml"].replace(
        'name = "A small house"', 'name = "A small house"\nlanguages = ["en", "de"]'
    )
    + SETTINGS,
    "rules/words.yaml": RULES.replace('event.text == "AAA"', 'event.text.startsWith("AAA")'),
}

ADDRESSES = count(1)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("pages"), FILES, clock=clock, hasher=cheap()) as running:
        yield running


class Member:
    """Somebody concerned, at a browser of their own; each comes from an address of their own."""

    def __init__(self, service: Service, name: str, text: str = "AAA") -> None:
        self.service, self.name = service, name
        number = next(ADDRESSES)
        own = httpx2.HTTPTransport(local_address=f"127.0.{number // 250}.{number % 250 + 1}")
        self.client = httpx2.Client(base_url=service.url, timeout=PATIENCE, transport=own)
        with service.client() as program:
            answer = program.post("/v1/events", json=post(f"evt_{name}_{len(self.told())}", text, actor=name))
            assert answer.status_code == 200, answer.text

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def told(self) -> list[Notice]:
        person = self.service.office.vault.subjects(PEOPLE, [self.name])[self.name]
        return Notices(self.service.office.records, self.service.office.vault).of(person)

    @property
    def path(self) -> str:
        notices = Notices(self.service.office.records, self.service.office.vault)
        return notices.links.link(PAGE, self.told()[0].id).removeprefix(PAGE)

    def look(self, query: str = "", **headers: str) -> httpx2.Response:
        return self.client.get(self.path + query, headers=headers)

    def send(
        self, what: str, text: str = "It was a song.", *files: tuple[str, bytes], **headers: str
    ) -> httpx2.Response:
        sent: Any = [("files", (name, content)) for name, content in files] or {"files": ("", b"")}
        return self.client.post(f"{self.path}/{what}", data={"text": text}, files=sent, headers=headers)


@pytest.fixture
def ann(service: Service, request: pytest.FixtureRequest) -> Iterator[Member]:
    with Member(service, f"ann_{request.node.name[:60]}") as member:
        yield member


def test_the_page_says_what_was_done_on_which_clause_until_when_and_what_comes_next(ann: Member) -> None:
    page = ann.look()
    assert page.status_code == 200
    for said in (
        "it was removed",
        "it counts against your account",
        "You must not shout.",
        "house/words/p1",
        "AAA",  # what they wrote themselves
        "our rule shouting",
        "It was found by automated means.",
        "the Readers&#39; Board",
        "You can object until",
        "It costs nothing.",
    ):
        assert said in page.text, said
    headers = page.headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex, nofollow, noarchive"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert '<meta name="robots" content="noindex">' in page.text


def test_it_speaks_the_language_that_is_asked_for_and_has_a_switch(ann: Member) -> None:
    german = ann.look("?language=de")
    assert '<html lang="de">' in german.text
    assert "es wurde entfernt" in german.text
    assert "Beschwerde einlegen" in german.text
    assert '<html lang="de">' in ann.look(**{"accept-language": "fr, de;q=0.5"}).text
    assert '<html lang="en">' in ann.look("?language=fr").text
    assert "?language=de" in ann.look().text
    sent = ann.client.post(f"{ann.path}/appeal?language=de", files={"text": (None, "Ein Lied.")})
    assert sent.headers["location"].startswith(f"{ann.path}?language=de&done=lodged")


def test_from_the_link_to_the_reversal(service: Service, clock: Clock, ann: Member) -> None:
    make = at_a_browser(service, clock)
    sent = ann.send("appeal", "It was a song.", ("song.txt", b"la la la"))
    assert (sent.status_code, sent.headers["location"]) == (303, f"{ann.path}?done=lodged#said")
    page = ann.client.get(sent.headers["location"])
    assert "We have your objection." in page.text
    assert "song.txt" in page.text
    with make("ada", "lead") as ada, make("ben", "lead") as ben:
        [one] = right(ada.ask("GET", f"/v1/appeals?account={ann.name}"))["appeals"]
        right(ada.post(f"/v1/appeals/{one['appeal']}/ask", text="Which song?"))
        page = ann.look()
        assert "Which song?" in page.text
        assert "We have a question about your objection." in page.text
        member = service.staff.roster.member(one_of(service, "ada"))
        assert member.outside in page.text
        assert "Ada" not in page.text
        assert ann.send("answer", "The one about the sea.").status_code == 303
        right(ben.post(f"/v1/appeals/{one['appeal']}/decide", outcome="reversed", reply="I know that one."))
    page = ann.look()
    for said in ("The one about the sea.", "I know that one.", "It is taken back", "taken back"):
        assert said in page.text, said
    assert "<form" not in page.text
    with service.client() as program:
        assert program.get(f"/v1/accounts/{ann.name}").json()["strikes"] == []
    assert code(ann.send("answer", "Thank you.")) == 409


def test_who_ordered_it_is_refused_and_another_restores_it(service: Service, clock: Clock) -> None:
    make = at_a_browser(service, clock)
    with Member(service, "by_hand", "hello") as bo, make("cleo", "lead") as cleo, make("dan", "lead") as dan:
        order = {"clauses": ["house/words/p1"], "reason": "Enough.", "account": bo.name}
        say = {"thing": "your posts", "facts": "You shouted."}
        right(
            cleo.post("/v1/actions", **order, say=say, orders=[{"effect": "restrict", "argument": ["post"]}])
        )
        assert bo.send("appeal", "It was my brother.").status_code == 303
        [one] = right(dan.ask("GET", f"/v1/appeals?account={bo.name}"))["appeals"]
        asked = {"outcome": "reversed", "reply": "So it seems."}
        refused = cleo.post(f"/v1/appeals/{one['appeal']}/decide", **asked)
        assert code_of(refused) == (409, "appeal.same_person")
        right(dan.post(f"/v1/appeals/{one['appeal']}/decide", **asked))
        assert bo.told()[-1].told.value == "appeal"
        assert "taken back" in bo.look().text


def test_whoever_has_no_right_link_finds_nothing(service: Service, ann: Member) -> None:
    token = ann.path.removeprefix("/your/")
    assert len(token) == LENGTH
    with Member(service, "somebody_else") as other:
        theirs = other.path.removeprefix("/your/")
    mixed = token[:30] + theirs[30:]
    for wrong in (
        mixed,  # the mark of another notice
        token[:-1],
        token + "0",
        token[:-1] + ("0" if token[-1] != "0" else "1"),
        token.upper() if token.upper() != token else token[::-1],
        token[:30],
        "0" * LENGTH,
        "x",
        "é" * LENGTH,
        "not_" + token,
        "..%2f..%2fetc",
    ):
        for answer in (
            ann.client.get(f"/your/{wrong}"),
            ann.client.post(f"/your/{wrong}/appeal", files={"text": (None, "Let me in.")}),
        ):
            assert answer.status_code == 404, wrong
            assert "You must not shout." not in answer.text
    assert ann.look().status_code == 200
    assert service.logs("/your/{token}")
    assert token not in service.log.getvalue()


def test_what_is_withheld_has_no_page(service: Service, ann: Member) -> None:
    notices = Notices(service.office.records, service.office.vault)
    path = ann.path
    notices.suppress(ann.told()[0].id, Ground.SAFETY, "A child is in danger.")
    assert ann.client.get(path).status_code == 404
    assert ann.client.post(f"{path}/appeal", files={"text": (None, "Why?")}).status_code == 404


def test_hostile_words_are_shown_as_they_are_and_do_nothing(service: Service, clock: Clock) -> None:
    with (
        Member(service, "mallory", f"AAA {HOSTILE}") as member,
        at_a_browser(service, clock)("eve", "lead") as eve,
    ):
        assert member.send("mended", HOSTILE).status_code == 303
        assert member.send("appeal", HOSTILE, ("a&b 'c'.txt", HOSTILE.encode())).status_code == 303
        [one] = right(eve.ask("GET", f"/v1/appeals?account={member.name}"))["appeals"]
        right(eve.post(f"/v1/appeals/{one['appeal']}/ask", text=HOSTILE))
        right(eve.post(f"/v1/appeals/{one['appeal']}/decide", outcome="upheld", reply=HOSTILE))
        page = member.look(f"?done={HOSTILE[:20]}&language=%3Cb%3E")
        assert page.status_code == 200
        assert page.text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4
        for live in ("<script>alert", "<img src=x", "49<"):
            assert live not in page.text


def test_files_that_are_too_big_or_of_another_type_or_name_are_refused_and_the_text_is_kept(
    ann: Member,
) -> None:
    for name, content in (
        ("big.txt", b"a" * (1 << 20) + b"a"),
        ("empty.txt", b""),
        ("page.html", b"<html>"),
        ("program.exe", b"MZ\x90\x00\x00"),
        ("photo.png", b"no picture"),
        ("photo.html.txt", b"text"),
        ("../../passwd.txt", b"text"),
        ("gnp\u202e.txt", b"text"),
    ):
        answer = ann.send("appeal", "These are my words.", (name, content))
        assert answer.status_code == 422, name
        assert 'role="alert"' in answer.text
        assert "These are my words." in answer.text
        assert "passwd" not in answer.text
    four = [(f"{n}.txt", b"text") for n in range(4)]
    assert ann.send("appeal", "These are my words.", *four).status_code == 422
    assert ann.send("appeal", "x" * 501).status_code == 422
    assert ann.send("appeal", "").status_code == 422
    huge = ann.client.post(f"{ann.path}/appeal", files={"files": ("a.txt", b"a" * (4 << 20))})
    assert huge.status_code == 413
    assert "Object" in ann.look().text


def test_a_form_that_another_page_sent_or_that_is_none_is_refused(ann: Member) -> None:
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
    ):
        assert ann.send("appeal", "It was a song.", **headers).status_code == 403
    urlencoded = ann.client.post(f"{ann.path}/appeal", data={"text": "It was a song."})
    assert urlencoded.status_code == 415
    for body in (b"", b"--x\r\n", b"--x\r\n\r\n--x--", b"--x\r\nA: b\r\n\r\n--x--", b"\xff" * 50):
        answer = ann.client.post(
            f"{ann.path}/appeal", content=body, headers={"content-type": "multipart/form-data; boundary=x"}
        )
        assert answer.status_code == 422, body
    assert (
        ann.send(
            "appeal", "It was a song.", **{"origin": "null", "sec-fetch-site": "same-origin"}
        ).status_code
        == 303
    )


def test_twice_is_once_and_says_so(ann: Member) -> None:
    assert ann.send("appeal").status_code == 303
    again = ann.send("appeal")
    assert (again.status_code, "You have objected already." in again.text) == (409, True)
    assert ann.send("mended", "I took it down.").status_code == 303
    assert "You have told us already that it is mended." in ann.send("mended", "I did.").text
    assert ann.send("answer", "And I am sorry.").status_code == 303
    assert ann.send("answer", "Really.").status_code == 303
    assert "we take no more" in ann.send("answer", "Really!").text


def test_other_decisions_are_named_without_a_link_to_them(service: Service) -> None:
    with Member(service, "often") as member:
        with Member(service, "often"):
            pass
        page = member.look()
        assert "Other decisions about your account" in page.text
        assert page.text.count("/your/") == page.text.count(member.path)


def test_who_is_limited_reads_why_and_until_when(service: Service, clock: Clock) -> None:
    appeals, subjects = service.office.appeals, service.office.vault.subjects
    with at_a_browser(service, clock)("flo", Assignment("lead")) as flo:
        by = one_of(service, "flo")
        for number in range(2):
            with Member(service, "endless"):
                person = subjects(PEOPLE, ["endless"])["endless"]
                notice = [n for n in appeals.notices.of(person) if n.told.value == "statement"][-1]
                lodged = appeals.lodge(notice.id, "No.")
                more = {"limit": True} if number else {}
                appeals.decide(lodged.id, by, Outcome.UPHELD, "No ground.", unfounded=True, **more)
        with Member(service, "endless") as member:
            person = subjects(PEOPLE, ["endless"])["endless"]
            notice = [n for n in appeals.notices.of(person) if n.told.value == "statement"][-1]
            page = member.client.get(appeals.notices.links.link(PAGE, notice.id).removeprefix(PAGE))
        assert "We take no objections from you now" in page.text
        assert "Article 23(2)" in page.text
        right(flo.post("/v1/accounts/endless/appeals/lift", reason="They wrote to us."))
        assert appeals.told(notice.id).bar is None


def test_files_come_through_processes_of_their_own_too(tmp_path: Path) -> None:
    with served(tmp_path, FILES, web=2) as service:
        httpx2.get(f"{service.url}/health/live", timeout=10 * PATIENCE)  # processes take their time to begin
        member = Member(service, "far")
        picture = b"\x89PNG\r\n\x1a\n" + b"\0" * ((1 << 20) - 20) + b"\x00\x00\x00\x00IEND\xaeB`\x82"
        assert len(picture) == 1 << 20
        assert (
            member.send("appeal", "Look.", ("screen.png", picture), ("more.png", picture)).status_code == 303
        )
        [letter] = service.office.appeals.told(member.told()[0].id).letters
        assert [file.size for file in letter.files] == [1 << 20] * 2
        member.client.close()


def test_one_address_asks_so_often_and_no_more(service: Service) -> None:
    with Member(service, "hasty") as member:
        tries = (member.client.post(f"/your/{number}/appeal").status_code for number in range(3_000))
        answers = list(takewhile(lambda status: status != 429, tries))
    assert set(answers) == {404}
    assert len(answers) < 3_000


def one_of(service: Service, name: str) -> str:
    """The id of a member of staff by their name."""
    roster = service.staff.roster
    found = [one for one in roster.members() if (p := roster.profile(one)) and p.name == name.title()]
    return found[-1].id


def code(answer: httpx2.Response) -> int:
    return answer.status_code
