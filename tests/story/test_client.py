"""The client, against a service that runs, and with something unreliable between the two."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bylaw.client import (
    Access,
    Action,
    Answer,
    BrokenError,
    BusyError,
    Client,
    ConflictError,
    InputError,
    Outcome,
    Patience,
    Problem,
    RefusedError,
    State,
    UnreachableError,
)
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import open_record
from bylaw.staff.workflow import open_staff
from bylaw.web.api.access import AccessAnswer
from bylaw.web.api.answers import EventAnswer
from bylaw.web.api.told_actions import ActionView
from gate import Gate, Mood, gate
from service import BOOK, EVERYTHING, Service, message, post, served, written


@dataclass
class Time:
    """Passes only when somebody waits."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def patience(self, attempts: int = 6, seconds: float = 30.0) -> Patience:
        return Patience(
            attempts=attempts, seconds=seconds, chance=lambda: 1.0, wait=self.wait, clock=lambda: self.now
        )


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture
def between(service: Service) -> Iterator[Gate]:
    with gate(service.url) as made:
        yield made


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def client(service: Service, between: Gate, time: Time) -> Iterator[Client]:
    with Client(between.url, service.key(), patience=time.patience()) as made:
        yield made


def busy(after: int) -> Mood:
    body = b'{"type":"urn:bylaw:problem:web.busy","title":"","status":503,"code":"web.busy","detail":"later"}'
    return Mood(status=503, body=body, headers=(("retry-after", str(after)),))


def test_an_answer_is_a_value_with_the_clause_in_its_own_words(client: Client) -> None:
    said = client.decide(post("evt_client_1", "AAA"))
    assert (said.event_id, said.outcome, said.duplicate) == ("evt_client_1", Outcome.HOLD, False)
    assert [(one.clause, one.text) for one in said.clauses] == [("house/words/p1", "You must not shout.")]
    assert [one.effect for one in said.effects] == ["hold", "label", "review"]
    assert said.dropped[0].why == "superseded by hold"
    again = client.decide(post("evt_client_1", "AAA"))
    assert again == msgspec.structs.replace(said, duplicate=True)


@pytest.mark.parametrize(
    ("ours", "theirs"), [(Answer, EventAnswer), (Access, AccessAnswer), (Action, ActionView)]
)
def test_the_values_are_those_that_the_service_tells(ours: Any, theirs: Any) -> None:
    assert ours.__struct_fields__ == theirs.__struct_fields__


def test_access_is_a_value_whatever_it_says(client: Client) -> None:
    assert client.access("acc_nobody") == Access(allowed=True)
    client.decide(post("evt_client_2", "nuisance", actor="acc/gone ü?x=1"))
    gone = client.access("acc/gone ü?x=1")
    assert (gone.allowed, gone.clauses, gone.may("search")) == (False, ("house/words/p1",), False)
    assert gone.until is not None
    client.decide(post("evt_client_3", "scraper", actor="acc_limits"))
    client.decide(post("evt_client_4", "chatter", actor="acc_limits"))
    some = client.access("acc_limits")
    assert (some.allowed, some.restricted, some.per_hour) == (True, ("search", "uploads"), 10)
    assert (some.may("search"), some.may("posts")) == (False, True)


def test_who_was_warned_may_insist(client: Client) -> None:
    warned = client.decide(post("evt_loud_1", "AAA!"))
    assert warned.outcome is Outcome.WARN
    insisted = client.decide(post("evt_loud_2", "AAA!"), warned=warned.decision)
    assert (insisted.outcome, [one.effect for one in insisted.dropped]) == (Outcome.ALLOW, ["warn"])


def test_actions_are_read_and_acknowledged(client: Client) -> None:
    made = client.decide(post("evt_held", "AAA", actor="acc_held"))
    held = {one.effect: one for one in client.actions(decision=made.decision)}
    assert held.keys() == {"hold", "label"}
    assert (held["hold"].state, held["hold"].account) == (State.PLANNED, "acc_held")
    assert client.acknowledge([held["hold"].action, "act_none", held["hold"].action]) == {
        held["hold"].action: State.ACKNOWLEDGED,
        "act_none": None,
    }
    open_, done = ([State.PLANNED], [State.ACKNOWLEDGED])
    assert [one.effect for one in client.actions(states=open_, account="acc_held")] == ["label"]
    assert [one.effect for one in client.actions(states=done, account="acc_held")] == ["hold"]
    many = [post(f"evt_hold_{number}", "AAA", actor="acc_many") for number in range(130)]
    assert len(list(client.decide_many(many))) == 130
    names = [one.action for one in client.actions(account="acc_many")]
    assert len(set(names)) == 260
    assert set(client.acknowledge(names).values()) == {State.ACKNOWLEDGED}


