"""Reviewers who read German: what is wrong is told to them in German, with the values that stand in it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bylaw.cases import store
from bylaw.records.people import PEOPLE, alias_of
from case_world import OPERATOR, RULES
from console_browser import Desk, Form
from service import BOOK, Service, served
from staff_browser import Browser, at_a_browser, at_work, cheap
from staff_world import GOOD, MINUTE, Clock, address

FILES = {**BOOK, "rules/words.yaml": RULES, "operator.toml": OPERATOR}


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("german"), FILES, clock=clock, hasher=cheap()) as running:
        yield running


@pytest.fixture(scope="module")
def rae(service: Service, clock: Clock) -> Iterator[Browser]:
    with at_a_browser(service, clock)("rae", "reviewer", phone=False) as browser:
        yield browser


@pytest.fixture(scope="module")
def ada(service: Service, clock: Clock) -> Iterator[Browser]:
    with at_a_browser(service, clock)("ada", "lead", "policy-author", phone=True) as browser:
        yield browser


@pytest.fixture
def english(service: Service, rae: Browser) -> Iterator[Desk]:
    with Desk(service) as desk:
        assert desk.sign_in(address("rae"), GOOD).path == "/console"
        yield desk


@pytest.fixture
def german(service: Service, clock: Clock, ada: Browser) -> Iterator[Desk]:
    """A lead, whose browser asks for German."""
    clock.pass_(MINUTE)
    with Desk(service) as desk:
        desk.client.headers["accept-language"] = "de-AT,de;q=0.9,en;q=0.5"
        assert desk.sign_in(address("ada"), GOOD, ada.code()).path == "/console"
        yield desk


def case_about(service: Service, account: str) -> str:
    """The address of a case about an account that shouted."""
    at = datetime.fromtimestamp(service.office.records.clock() / 1_000_000, UTC).isoformat()
    event = {"kind": "post.created", "id": account, "at": at, "actor": account, "text": "AAA"}
    with service.client("event.write") as client:
        assert client.post("/v1/events", json=event).status_code == 200
    subject = service.office.vault.known(PEOPLE, account)
    assert subject is not None
    with service.office.records.reading() as core:
        [found] = store.find(core, store.Sought(person=alias_of(subject)))
    return f"/console/cases/{found.case}"


def test_a_case_that_somebody_else_has(service: Service, german: Desk, english: Desk) -> None:
    case = case_about(service, "held")
    claim = german.get(case).form(f"{case}/claim")
    english.send(english.get(case).form(f"{case}/claim"))
    page = german.send(claim)
    assert (page.answer.status_code, page.problem) == (409, "case.taken")
    assert 'lang="de"' in page.answer.text
    assert "diesen Fall hat jemand anders" in page.text
    assert "nehmen Sie einen anderen" in page.text
    assert "somebody else has this case" not in page.text


def test_a_form_whose_reason_is_missing(service: Service, german: Desk) -> None:
    case = case_about(service, "unsaid")
    page = german.send(german.get(case).form(f"{case}/claim"))
    refused = german.send(page.form(f"{case}/decide"), reason="")
    assert (refused.answer.status_code, refused.problem) == (422, "case.reason")
    assert "ein Urteil sagt, warum" in refused.text
    assert "schreiben Sie in eigenen Worten, warum" in refused.text


def test_a_field_that_does_not_fit(service: Service, german: Desk) -> None:
    case = case_about(service, "odd")
    page = german.send(german.get(case).form(f"{case}/claim"))
    refused = german.send(page.form(f"{case}/decide"), reason="x", days="soon")
    assert (refused.answer.status_code, refused.problem) == (422, "web.form")
    assert "hier gehört eine ganze Zahl hin" in refused.text
    asked = german.get("/console/search?days=soon")
    assert (asked.answer.status_code, asked.problem) == (422, "web.parameter")
    assert "hier gehört eine ganze Zahl hin" in asked.text


def test_a_draft_that_nobody_knows_by_the_language_that_was_chosen(german: Desk, english: Desk) -> None:
    page = german.get("/console/drafts/draft_%3Cb%3E%7B0%7D")
    assert (page.answer.status_code, page.problem) == (404, "draft.not_found")
    assert "es gibt keinen Entwurf `draft_<b>{0}`" in page.text
    assert "<b>" not in page.answer.text
    assert "Nicht gefunden" in page.text
    german.send(german.get("/console").form("/console/language"), language="en")
    assert "there is no draft `draft_1`" in german.get("/console/drafts/draft_1").text
    assert "dazu braucht es die Berechtigung `audit.read`" not in english.get("/console/audit").text
    english.send(english.get("/console").form("/console/language"), language="de")
    assert "dazu braucht es die Berechtigung `audit.read`" in english.get("/console/audit").text


def test_a_door_that_stays_shut(service: Service) -> None:
    with Desk(service) as stranger:
        stranger.client.headers["accept-language"] = "de"
        page = stranger.sign_in(address("nobody"), "wrong wrong wrong")
        assert "damit kommt hier niemand hinein: prüfen Sie, was Sie getippt haben" in page.text
        forged = stranger.send(Form("/console/sign-in", "post", {"address": ["x"] * 3}))
        assert forged.problem == "web.form"
        assert "das wird gebraucht" in forged.text
