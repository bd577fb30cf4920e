"""Forums and other services call with what happened there, and it is decided like any event."""

import base64
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from standardwebhooks import Webhook

from bylaw.runtime.folders import init_data
from bylaw.web.limits import MAX_BODY
from commandline import Bylaw
from forum_calls import (
    ACCOUNT,
    PING,
    POST,
    REPORT,
    REVIEWABLE,
    SECRET,
    STATUS,
    TOPIC,
    USER,
    changed,
    discourse_call,
    mastodon,
    mastodon_call,
    signature,
)
from service import BOOK, PATIENCE, Service, served, written
from staff_browser import code_of, right

STANDARD = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
NOW = datetime.now(UTC)  # noqa: TID251 - the service looks at its own clock
AGO = (NOW - timedelta(minutes=1)).isoformat()
YESTERDAY = (NOW - timedelta(days=1)).date().isoformat()
TABLES = """
[incoming.shop]
format = "mapped"
secrets = ["file:{folder}/standard"]
type = "/type"

[incoming.shop.events."review.posted"]
kind = "post.created"
fields = {{ at = "/at", actor = "/data/author/id", text = ["/data/body", "/data/title"], tags = "/data/tags" }}
constants = {{ place = "reviews" }}

[incoming.till]
format = "mapped"
secrets = ["file:{folder}/old", "file:{folder}/shared"]
type = "header:X-Event"
signature = "header:X-Signature"
prefix = ""
max_age_hours = 1

[[incoming.till.events.sale]]
kind = "message.sent"
only = {{ "/private" = true }}
fields = {{ id = "/no", at = "/at", actor = "/who", text = "/note", recipients = "/to" }}

[[incoming.till.events.sale]]
kind = "post.created"
html = ["text"]
fields = {{ id = "/no", at = "/at", actor = "/who", text = "/note" }}
"""


def sources(folder: Path) -> str:
    for name, secret in {"shared": SECRET, "old": "another, older secret", "standard": STANDARD}.items():
        (folder / name).write_text(secret + "\n")
    forums = "".join(
        f'\n[incoming.{name}]\nformat = "{kind}"\nsecrets = ["file:{folder}/shared"]\n'
        for name, kind in (("forum", "discourse"), ("social", "mastodon"))
    )
    return forums + TABLES.format(folder=folder)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("incoming")
    operator = BOOK["operator.toml"] + sources(folder)
    with served(folder, {**BOOK, "operator.toml": operator}) as running:
        yield running


@pytest.fixture
def caller(service: Service) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=service.url, timeout=PATIENCE) as client:
        yield client


@pytest.fixture
def reader(service: Service) -> Iterator[httpx2.Client]:
    with service.client() as client:
        yield client


def moved(thing: dict[str, Any]) -> dict[str, Any]:
    """A call in which everything happened yesterday: those of the fixtures grow old."""
    return dict(json.loads(json.dumps(thing).replace("2026-09-21", YESTERDAY)))


def send(caller: httpx2.Client, name: str, call: tuple[bytes, dict[str, str]]) -> httpx2.Response:
    body, headers = call
    return caller.post(f"/v1/incoming/{name}", content=body, headers=headers)


def newest(service: Service) -> Any:
    """The event that was decided last."""
    archive = service.office.archive
    row = next(row for row in reversed(list(service.office.records.rows(kinds={"event.decided"}))))
    return archive.recall(row).event


# -- forums


def test_a_post_in_discourse_is_decided(
    service: Service, caller: httpx2.Client, reader: httpx2.Client
) -> None:
    call = discourse_call("post_created", moved(changed(POST, id=1, raw="AAA")))
    assert right(send(caller, "forum", call)) == {"taken": True}
    event = newest(service)
    assert (event.actor, event.post, event.text, event.place) == ("forum:12", "1", "AAA", "lounge")
    assert (event.title, event.topic) == ("Hello to everybody", "77")
    told = right(reader.get(f"/v1/decisions/{event.id}"))["answer"]
    assert told["outcome"] == "hold"