def test_who_is_told_to_come_again_comes_again_when_told(client: Client, between: Gate, time: Time) -> None:
    between.moods = [busy(7), busy(0)]
    assert client.decide(post("evt_later", "AAA")).outcome is Outcome.HOLD
    assert time.waits == [7.1, 0.2]
    assert len(set(between.asked)) == 1  # the same bytes: the same event


def test_waits_grow_and_end_with_the_attempts_or_with_patience(
    service: Service, between: Gate, time: Time
) -> None:
    between.moods = [busy(0)] * 20
    with Client(between.url, service.key(), patience=time.patience(attempts=5)) as client:
        with pytest.raises(BusyError) as told:
            client.access("acc_1")
        assert (told.value.code, told.value.status) == ("web.busy", 503)
        assert time.waits == [0.1, 0.2, 0.4, 0.8]
    between.moods = [busy(20), busy(20)]
    with Client(between.url, service.key(), patience=time.patience()) as client, pytest.raises(BusyError):
        client.access("acc_1")
    assert time.waits[4:] == [20.1]  # a second one would end after 30 seconds


def test_whoever_hangs_up_or_breaks_off_is_asked_again(client: Client, between: Gate) -> None:
    between.moods = [
        Mood(hangs_up=True),
        Mood(breaks_off_after=20),
        Mood(status=502, body=b"<html>Bad Gateway</html>"),
    ]
    said = client.decide(post("evt_dropped", "AAA"))
    assert said.duplicate  # what broke off had been decided
    assert len(between.asked) == 4


def test_nobody_there_is_told_when_patience_is_at_its_end(time: Time) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with Client(f"http://127.0.0.1:{port}", "key_x", patience=time.patience(attempts=2)) as client:
        with pytest.raises(UnreachableError) as told:
            client.decide(post("evt_nobody"))
        assert (told.value.code, told.value.status) == ("client.unreachable", 0)
        with pytest.raises(UnreachableError):
            next(client.decide_many([post("evt_nobody")]))
    with pytest.raises(ValueError, match="no address"):
        Client("bylaw.example", "key_x")


def test_what_would_not_help_is_not_tried_again(
    client: Client, service: Service, between: Gate, time: Time
) -> None:
    client.decide(post("evt_problem"))
    with pytest.raises(ConflictError) as conflict:
        client.decide(post("evt_problem", "something else"))
    assert (conflict.value.code, conflict.value.status) == ("event.conflict", 409)
    assert conflict.value.told.hint
    with pytest.raises(InputError) as wrong:
        client.decide({"kind": "no.such"})
    assert (wrong.value.code, wrong.value.status) == ("event.unknown_kind", 422)
    with Client(between.url, "key_nobody", patience=time.patience()) as stranger:
        with pytest.raises(RefusedError, match="key"):
            stranger.access("acc_1")
        with pytest.raises(RefusedError):
            list(stranger.decide_many([post("evt_stranger")]))
    with (
        Client(between.url, service.key("access.read"), patience=time.patience()) as reader,
        pytest.raises(RefusedError) as refused,
    ):
        reader.decide(post("evt_reader"))
    assert refused.value.code == "web.may_not"
    assert time.waits == []


def test_what_is_no_answer_of_the_service_is_told_so(client: Client, between: Gate) -> None:
    for mood in (Mood(status=200, body=b"<html>Welcome!</html>"), Mood(status=500, body=b"oops")):
        between.moods = [mood]
        with pytest.raises(BrokenError):
            client.decide(post("evt_broken"))
    between.moods = [Mood(status=302, headers=(("location", "https://elsewhere.example"),))]
    with pytest.raises(BrokenError) as told:
        client.access("acc_1")
    assert told.value.code == "http.302"


def test_many_are_answered_in_order_and_a_bad_one_in_its_place(client: Client, between: Gate) -> None:
    events: list[dict[str, Any]] = [
        post(f"evt_many_{n}", "AAA" if n % 7 == 0 else "calm") for n in range(1200)
    ]
    events[601] = {"kind": "no.such", "id": "x"}
    said = list(client.decide_many(events))
    assert len(said) == 1200
    assert isinstance(said[601], InputError)
    answers = [(n, one) for n, one in enumerate(said) if isinstance(one, Answer)]
    assert [one.event_id for _, one in answers] == [f"evt_many_{n}" for n, _ in answers]
    assert all((one.outcome is Outcome.HOLD) == (n % 7 == 0) for n, one in answers)
    assert len(between.asked) == 3


