"""Letting staff in takes time, and holds up nobody: neither the deciding nor those who are signed in."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from bylaw.staff.passwords import Hasher
from bylaw.web.porter import BOUNDS, Kind
from service import PATIENCE, Service, post, served
from staff_browser import OURS, Browser, at_a_browser, at_work, code_of, right
from staff_world import CHEAP, GOOD, Clock, address


class Slow(Hasher):
    """Verifies nothing until it may. ``begun`` counts who waits at it."""

    def __init__(self) -> None:
        super().__init__(lambda size: b"s" * size, CHEAP)
        self.may = threading.Event()
        self.begun = threading.Semaphore(0)
        self.may.set()

    def verify(self, kept: str | None, password: str) -> bool:
        self.begun.release()
        self.may.wait()
        return super().verify(kept, password)


@pytest.fixture
def hasher() -> Slow:
    return Slow()


@pytest.fixture
def clock() -> Clock:
    return at_work()


@pytest.fixture
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock, hasher: Slow) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("beside"), clock=clock, hasher=hasher) as running:
        try:
            yield running
        finally:
            hasher.may.set()


@pytest.fixture
def ada(service: Service, clock: Clock) -> Iterator[Browser]:
    with at_a_browser(service, clock)("ada", "admin") as browser:
        yield browser


def come(service: Service, name: str) -> httpx2.Response:
    body = {"address": address(name), "password": GOOD}
    return httpx2.post(service.url + "/v1/session/password", headers=OURS, json=body, timeout=PATIENCE)


def test_deciding_and_sessions_go_on_while_passwords_are_looked_at(
    service: Service, hasher: Slow, ada: Browser
) -> None:
    while hasher.begun.acquire(blocking=False):
        pass
    hasher.may.clear()
    threads = BOUNDS[Kind.DOOR].threads
    with ThreadPoolExecutor(threads) as pool, service.client() as program:
        coming = [pool.submit(come, service, "ada") for _ in range(threads)]
        for _ in coming:
            hasher.begun.acquire()
        assert right(program.post("/v1/events", json=post("evt_1", "AAA")))["outcome"] == "hold"
        assert right(ada.ask("GET", "/v1/me"))["name"] == "Ada"
        assert right(ada.ask("GET", "/v1/staff"))["members"]
        hasher.may.set()
        assert [right(one.result())["signed_in"] for one in coming] == [False] * threads  # a code is wanted


def test_no_more_wait_at_the_door_than_it_bears(
    service: Service, hasher: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BOUNDS, Kind.DOOR, BOUNDS[Kind.DOOR]._replace(waiting=2))
    while hasher.begun.acquire(blocking=False):
        pass
    hasher.may.clear()
    with ThreadPoolExecutor(2) as pool:
        coming = [pool.submit(come, service, "bo") for _ in range(2)]
        for _ in coming:
            hasher.begun.acquire()
        late = come(service, "cy")
        assert code_of(late) == (503, "web.busy")
        assert late.headers["retry-after"] == "1"
        hasher.may.set()
        assert {code_of(one.result()) for one in coming} == {(403, "staff.refused")}
