"""Finding over HTTP: queries over decisions and into events, what stands most often, kept queries, an account's past."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from bylaw.records.checking import check
from service import BOOK, RULES, Service, message, post, served

MORE = """\
  - id: rude
    clause: house/words/p1
    on: [post.created, message.sent]
    when: event.text == "rude"
    then: [remove, {strike: 1}]
"""
FILES = {**BOOK, "rules/words.yaml": RULES + MORE}
WHY = {"purpose": "investigation", "reason": "a wave of rude posts, ticket 41"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("served"), FILES) as running:
        yield running


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[httpx2.Client]:
    with service.client() as client:
        for number in range(4):
            write(client, post(f"evt_loud_{number}", "AAA", actor=f"acc_{number % 2}"))
        write(client, post("evt_rude", "rude", actor="acc_0"))
        write(client, {**message("evt_letter", actor="acc_0"), "text": "rude", "recipient": "acc_9"})
        write(client, post("evt_calm", "I like otters", actor="acc_1"))
        yield client


def write(client: httpx2.Client, event: dict[str, Any]) -> None:
    assert client.post("/v1/events", json=event).status_code == 200


def found(client: httpx2.Client, q: str, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get("/v1/decisions", params={"q": q, **asked})
    assert answer.status_code == 200, answer.text
    lines: list[dict[str, Any]] = answer.json()["decisions"]
    return lines


@pytest.mark.parametrize(
    ("q", "count"),
    [
        ("", 6),
        ('decision.outcome == "hold"', 4),
        ('"rude" in decision.rules', 2),
        ('"rude" in decision.rules && decision.kind == "message.sent"', 1),
        ('decision.account == "acc_0"', 4),
        ('decision.account == "acc_0" && !("rude" in decision.rules)', 2),
        ('"acc_9" in decision.accounts', 1),
        ('decision.account == "acc_nobody"', 0),
        ('decision.clauses.under("house/words")', 6),
        ('decision.clauses.exists(c, c.endsWith("p1"))', 6),
        ('decision.at < now - duration("1h") && size(decision.effects) > 2', 4),
        ("decision.degraded", 0),
    ],
)
def test_a_query_finds_decisions(client: httpx2.Client, q: str, count: int) -> None:
    assert len(found(client, q)) == count


def test_a_query_stands_beside_the_other_filters(client: httpx2.Client) -> None:
    assert len(found(client, 'decision.account == "acc_0"', rule="rude")) == 2
    assert len(found(client, 'decision.account == "acc_0"', rule="rude", kind="post.created")) == 1
    assert found(client, "true", since="2026-03-02T00:00:00Z") == []


def test_a_wrong_query_is_told_with_its_place_and_a_suggestion(client: httpx2.Client) -> None:
    answer = client.get("/v1/decisions", params={"q": 'true &&\n  decision.kindd == "post.created"'})
    assert (answer.status_code, answer.json()["code"]) == (422, "rule.unknown_field")
    assert answer.json()["place"] == "2:12"
    assert "`decision.kind`" in answer.json()["hint"]
    answer = client.get(
        "/v1/decisions", params={"q": 'decision.kind == "post.created" && event.recipient == "acc_9"'}
    )
    assert answer.json()["code"] == "rule.unknown_field"  # posts have none, messages do


def test_what_is_in_events_is_not_read_without_saying_what_for(
    service: Service, client: httpx2.Client
) -> None:
    q = 'event.text == "rude"'
    service.key("decision.read")
    head = service.office.records.head
    assert client.get("/v1/decisions", params={"q": q}).json()["code"] == "find.content"
    assert client.get("/v1/top", params={"q": q}).json()["code"] == "find.content"
    assert client.post("/v1/find", json={"q": q, "purpose": "investigation"}).json()["code"] == "read.reason"
    assert client.post("/v1/find", json={"q": q, "purpose": "case"}).json()["code"] == "read.object"
    with service.client("decision.read") as other:
        assert other.post("/v1/find", json={"q": q, **WHY}).json()["code"] == "web.may_not"
    assert service.office.records.head == head


def test_events_are_looked_into_and_each_reading_is_recorded_first(
    service: Service, client: httpx2.Client
) -> None:
    page = client.post("/v1/find", json={"q": 'event.text == "rude"', **WHY}).json()
    assert [one["kind"] for one in page["decisions"]] == ["message.sent", "post.created"]
    assert (page["opened"], page["unreadable"], page["next"]) == (6, 0, None)
    (noted,) = page["noted"]
    read = service.staff.reads.of(service.staff.keys.keys()[0].id)[0]
    assert (read.seq, read.reason) == (noted, WHY["reason"])
    narrowed = client.post("/v1/find", json={"q": 'event.text == "rude" && "rude" in decision.rules', **WHY})
    assert narrowed.json()["opened"] == 2  # what the index tells is not opened


def test_what_said_nothing_is_looked_into_where_it_is_asked_for(client: httpx2.Client) -> None:
    asked = {"q": 'event.text.contains("otters")', **WHY}
    assert client.post("/v1/find", json=asked).json()["decisions"] == []
    (one,) = client.post("/v1/find", json={**asked, "silent": True}).json()["decisions"]
    assert (one["rules"], one["outcome"]) == ([], "allow")
    by_account = {
        "q": 'decision.account == "acc_1" && decision.kind == "post.created"',
        "silent": True,
        **WHY,
    }
    page = client.post("/v1/find", json=by_account).json()
    assert (len(page["decisions"]), page["opened"]) == (3, 3)


def test_a_scan_goes_on_where_it_ended(client: httpx2.Client) -> None:
    seen, cursor = [], ""
    while True:
        asked = {"q": "size(event.text) > 2", "limit": 2, "cursor": cursor, **WHY}
        page = client.post("/v1/find", json=asked).json()
        seen += [one["seq"] for one in page["decisions"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 6


def test_what_stands_most_often_is_told_with_the_period_before(client: httpx2.Client) -> None:
    asked = {"since": "2026-03-01T00:00:00Z", "until": "2026-03-02T00:00:00Z"}
    page = client.get("/v1/top", params=asked).json()
    columns = page["columns"]
    assert {one["name"]: one["now"] for one in columns["rule"]} == {"shouting": 4, "loud": 4, "rude": 2}
    assert columns["account"][0] == {"name": "acc_0", "now": 4, "before": 0}
    assert (page["now"], page["before"], page["whole"]) == (6, 0, True)
    later = {"since": "2026-03-02T00:00:00Z", "until": "2026-03-03T00:00:00Z"}
    page = client.get("/v1/top", params=later).json()
    assert (page["now"], page["before"]) == (0, 6)
    narrow = client.get("/v1/top", params={**asked, "q": '"rude" in decision.rules'}).json()
    assert (narrow["now"], [one["name"] for one in narrow["columns"]["outcome"]]) == (2, ["remove"])


def test_events_are_counted_by_the_hour_those_too_that_said_nothing(client: httpx2.Client) -> None:
    asked = {"since": "2026-03-01T00:00:00Z", "until": "2026-03-02T00:00:00Z", "name": "post.created"}
    counts = client.get("/v1/hours", params=asked).json()
    assert {one["part"]: one["count"] for one in counts} == {"allow": 1, "hold": 4, "remove": 1}
    assert {one["at"] for one in counts} == {"2026-03-01T10:00:00Z"}
    clause = {**asked, "series": "clause", "name": "house/words"}
    (below,) = client.get("/v1/hours", params=clause).json()
    assert (below["part"], below["count"]) == ("below", 6)


def test_a_query_is_kept_shared_and_removed_by_its_owner_only(
    service: Service, client: httpx2.Client
) -> None:
    mine = {"name": "Loud ones", "query": 'decision.account == "acc_0"', "shared": True}
    kept = client.post("/v1/filters", json=mine).json()["filter"]
    own = client.post("/v1/filters", json={**mine, "name": "Own", "shared": False}).json()["filter"]
    assert client.post("/v1/filters", json={**mine, "query": "decision.kin"}).status_code == 422
    with service.client("decision.read") as other:
        assert [one["name"] for one in other.get("/v1/filters").json()] == ["Loud ones"]
        assert other.delete(f"/v1/filters/{kept}").json()["code"] == "filter.unknown"
    assert [one["name"] for one in client.get("/v1/filters").json()] == ["Loud ones", "Own"]
    rows = service.office.records.rows(kinds={"filter.saved"})
    assert all(b"acc_0" not in row.body + (row.sealed or b"") for row in rows)
    assert client.delete(f"/v1/filters/{own}").status_code == 200
    assert [one["filter"] for one in client.get("/v1/filters").json()] == [kept]


def test_the_past_of_an_account_is_told_over_all_rooms(client: httpx2.Client) -> None:
    seen: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = client.get("/v1/past", params={"account": "acc_0", "limit": 3, "cursor": cursor}).json()
        seen += page["moments"]
        cursor = page["next"]
        if not cursor:
            break
    whole = client.get("/v1/past", params={"account": "acc_0", "limit": 200}).json()["moments"]
    assert seen == whole
    assert [one["at"] for one in seen] == sorted((one["at"] for one in seen), reverse=True)
    assert sum(one["what"] == "decision" for one in seen) == 4
    assert {"decision", "action", "notice", "case"} <= {one["what"] for one in seen}


def test_accounts_stand_together_that_the_same_events_name(client: httpx2.Client) -> None:
    graph = client.get("/v1/links", params={"account": "acc_9"}).json()
    assert graph["accounts"] == [{"account": "acc_9", "steps": 0}, {"account": "acc_0", "steps": 1}]
    assert graph["links"] == [{"one": 0, "other": 1, "events": 1}]


def test_state_is_the_fold_of_facts(service: Service) -> None:
    assert check(service.office.records).problems == ()
