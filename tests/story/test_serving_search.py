"""One search over HTTP: every kind of name finds what it names, and nobody finds what they may not read."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bylaw.engine.decider import Arrival
from bylaw.events.vocabulary import PostCreated
from bylaw.records.holds.destroying import BOTH
from bylaw.records.holds.model import Ground, Keys
from bylaw.records.people import PEOPLE, alias_of
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import open_office
from service import BOOK, PATIENCE, RULES, Service, post, served

MORE = """\
  - id: rude
    clause: house/words/p1
    on: post.created
    when: event.text == "rude"
    then: [remove, {strike: 1}]
"""
FILES = {**BOOK, "rules/words.yaml": RULES + MORE}
CLAUSE = "house/words/p1"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
AT = "acc/with a slash"

Found = list[tuple[str, str]]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("served"), FILES) as running:
        yield running


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[httpx2.Client]:
    with service.client() as client:
        for number in range(3):
            decided(client, f"evt_{number}", "rude", AT)
        decided(client, "evt_other", "nuisance", "acc_other")
        decided(client, "evt_calm", "hello", "acc_calm")
        yield client


def decided(client: httpx2.Client, name: str, text: str, actor: str) -> None:
    assert client.post("/v1/events", json=post(name, text, actor=actor)).status_code == 200


def hits(client: httpx2.Client, q: str, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get("/v1/search", params={"q": q, **asked})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["hits"]
    return found


def types(found: list[dict[str, Any]]) -> list[str]:
    return [hit["type"] for hit in found]


def test_an_account_is_found_by_the_services_id_and_by_its_random_one(
    service: Service, client: httpx2.Client
) -> None:
    found = hits(client, AT)
    assert (found[0]["type"], found[0]["id"], found[0]["state"]) == ("account", AT, "open")
    assert types(found).count("action") == 6
    assert types(found).count("decision") == 3
    subject = service.office.vault.known(PEOPLE, AT)
    assert subject is not None
    assert hits(client, alias_of(subject)) == found
    assert hits(client, "acc_other", kinds="account")[0]["state"] == "closed"


def test_a_decision_is_found_by_its_id_and_by_its_events_with_what_was_done(client: httpx2.Client) -> None:
    found = hits(client, "evt_1")
    assert sorted(types(found)) == ["action", "action", "decision", "notice"]
    assert hits(client, found[0]["id"]) == found
    assert (found[0]["rules"], found[0]["clauses"], found[0]["state"]) == (["rude"], [CLAUSE], "remove")
    [silent] = hits(client, "evt_calm")
    assert (silent["type"], silent["clauses"], silent["state"]) == ("decision", [], "allow")


def test_an_action_and_a_notice_lead_to_each_other(client: httpx2.Client) -> None:
    found = hits(client, "evt_2")
    [notice] = [hit for hit in found if hit["type"] == "notice"]
    by_notice = hits(client, notice["id"])
    [action] = [hit for hit in by_notice if hit["type"] == "action"]
    assert notice in hits(client, action["id"])
    assert types(by_notice)[0] == "notice"


@pytest.mark.parametrize("q", ["rude", CLAUSE, "house/words", "house"])
def test_a_rule_and_a_clause_lead_to_what_was_done_because_of_them(client: httpx2.Client, q: str) -> None:
    found = hits(client, q)
    ids = [hit["id"] for hit in hits(client, AT)[1:]]
    assert set(ids) <= {hit["id"] for hit in found}
    assert all(CLAUSE in hit["clauses"] for hit in found)
    assert (q == "rude") == (len(ids) == len(found))


def test_every_hit_says_where_to_read_it(client: httpx2.Client) -> None:
    for hit in hits(client, AT):
        answer = client.get(hit["url"])
        assert answer.status_code == 200, hit
        assert hit["id"] in answer.text


@pytest.mark.parametrize("q", [AT, "rude", CLAUSE, "house"])
@pytest.mark.parametrize("limit", [1, 2, 4])
def test_page_by_page_everything_is_found_once_and_in_order(
    client: httpx2.Client, q: str, limit: int
) -> None:
    found, cursor = [], ""
    while True:
        asked: dict[str, str | int] = {"q": q, "limit": limit, "cursor": cursor}
        page = client.get("/v1/search", params=asked).json()
        found += page["hits"]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert found == hits(client, q)


def test_only_the_kinds_that_are_asked_for_are_told(client: httpx2.Client) -> None:
    assert set(types(hits(client, AT, kinds=["account", "notice"]))) == {"account", "notice"}


def test_a_name_of_nothing_finds_nothing(client: httpx2.Client) -> None:
    for q in ("nobody", "sub_", "sub_00", f"sub_{'0' * 32}", "dec_", "%", "house/wor"):
        assert hits(client, q) == []
    for asked in ({}, {"q": ""}, {"q": "x", "kinds": "rule"}, {"q": "x", "cursor": "1.x.y"}):
        assert client.get("/v1/search", params=asked).status_code == 422


@pytest.mark.parametrize(
    ("permission", "kind"),
    [
        ("account.read", "account"),
        ("decision.read", "decision"),
        ("action.read", "action"),
        ("notice.read", "notice"),
    ],
)
def test_who_may_read_one_kind_finds_only_that(
    service: Service, client: httpx2.Client, permission: str, kind: str
) -> None:
    with service.client(permission) as other:
        assert set(types(hits(other, AT))) == {kind}


def test_who_may_for_other_clauses_finds_nothing_on_these(service: Service, client: httpx2.Client) -> None:
    may = ["decision.read", "action.read", "notice.read"]
    for clauses, count in (["house/complaints"], 0), (["house/words"], 10):
        token = service.staff.keys.create("narrow", may, clauses=clauses).token
        headers = {"authorization": f"Bearer {token}"}
        with httpx2.Client(base_url=service.url, headers=headers, timeout=PATIENCE) as other:
            assert len(hits(other, AT)) >= count
            assert bool(hits(other, AT)) is bool(count)
            assert len(other.get("/v1/decisions").json()["decisions"]) == (4 if count else 0)
            statuses = {other.get(hit["url"]).status_code for hit in hits(client, AT)[1:]}
            assert statuses == ({200} if count else {403})


def test_an_account_that_was_forgotten_is_found_by_its_random_id_alone(tmp_path: Path) -> None:
    init_data(tmp_path / "data", "house")
    with open_office(tmp_path / "data") as office:
        office.appoint({name: text.encode() for name, text in FILES.items()})
        event = PostCreated(id="evt_gone", at=NOON, actor="acc_gone", text="rude")
        office.decider.decide([Arrival(event, NOON)])
        alias = alias_of(office.vault.subjects(PEOPLE, ["acc_gone"])["acc_gone"])
        office.destroy(Keys(alias, BOTH), Ground.REQUEST)
    with served(tmp_path, FILES) as running, running.client() as client:
        assert hits(client, "acc_gone") == []
        found = hits(client, alias)
        assert (found[0]["id"], found[0]["state"], found[0]["url"]) == (alias, "forgotten", None)
        assert sorted(types(found[1:])) == ["action", "action", "decision", "notice"]
