"""Objections over HTTP: staff list, read, ask and decide; nobody who took part before, no program, nobody for other clauses."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from appeal_world import RULES, SETTINGS
from bylaw.appeals.model import File
from bylaw.notices.workflow import Notices
from bylaw.records.people import PEOPLE
from bylaw.staff.roles import Assignment
from console_browser import Desk
from service import BOOK, Service, post, served
from staff_browser import Browser, at_a_browser, at_work, cheap, code_of, right
from staff_world import GOOD, MINUTE, Clock, address

FILES = {**BOOK, "operator.toml": BOOK["operator.toml"] + SETTINGS, "rules/words.yaml": RULES}
SAY = {"thing": "your posts", "facts": "You shouted, again and again."}
CLAUSE = "house/words/p1"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("appeals"), FILES, clock=clock, hasher=cheap()) as running:
        yield running


@pytest.fixture(scope="module")
def ada(service: Service, clock: Clock) -> Iterator[Browser]:
    with at_a_browser(service, clock)("ada", "lead") as browser:
        yield browser


@pytest.fixture(scope="module")
def ben(service: Service, clock: Clock) -> Iterator[Browser]:
    with at_a_browser(service, clock)("ben", "lead") as browser:
        yield browser


@pytest.fixture
def client(service: Service) -> Iterator[httpx2.Client]:
    with service.client() as client:
        yield client


def latest(service: Service, account: str) -> str:
    """The id of the notice that an account got last."""
    person = service.office.vault.subjects(PEOPLE, [account])[account]
    return Notices(service.office.records, service.office.vault).of(person)[-1].id


def lodged(service: Service, client: httpx2.Client, account: str, text: str = "AAA") -> str:
    """Have something done to an account, and it object; return the objection's id."""
    answer = client.post("/v1/events", json=post(f"evt_{account}", text, actor=account))
    assert answer.status_code == 200, answer.text
    made = service.office.appeals.lodge(
        latest(service, account), "It was a song.", [File("song.txt", b"<b>la</b>")]
    )
    return made.id


def test_staff_look_read_ask_and_decide(
    service: Service, client: httpx2.Client, ada: Browser, tmp_path: Path
) -> None:
    name = lodged(service, client, "acc_song")
    [listed] = right(ada.ask("GET", "/v1/appeals?state=open&account=acc_song"))["appeals"]
    assert (listed["appeal"], listed["state"], listed["account"]) == (name, "open", "acc_song")
    assert set(listed["effects"]) == {"remove", "strike"}
    assert "text" not in listed
    read = right(ada.ask("POST", f"/v1/appeals/{name}/read"))
    [letter] = read["letters"]
    assert (letter["text"], letter["by"]) == ("It was a song.", "")
    [attached] = letter["files"]
    file = ada.ask("GET", f"/v1/appeals/{name}/files/{attached['file']}")
    assert file.content == b"<b>la</b>"
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"] == 'attachment; filename="song.txt"'
    assert "sandbox" in file.headers["content-security-policy"]
    person = service.office.vault.subjects(PEOPLE, ["acc_song"])["acc_song"]
    assert [one.read.purpose.value for one in service.staff.reads.about(person)] == ["appeal", "appeal"]
    asked = right(ada.post(f"/v1/appeals/{name}/ask", text="Which song?"))
    assert (asked["state"], asked["letters"]) == ("asked", 2)
    decided = right(ada.post(f"/v1/appeals/{name}/decide", outcome="reversed", reply="I know it."))
    assert decided["state"] == "reversed"
    assert right(ada.ask("GET", f"/v1/appeals/{name}"))["by"] == decided["by"] != ""
    assert client.get("/v1/accounts/acc_song").json()["strikes"] == []
    reply = right(ada.ask("POST", f"/v1/appeals/{name}/read"))["reply"]
    assert reply["text"] == "I know it."
    again = ada.post(f"/v1/appeals/{name}/decide", outcome="upheld", reply="Or not.")
    assert code_of(again) == (409, "appeal.order")


def test_who_ordered_it_is_refused_and_somebody_else_reverses_it(
    service: Service, client: httpx2.Client, ada: Browser, ben: Browser
) -> None:
    client.post("/v1/events", json=post("evt_hand", "hello", actor="acc_hand"))
    order = {"account": "acc_hand", "clauses": [CLAUSE], "reason": "Enough.", "say": SAY}
    right(ada.post("/v1/actions", **order, orders=[{"effect": "restrict", "argument": ["post"]}]))
    assert client.get("/v1/access/acc_hand").json()["restricted"] == ["post"]
    made = service.office.appeals.lodge(latest(service, "acc_hand"), "It was my brother.")
    refused = ada.post(f"/v1/appeals/{made.id}/decide", outcome="upheld", reply="I was right.")
    assert code_of(refused) == (409, "appeal.same_person")
    assert "cannot decide" in refused.json()["detail"]
    right(ben.post(f"/v1/appeals/{made.id}/decide", outcome="reversed", reply="So it seems."))
    assert client.get("/v1/access/acc_hand").json()["restricted"] == []


