"""How long an event waits while one verdict is given on 500 cases, and while all of it is taken back."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from statistics import median
from typing import Any, Final

import httpx2

from bench.desk_people import CLAUSE

SAY: Final = {"thing": "your post", "facts": "It was sent many times."}
VERDICT: Final = {
    "outcome": "violation",
    "clauses": [CLAUSE],
    "reason": "It is spam.",
    "orders": [{"effect": "remove"}],
    "say": SAY,
}
QUIET: Final = 3.0  # seconds without a verdict, for comparison


def holding(url: str, key: str, since: int, queue: str = "words") -> None:
    """Print the longest wait of single events, one after the other, in milliseconds.

    ``key``: may send them, and decide; ``since``: makes their ids new.
    """
    with httpx2.Client(base_url=url, headers=_headers(key), timeout=60) as client:
        asked = {"filter": {"queue": queue}, "verdict": VERDICT}
        preview = _said(client.post("/v1/cases/bulk?preview=true", json=asked))
        done: dict[str, Any] = {}

        def decide() -> None:
            done.update(_said(client.post("/v1/cases/bulk", json={**asked, "set": preview["set"]})))

        def back() -> None:
            _said(client.post(f"/v1/cases/batches/{done['batch']}/withdraw"))

        print("\nWhat an event waits while one verdict is given on many cases")
        print(f"  {'':44} {'s':>7} {'CPU s':>7} {'median ms':>10} {'longest ms':>11} {'events':>7}")
        for name, work in (
            ("nobody decides", lambda: time.sleep(QUIET)),
            ("one verdict on many cases", decide),
            ("taken back", back),
        ):
            events = _Events(url, key, f"held_{since}_{name}_")
            wall, cpu = beside(events, work)
            middle, longest = median(events.waits) * 1_000, max(events.waits) * 1_000
            print(f"  {name:44} {wall:7.2f} {cpu:7.2f} {middle:10.1f} {longest:11.0f} {len(events.waits):7}")
        print(f"  {done['decided']} cases were decided and {len(done['left'])} left, as somebody has them")


def _headers(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def _said(answer: httpx2.Response) -> Any:  # noqa: ANN401 - what JSON says
    return answer.raise_for_status().json()


class _Events:
    """Sends events one after the other, in a thread, until it is told to stop; ``waits`` has the seconds that each took."""

    def __init__(self, url: str, key: str, prefix: str) -> None:
        self.waits: list[float] = []
        self.over = threading.Event()
        self._url, self._key, self._prefix = url, key, prefix

    def send(self) -> None:
        with httpx2.Client(base_url=self._url, headers=_headers(self._key), timeout=60) as client:
            for number in count():
                at = datetime.now(UTC).isoformat()  # noqa: TID251 - it is sent now
                event = {"kind": "post.created", "at": at, "actor": "acc_held", "text": "odd"}
                began = time.perf_counter()
                client.post("/v1/events", json={**event, "id": f"{self._prefix}{number}"}).raise_for_status()
                self.waits.append(time.perf_counter() - began)
                if self.over.is_set():
                    return


def beside(events: _Events, work: Callable[[], object]) -> tuple[float, float]:
    """Do something while events are sent; return its seconds, and those of CPU."""
    thread = threading.Thread(target=events.send)
    wall, cpu = time.perf_counter(), time.process_time()
    thread.start()
    try:
        work()
        return time.perf_counter() - wall, time.process_time() - cpu
    finally:
        events.over.set()
        thread.join()