@pytest.mark.parametrize(
    ("event", "call", "kind", "told"),
    [
        (
            "post_created",
            changed(POST, id=2, post_number=2),
            "CommentCreated",
            {"comment": "2", "post": "77"},
        ),
        (
            "post_created",
            changed(POST, id=3, topic_archetype="private_message"),
            "MessageSent",
            {"channel": "private_message", "subject": "Hello to everybody", "conversation": "77"},
        ),
        (
            "topic_created",
            TOPIC,
            "PostCreated",
            {"title": "Hello to everybody", "text": "Hello to everybody"},
        ),
        (
            "user_created",
            USER,
            "AccountRegistered",
            {"username": "ada", "email": "ada@mail.example", "display_name": "Ada Sample"},
        ),
        (
            "reviewable_created",
            REVIEWABLE,
            "ReportReceived",
            {
                "target": "forum:12",
                "reporter": "forum:15",
                "content": "401",
                "category": "ReviewableFlaggedPost",
            },
        ),
    ],
)
def test_what_discourse_says(
    service: Service, caller: httpx2.Client, event: str, call: dict[str, Any], kind: str, told: dict[str, str]
) -> None:
    assert right(send(caller, "forum", discourse_call(event, moved(call)))) == {"taken": True}
    found = newest(service)
    assert type(found).__name__ == kind
    assert {name: getattr(found, name) for name in told} == told
    assert found.actor in {"forum:12", "forum:15"}


@pytest.mark.parametrize(
    ("call", "kind", "told"),
    [
        (
            mastodon("account.created", ACCOUNT),
            "AccountRegistered",
            {
                "actor": "social:108965278956942133",
                "ip": "192.0.2.44",
                "language": "de",
                "email_verified": False,
            },
        ),
        (
            mastodon("report.created", REPORT),
            "ReportReceived",
            {
                "reporter": "social:123456789",
                "target": "social:108965278956942133",
                "category": "spam",
                "text": "sends this to everybody",
                "content": "108965430868193066",
            },
        ),
        (
            mastodon("status.created", STATUS, id="1"),
            "PostCreated",
            {"text": "Buy & sell,\nnow! shop", "post": "1", "visibility": "public", "language": "en"},
        ),
        (
            mastodon("status.created", STATUS, id="2", in_reply_to_id="1", in_reply_to_account_id="7"),
            "CommentCreated",
            {"comment": "2", "reply_to": "1", "recipient": "social:7"},
        ),
        (
            mastodon("status.created", STATUS, id="3", visibility="direct"),
            "MessageSent",
            {"channel": "direct"},
        ),
    ],
)
def test_what_mastodon_says(
    service: Service, caller: httpx2.Client, call: dict[str, Any], kind: str, told: dict[str, Any]
) -> None:
    assert right(send(caller, "social", mastodon_call(moved(call)))) == {"taken": True}
    found = newest(service)
    assert type(found).__name__ == kind
    assert {name: getattr(found, name) for name in told} == told


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("forum", discourse_call("ping", PING)),
        ("forum", discourse_call("post_edited", POST)),
        ("forum", discourse_call("topic_created", changed(TOPIC, archetype="private_message"))),
        ("social", mastodon_call(mastodon("account.approved", ACCOUNT))),
        ("social", mastodon_call(mastodon("status.created", STATUS, reblog=STATUS))),
        ("social", mastodon_call({"event": ["status.created"], "object": {}})),
    ],
)
def test_what_nothing_becomes_of_is_accepted_and_counted(
    service: Service,
    caller: httpx2.Client,
    reader: httpx2.Client,
    name: str,
    call: tuple[bytes, dict[str, str]],
) -> None:
    head = service.office.records.head
    answer = send(caller, name, call)
    assert (answer.status_code, answer.json()) == (202, {"taken": False})
    assert service.office.records.head == head
    assert f'bylaw_incoming_total{{outcome="ignored",source="{name}"}}' in reader.get("/metrics").text


# -- other services


def standard(thing: dict[str, Any], name: str, at: datetime | None = None) -> tuple[bytes, dict[str, str]]:
    """A call by the published library of Standard Webhooks."""
    body, at = json.dumps(thing), at or datetime.now(UTC)  # noqa: TID251 - the service looks at its own clock
    signed = Webhook(STANDARD).sign(name, at, body)
    head = {"webhook-id": name, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signed}
    return body.encode(), {"content-type": "application/json", **head}


