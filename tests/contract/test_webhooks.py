"""Webhooks to a real server: signed as the published library wants it, tried again, never to where they must not go."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from bylaw.base.errors import UpstreamError
from bylaw.book.outgoing import Webhook
from bylaw.notices.mail.composing import Address
from bylaw.notices.telling import Gathering, Way, Wording
from bylaw.notices.webhooks.announcing import LANES, WebhooksProjector, gone, settling
from bylaw.notices.webhooks.calling import HOUR, WAITS, Calling, Endpoint, Handing
from bylaw.notices.webhooks.calling import Line as Wire
from bylaw.notices.webhooks.posting import MAX_HEAD, Answer, Call, Poster
from bylaw.notices.webhooks.signing import shown
from bylaw.records.delivery import Delivery
from bylaw.records.outbox import MAX_ATTEMPTS, SECOND
from bylaw.records.rounds import Handler, Rounds
from bylaw.records.vault.uses import Use
from databases import new_place
from mail_server import certificate
from notice_world import VOICE, Office, opened
from web_server import WebServer, raw_server, web_server

OLD, NEW = b"o" * 32, b"n" * 32
HERE = ("127.0.0.1/32",)


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(new_place(tmp_path), WebhooksProjector()) as office:
        yield office


class Line:
    """An endpoint that the book names, and the worker that calls it."""

    def __init__(self, office: Office, url: str, *keys: bytes, events: Sequence[str] = ("notice.*",)) -> None:
        self.settings = {"service": Webhook(url=url, events=tuple(events), allow=HERE, timeout_seconds=5)}
        self.office, self.keys = office, keys or (OLD,)
        self.settle()
        line = Wire(self.endpoints, Poster())
        wording = Wording(office.notices, lambda _: VOICE, lambda _: Address("", "Ada", "de"))
        handlers: dict[str, Handler] = {
            "webhook": Calling(office.records, office.vault, line, "urn:house"),
            "handed": Handing(office.vault, wording, line, "urn:house"),
        }
        self._rounds = Rounds(office.records, handlers)

    def endpoints(self) -> dict[str, Endpoint]:
        return {name: Endpoint(one, self.keys) for name, one in self.settings.items()}

    def settle(self) -> None:
        if facts := settling(self.office.records, self.settings):
            self.office.records.commit(facts)

    def run(self) -> None:
        self._rounds.go()


def verified(server: WebServer, key: bytes) -> list[Any]:
    return [Verifier(shown(key)).verify(one.body, one.headers) for one in server.taken]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch, office: Office) -> None:
    """The library looks at the clock of the machine; give it the record's."""
    import datetime as dt  # noqa: PLC0415

    import standardwebhooks.webhooks as library  # noqa: PLC0415

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> "Clock":
            return cls.fromtimestamp(office.now() // SECOND, tz)

    monkeypatch.setattr(library, "datetime", Clock)


# -- what is said


def test_the_published_library_verifies_what_a_server_receives(
    office: Office, server: WebServer, now: None
) -> None:
    line = Line(office, server.url)
    notice = office.plan("acc_7", "act_1", HOUR)
    line.run()
    ((said,), (request,)) = verified(server, OLD), server.taken
    assert said["specversion"] == "1.0"
    assert (said["type"], said["source"], said["subject"]) == ("bylaw.notice.planned", "urn:house", notice.id)
    assert (said["data"]["action"], said["data"]["people"]) == ("act_1", ["acc_7"])
    assert said["id"] == "fact_2"
    assert request.headers["content-type"] == "application/cloudevents+json"
    assert (request.path, request.headers["host"]) == ("/hook?x=1", f"127.0.0.1:{server.port}")


def test_during_rotation_a_receiver_with_either_secret_is_content(
    office: Office, server: WebServer, now: None
) -> None:
    line = Line(office, server.url, NEW, OLD)
    office.plan("acc_7", "act_1", HOUR)
    line.run()
    assert verified(server, OLD) == verified(server, NEW)


def test_nothing_personal_waits_in_the_outbox_and_the_forgotten_have_no_name(
    office: Office, server: WebServer
) -> None:
    line = Line(office, server.url)
    office.plan("ada@reader.example", "act_1", HOUR)
    ((_, entry),) = Delivery(office.records).take(office.now())
    assert b"ada@reader" not in entry.body
    office.vault.destroy([office.person("ada@reader.example")], list(Use))
    office.wait(60 * SECOND)
    line.run()
    assert msgspec.json.decode(server.taken[0].body)["data"]["people"] == [None]


def test_only_what_an_endpoint_hears_is_sent_to_it(office: Office, server: WebServer) -> None:
    Line(office, server.url, events=("notice.sent", "decision.*"))
    office.plan("acc_7", "act_1", HOUR)
    assert "webhook" not in office.waiting()


def test_a_book_that_names_the_same_endpoints_changes_nothing(office: Office, server: WebServer) -> None:
    line = Line(office, server.url)
    head = office.records.head
    line.settle()
    assert office.records.head == head
    line.settings.clear()
    line.settle()
    office.plan("acc_7", "act_1", HOUR)
    assert "webhook" not in office.waiting()


def test_a_service_that_tells_people_itself_is_handed_the_message(office: Office, server: WebServer) -> None:
    line = Line(office, server.url, events=("notice.failed",))
    office.plan("acc_7", "act_1")
    Rounds(office.records, {"notices": Gathering(office.notices, lambda: Way("book", "webhook:service"))}).go(
        1
    )
    line.run()
    said = msgspec.json.decode(server.taken[0].body)
    assert (said["type"], said["data"]["people"], said["data"]["language"]) == (
        "bylaw.notice.message",
        ["acc_7"],
        "de",
    )
    assert "You must not shout." in said["data"]["text"]
    assert "<blockquote>" in said["data"]["html"]
    assert office.states("acc_7") == ["sent"]


def test_a_message_that_no_service_takes_is_a_failed_notice(office: Office, server: WebServer) -> None:
    line = Line(office, server.url, events=("notice.failed",))
    office.plan("acc_7", "act_1")
    Rounds(office.records, {"notices": Gathering(office.notices, lambda: Way("book", "webhook:service"))}).go(
        1
    )
    server.answers = [(410, {})]
    line.run()
    (notice,) = office.notices.of(office.person("acc_7"))
    assert (notice.state.value, notice.code) == ("failed", "webhook.gone")
    line.run()
    assert msgspec.json.decode(server.taken[-1].body)["type"] == "bylaw.notice.failed"


# -- when it does not get there


def test_a_call_that_fails_is_made_again_with_the_same_id(
    office: Office, server: WebServer, now: None
) -> None:
    line = Line(office, server.url)
    office.plan("acc_7", "act_1", HOUR)
    server.answers = [(500, {}), (302, {"Location": "http://127.0.0.1/elsewhere"})]
    for wait in (*WAITS[:2], 0):
        line.run()
        office.wait(wait + wait // 10)
    first, second, third = server.taken
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == third.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != third.headers["webhook-timestamp"]
    assert first.body == third.body
    assert office.waiting() == ["notices"]


def test_an_endpoint_that_asks_for_time_gets_it(office: Office, server: WebServer) -> None:
    line = Line(office, server.url)
    office.plan("acc_7", "act_1", HOUR)
    server.answers = [(429, {"Retry-After": "3600"})]
    line.run()
    office.wait(HOUR - SECOND)
    line.run()
    assert len(server.taken) == 1
    office.wait(SECOND)
    line.run()
    assert len(server.taken) == 2


def test_what_never_gets_there_is_a_dead_letter_and_can_be_sent_again(
    office: Office, server: WebServer
) -> None:
    line = Line(office, server.url)
    office.plan("acc_7", "act_1", 1000 * HOUR)
    server.answers = [(503, {})] * MAX_ATTEMPTS
    begun = office.now()
    while not Delivery(office.records).counts(office.now()).dead:
        line.run()
        office.wait(HOUR)
    assert office.now() - begun > 72 * HOUR
    (dead,) = Delivery(office.records).stuck()
    assert (dead.code, len(server.taken)) == ("webhook.503", MAX_ATTEMPTS)
    Delivery(office.records).revive(dead.seq, dead.n, office.now())
    line.run()
    assert office.waiting() == ["notices"]
    assert server.taken[-1].headers["webhook-id"] == dead.id


def test_an_endpoint_that_is_gone_is_called_no_more_until_it_is_elsewhere(
    office: Office, server: WebServer
) -> None:
    line = Line(office, server.url)
    for n in range(3):
        office.plan("acc_7", f"act_{n}", HOUR)
    server.answers = [(410, {})]
    line.run()
    line.run()
    office.plan("acc_7", "act_9", HOUR)
    assert office.waiting().count("webhook") == 0
    assert len(server.taken) <= 3
    moved = msgspec.structs.replace(line.settings["service"], url=f"http://127.0.0.1:{server.port}/new")
    line.settings["service"] = moved
    line.settle()
    office.plan("acc_7", "act_10", HOUR)
    line.run()
    assert server.taken[-1].path == "/new"


def test_one_call_that_is_always_refused_holds_up_few_others(office: Office, server: WebServer) -> None:
    line = Line(office, server.url)
    notices = [office.plan("acc_7", f"act_{n}", HOUR) for n in range(4 * LANES)]
    server.answers = [(500, {})]
    for _ in notices:
        line.run()
    assert len(server.taken) > 3 * LANES
    assert office.waiting().count("webhook") < LANES


def test_an_endpoint_that_cannot_be_reached_is_not_tried_for_each_call(
    office: Office, server: WebServer
) -> None:
    line = Line(office, "http://127.0.0.1:1/")
    for n in range(8):
        office.plan("acc_7", f"act_{n}", HOUR)
    line.run()
    codes = [entry.code for entry in Delivery(office.records).stuck()]
    assert codes.count("webhook.unreachable") == 1
    assert set(codes) == {"webhook.unreachable", "webhook.left_alone"}


def test_that_an_endpoint_is_gone_says_its_name_and_no_more() -> None:
    assert gone("service").body == b'{"endpoint":"service"}'


# -- where it may go


def call(url: str, *, allow: tuple[str, ...] = HERE, seconds: float = 5) -> Call:
    return Call(url=url, headers={}, body=b"{}", allow=allow, seconds=seconds)


def code_of(poster: Poster, one: Call) -> str:
    with pytest.raises(UpstreamError) as failed:
        poster.post(one)
    return failed.value.code


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://[fd00:ec2::254]/",
    ],
)
def test_what_only_we_can_reach_is_not_called(url: str) -> None:
    assert code_of(Poster(), call(url, allow=())) == "webhook.forbidden"