def test_no_program_decides_and_nobody_for_other_clauses_or_queues(
    service: Service, client: httpx2.Client, clock: Clock
) -> None:
    name = lodged(service, client, "acc_far")
    asked = {"outcome": "upheld", "reply": "No."}
    assert code_of(client.post(f"/v1/appeals/{name}/decide", json=asked)) == (403, "web.person")
    assert client.post(f"/v1/appeals/{name}/ask", json={"text": "?"}).json()["code"] == "web.person"
    make = at_a_browser(service, clock)
    for number, narrowed in enumerate(
        (Assignment("lead", ("words",)), Assignment("lead", (), ("house/complaints",)))
    ):
        with make(f"narrow{number}", narrowed) as far:
            assert right(far.ask("GET", "/v1/appeals"))["appeals"] == []
            for answer in (
                far.ask("GET", f"/v1/appeals/{name}"),
                far.ask("POST", f"/v1/appeals/{name}/read"),
                far.ask("GET", f"/v1/appeals/{name}/files/file_1"),
                far.post(f"/v1/appeals/{name}/decide", **asked),
            ):
                assert code_of(answer) == (403, "web.may_not_here")
    with make("near", Assignment("lead", ("appeals",), ("house",))) as near:
        assert right(near.ask("GET", f"/v1/appeals/{name}"))["appeal"] == name


def test_what_is_not_there_or_not_as_it_must_be_says_so(
    service: Service, client: httpx2.Client, ada: Browser
) -> None:
    name = lodged(service, client, "acc_odd")
    cases = {
        (404, "appeal.unknown"): ada.ask("GET", "/v1/appeals/appeal_1"),
        (404, "appeal.no_file"): ada.ask("GET", f"/v1/appeals/{name}/files/file_1"),
        (422, "web.body"): ada.post(f"/v1/appeals/{name}/decide", outcome="maybe", reply="Hm."),
        (422, "web.cursor"): ada.ask("GET", "/v1/appeals?cursor=x"),
        (403, "appeal.not_often"): ada.post(
            f"/v1/appeals/{name}/decide", outcome="upheld", reply="No.", unfounded=True, limit=True
        ),
        (422, "appeal.unfounded"): ada.post(
            f"/v1/appeals/{name}/decide", outcome="reversed", reply="Yes.", unfounded=True
        ),
        (409, "appeal.not_limited"): ada.post("/v1/accounts/acc_odd/appeals/lift", reason="They wrote."),
        (404, "account.unknown"): ada.post("/v1/accounts/acc_never/appeals/lift", reason="They wrote."),
    }
    assert {wanted: code_of(answer) for wanted, answer in cases.items()} == {one: one for one in cases}


# -- the console


def test_an_objection_is_decided_at_the_console_without_a_script(
    service: Service, client: httpx2.Client, clock: Clock, ada: Browser
) -> None:
    name = lodged(service, client, "acc_paper")
    clock.pass_(MINUTE)
    with Desk(service) as desk:
        desk.sign_in(address("ada"), GOOD, ada.code())
        page = desk.get("/console/appeals")
        assert f"/console/appeals/{name}" in page.answer.text
        page = desk.get(f"/console/appeals/{name}")
        for said in ("It was a song.", "song.txt", "You must not shout.", "nobody: rules decided"):
            assert said in page.text, said
        page = desk.send(page.form(f"/console/appeals/{name}/ask"), text="Which song?")
        assert "They are told of your question" in page.text
        assert "Which song?" in page.text
        page = desk.send(page.form(f"/console/appeals/{name}/decide"), outcome="reversed", reply="I know it.")
        assert "It is taken back, and what followed from it." in page.text
        assert "I know it." in page.text
        assert not any(one.action.endswith("/decide") for one in page.forms())
    assert service.office.appeals.find(name).state.value == "reversed"


def test_who_took_part_is_shown_no_form_and_told_why(
    service: Service, client: httpx2.Client, clock: Clock, ada: Browser
) -> None:
    client.post("/v1/events", json=post("evt_mine", "hello", actor="acc_mine"))
    order = {"account": "acc_mine", "clauses": [CLAUSE], "reason": "Enough.", "say": SAY}
    right(ada.post("/v1/actions", **order, orders=[{"effect": "restrict", "argument": ["post"]}]))
    made = service.office.appeals.lodge(latest(service, "acc_mine"), HOSTILE)
    clock.pass_(MINUTE)
    with Desk(service) as desk:
        desk.sign_in(address("ada"), GOOD, ada.code())
        page = desk.get(f"/console/appeals/{made.id}")
        assert "Somebody else must decide this." in page.text
        assert not any(one.action.endswith("/decide") for one in page.forms())
        assert HOSTILE not in page.answer.text
        assert "&lt;script&gt;" in page.answer.text