def review(**data: Any) -> dict[str, Any]:
    author = {"id": 7, "name": "Ada"}
    return {"type": "review.posted", "at": AGO, "data": {"author": author, "tags": ["a", 1], **data}}


def test_a_service_that_signs_by_the_standard(service: Service, caller: httpx2.Client) -> None:
    call = standard(review(body=None, title="AAA"), "msg_1")
    assert right(send(caller, "shop", call)) == {"taken": True}
    event = newest(service)
    assert (event.actor, event.text, event.place, event.tags) == ("shop:7", "AAA", "reviews", ["a", "1"])
    head = service.office.records.head
    assert right(send(caller, "shop", call)) == {"taken": True}
    assert service.office.records.head == head
    late = standard(review(body="x"), "msg_2", NOW - timedelta(minutes=6))
    assert code_of(send(caller, "shop", late)) == (403, "webhook.timestamp")


@pytest.mark.parametrize("shape", ["hexadecimal", "prefixed", "base64"])
def test_a_service_that_signs_in_a_header(service: Service, caller: httpx2.Client, shape: str) -> None:
    told = {"no": f"sale-{shape}", "at": AGO, "who": "acc_9", "note": "<b>cheap</b>", "private": False}
    body = json.dumps(told).encode()
    digest = hmac.digest(SECRET.encode(), body, "sha256")
    shapes = {
        "hexadecimal": digest.hex(),
        "prefixed": signature(body),
        "base64": base64.b64encode(digest).decode(),
    }
    headers = {"content-type": "application/json", "x-event": "sale", "x-signature": shapes[shape]}
    assert right(send(caller, "till", (body, headers))) == {"taken": True}
    event = newest(service)
    assert (type(event).__name__, event.actor, event.text) == ("PostCreated", "acc_9", "cheap")


def till(secret: str = SECRET, **told: Any) -> tuple[bytes, dict[str, str]]:
    body = json.dumps({"no": 1, "at": AGO, "who": "acc_9", "note": "x", **told}).encode()
    head = {"content-type": "application/json", "x-event": "sale"}
    return body, {**head, "x-signature": signature(body, secret)}


def test_either_of_two_secrets_may_have_signed(service: Service, caller: httpx2.Client) -> None:
    assert right(send(caller, "till", till(no="a")))["taken"]
    assert right(send(caller, "till", till("another, older secret", no="b")))["taken"]
    assert code_of(send(caller, "till", till("a third one", no="c"))) == (403, "webhook.signature")


def test_the_first_table_that_fits_counts(service: Service, caller: httpx2.Client) -> None:
    right(send(caller, "till", till(no="p", private=True, to=["acc_1", "acc_2"])))
    event = newest(service)
    assert (type(event).__name__, event.recipients) == ("MessageSent", ["acc_1", "acc_2"])
    right(send(caller, "till", till(no="q", private=1)))
    assert type(newest(service)).__name__ == "PostCreated"  # one is not true


# -- bad ones


def test_a_call_made_again_changes_nothing(service: Service, caller: httpx2.Client) -> None:
    body, headers = discourse_call("post_created", moved(changed(POST, id=50)))
    right(send(caller, "forum", (body, headers)))
    head = service.office.records.head
    for name in ("41", "99"):  # the delivery's own number is not signed, and means nothing
        assert right(send(caller, "forum", (body, {**headers, "x-discourse-event-id": name})))["taken"]
    assert service.office.records.head == head
    other = discourse_call("post_created", moved(changed(POST, id=50, raw="something else")))
    assert code_of(send(caller, "forum", other)) == (409, "event.conflict")