def test_a_host_with_one_forbidden_address_is_not_called_at_all() -> None:
    poster = Poster(resolve=lambda *_: ["93.184.216.34", "10.0.0.1"])
    assert code_of(poster, call("https://two-faced.example/", allow=())) == "webhook.forbidden"


def test_the_address_that_was_checked_is_the_one_that_is_called(server: WebServer) -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    answer = Poster(resolve).post(call(f"http://rebinding.example:{server.port}/"))
    assert (answer, asked) == (Answer(204, None), ["rebinding.example"])
    assert server.taken[0].headers["host"] == f"rebinding.example:{server.port}"


def test_without_encryption_only_networks_that_are_allowed_are_called() -> None:
    poster = Poster(resolve=lambda *_: ["93.184.216.34"])
    assert code_of(poster, call("http://open.example/")) == "webhook.forbidden"


def test_a_certificate_must_be_the_hosts(tmp_path: Path) -> None:
    def local(*_: object) -> Sequence[str]:
        return ["127.0.0.1"]

    here, there = certificate(tmp_path)
    with web_server(here) as server:

        def at(host: str) -> Call:
            return call(f"https://{host}:{server.port}/")

        assert Poster(local, there).post(at("localhost")).status == 204
        assert code_of(Poster(local, there), at("other.example")) == "webhook.tls"
        assert code_of(Poster(local), at("localhost")) == "webhook.tls"