def test_of_an_endless_stream_only_a_batch_is_held(client: Client) -> None:
    taken = 0

    def endless() -> Iterator[dict[str, Any]]:
        nonlocal taken
        while True:
            taken += 1
            yield post(f"evt_endless_{taken}", "x" * 1000)

    said = client.decide_many(endless())
    first = [next(said) for _ in range(3)]
    assert [one.event_id for one in first if isinstance(one, Answer)] == [
        "evt_endless_1",
        "evt_endless_2",
        "evt_endless_3",
    ]
    assert taken < 300  # 256 KiB


def test_a_stream_that_breaks_off_goes_on_where_it_was(client: Client, between: Gate) -> None:
    events = [post(f"evt_torn_{number}", "AAA") for number in range(400)]
    between.moods = [
        Mood(breaks_off_after=40_000),
        busy(1),
        Mood(breaks_off_after=40_000),
        Mood(hangs_up=True),
    ]
    said = list(client.decide_many(events))
    assert [one.event_id for one in said if isinstance(one, Answer)] == [event["id"] for event in events]
    assert len(between.asked) == 5
    sizes = [body.count(b"\n") + 1 for body in between.asked]
    assert sizes[0] == 400 > sizes[1] == sizes[2] > sizes[3] == sizes[4]


def test_one_connection_serves_many_requests_and_any_number_of_threads(client: Client, between: Gate) -> None:
    for number in range(20):
        client.access(f"acc_{number}")
    list(client.decide_many([post("evt_one_more")]))
    assert between.connections == 1
    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(client.decide, [post(f"evt_thread_{n}") for n in range(100)]))
    assert [one.event_id for one in said] == [f"evt_thread_{n}" for n in range(100)]
    assert between.connections <= 9


@dataclass
class Mortal:
    """``bylaw serve``, which is killed and comes back at the same address."""

    folder: Path
    port: int
    running: "subprocess.Popen[str] | None" = None
    lives: int = 0

    def start(self) -> None:
        command = [sys.executable, "-c", "from bylaw.cli.main import main; main()", "serve", "--quiet"]
        command += ["--book", str(self.folder / "book"), "--data", str(self.folder / "data")]
        self.running = subprocess.Popen(
            [*command, "--port", str(self.port)], stdout=subprocess.PIPE, text=True
        )
        assert self.running.stdout
        assert "http" in self.running.stdout.readline()
        self.lives += 1

    def kill(self) -> None:
        assert self.running
        self.running.send_signal(signal.SIGKILL)
        self.running.communicate()


def test_a_service_killed_between_batches_and_started_again_loses_nothing(tmp_path: Path) -> None:
    written(tmp_path / "book", BOOK)
    init_data(tmp_path / "data", "house")
    with (
        open_record(tmp_path / "data", writing=True) as kept,
        open_staff(kept.records, kept.vault, tmp_path / "data") as staff,
    ):
        key = staff.keys.create("test", EVERYTHING).token
    with socket.create_server(("127.0.0.1", 0)) as free:
        mortal = Mortal(tmp_path, free.getsockname()[1])
    mortal.start()

    def events() -> Iterator[dict[str, Any]]:
        for number in range(900):
            if number == 700:  # the second batch is being made
                mortal.kill()
            yield message(f"evt_{number}", actor=f"acc_{number % 150}")

    said: list[Answer | Problem] = []
    try:
        revive = Patience(wait=lambda _: mortal.start())
        with Client(f"http://127.0.0.1:{mortal.port}", key, patience=revive) as client:
            said += client.decide_many(events())
    finally:
        mortal.kill()
    assert mortal.lives == 2
    answers = [one for one in said if isinstance(one, Answer)]
    assert [one.event_id for one in answers] == [f"evt_{number}" for number in range(900)]
    assert [one.outcome for one in answers] == [Outcome.ALLOW] * 750 + [Outcome.REMOVE] * 150
    with open_record(tmp_path / "data", writing=False) as record:
        decided = {row.seq for row in record.records.rows(kinds={"event.decided"})}
    assert decided == {one.seq for one in answers}