def test_whoever_has_no_key_is_not_heard(service: Service, caller: httpx2.Client) -> None:
    body, headers = discourse_call("post_created", moved(changed(POST, id=60)))
    signed = headers["x-discourse-event-signature"]
    head = service.office.records.head
    for shown in (
        "",
        "sha256=",
        signed[:-1],
        signed[:-1] + ("0" if signed[-1] != "0" else "1"),
        "é",
        "=" * 64,
    ):
        given = {**headers, "x-discourse-event-signature": shown}
        raw = {name.encode(): value.encode() for name, value in given.items()}
        answer = caller.post("/v1/incoming/forum", content=body, headers=raw)
        assert code_of(answer) == (403, "webhook.signature"), shown
    changed_body = body.replace(b"Buy now", b"Buy not")
    assert code_of(send(caller, "forum", (changed_body, headers))) == (403, "webhook.signature")
    assert code_of(send(caller, "social", (body, headers))) == (403, "webhook.signature")
    assert code_of(send(caller, "nobody", (body, headers))) == (404, "incoming.unknown")
    assert service.office.records.head == head


def test_what_happened_too_long_ago_or_lies_in_the_future_is_refused(caller: httpx2.Client) -> None:
    old = (NOW - timedelta(hours=2)).isoformat()
    assert code_of(send(caller, "till", till(no="old", at=old))) == (422, "incoming.too_old")
    ahead = (NOW + timedelta(hours=2)).isoformat()
    assert code_of(send(caller, "till", till(no="new", at=ahead))) == (422, "event.future_time")


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"no": None}, "incoming.nameless"),
        ({"no": {"a": 1}}, "incoming.nameless"),
        ({"no": "x", "note": None}, "event.missing_field"),
        ({"no": "x", "note": {"a": 1}}, "event.wrong_type"),
        ({"no": "x", "at": "yesterday"}, "event.bad_time"),
        ({"no": "x", "who": "a" * 300}, "event.wrong_type"),
    ],
)
def test_what_is_no_event_is_told_so(caller: httpx2.Client, told: dict[str, Any], code: str) -> None:
    status, found = code_of(send(caller, "till", till(**told)))
    assert (status, found.startswith(("event.", "incoming."))) == (422, True)
    assert code.partition(".")[0] == found.partition(".")[0]


def test_bodies_are_bounded_and_are_json(caller: httpx2.Client) -> None:
    def signed(body: bytes, media: str = "application/json") -> tuple[bytes, dict[str, str]]:
        return body, {"content-type": media, "x-event": "sale", "x-signature": signature(body)}

    assert code_of(send(caller, "till", signed(b"x" * (MAX_BODY + 1)))) == (413, "web.too_large")
    assert code_of(send(caller, "till", signed(b"{}", "application/x-www-form-urlencoded"))) == (
        415,
        "web.media",
    )
    for body in (b"", b"{", b"[" * 100_000, b"\xff", b'{"a":' * 50_000):
        assert code_of(send(caller, "till", signed(body))) == (400, "web.not_json"), body[:10]
    for body in (b"[]", b"null", b"7", b'"text"'):
        assert code_of(send(caller, "till", signed(body))) == (422, "incoming.nameless")


def test_a_secret_that_is_not_where_the_book_says_lets_nobody_in(tmp_path: Path) -> None:
    own = '\n[incoming.forum]\nformat = "discourse"\nsecrets = ["env:THERE_IS_NO_SUCH_VARIABLE"]\n'
    files = {**BOOK, "operator.toml": BOOK["operator.toml"] + own}
    with served(tmp_path, files) as service, httpx2.Client(base_url=service.url) as caller:
        call = discourse_call("post_created", moved(POST), "")
        assert code_of(send(caller, "forum", call)) == (422, "secret.missing")


def test_a_secret_that_the_vault_makes_is_printed_and_kept(bylaw: Bylaw, tmp_path: Path) -> None:
    own = '\n[incoming.forum]\nformat = "discourse"\nsecrets = ["vault:1"]\n'
    files = {**BOOK, "operator.toml": BOOK["operator.toml"] + own}
    book = written(tmp_path / "book", files)
    init_data(tmp_path / "data", "house")
    asked = ("incoming", "secret", "forum", "--book", book, "--data", tmp_path / "data")
    said = bylaw(*asked).out
    assert said.startswith("whsec_")
    assert bylaw(*asked).out == said
    with served(tmp_path, files) as service, httpx2.Client(base_url=service.url) as caller:
        secret = said.strip()
        call = discourse_call("post_created", moved(POST), secret)
        assert right(send(caller, "forum", call)) == {"taken": True}