def test_a_redirect_is_not_followed(server: WebServer) -> None:
    server.answers = [(307, {"Location": f"http://127.0.0.1:{server.port}/elsewhere"})]
    assert Poster().post(call(server.url)).status == 307
    assert len(server.taken) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"SSH-2.0-OpenSSH\r\n\r\n", "webhook.answer"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * (2 * MAX_HEAD), "webhook.answer"),
        (b"HTTP/1.1 103 Early\r\n\r\n" * 20, "webhook.answer"),
        (b"HTTP/1.1 999 No\r\n\r\n", "webhook.answer"),
        (b"HTTP/1.1 2", "webhook.late"),
    ],
)
def test_an_answer_can_neither_fill_memory_nor_hold_up(answer: bytes, code: str) -> None:
    with raw_server(answer) as port:
        seconds = 0.2 if code == "webhook.late" else 5
        assert code_of(Poster(), call(f"http://127.0.0.1:{port}/", seconds=seconds)) == code


def test_answers_on_the_way_are_passed_over() -> None:
    with raw_server(
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 202 Accepted\r\nretry-after: 7\r\n\r\n"
    ) as port:
        assert Poster().post(call(f"http://127.0.0.1:{port}/")) == Answer(202, 7)


def test_nobody_there_is_told_as_that() -> None:
    assert code_of(Poster(), call("http://127.0.0.1:1/")) == "webhook.unreachable"
    assert code_of(Poster(resolve=lambda *_: []), call("https://nowhere.example/")) == "webhook.unresolved"
