"""How long an event waits while one verdict is given on 500 cases, and while all of it is taken back."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
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


def holding(client: httpx2.Client, key: str, since: int) -> None:
    """Print the longest wait of single events, one after the other, in milliseconds.

    ``key``: may send them; ``since``: makes their ids new.
    """
    asked = {"filter": {"queue": "words"}, "verdict": VERDICT}
    preview = client.post("/v1/cases/bulk?preview=true", json=asked).json()
    done: dict[str, Any] = {}

    def decide() -> None:
        done.update(client.post("/v1/cases/bulk", json={**asked, "set": preview["set"]}).json())

    def back() -> None:
        client.post(f"/v1/cases/batches/{done['batch']}/withdraw")

    print("\nWhat an event waits while one verdict is given on many cases")
    print(f"  {'':44} {'s':>7} {'CPU s':>7} {'longest ms':>11} {'events':>7}")
    for name, work in (
        ("nobody decides", lambda: time.sleep(QUIET)),
        (f"one verdict on {preview['cases']} cases", decide),
        ("taken back", back),
    ):
        wall, cpu, longest, events = beside(_Events(str(client.base_url), key, f"held_{since}_{name}_"), work)
        print(f"  {name:44} {wall:7.2f} {cpu:7.2f} {longest:11.0f} {events:7}")


class _Events:
    """Sends events one after the other, in a thread, until it is told to stop; ``waits`` has the seconds that each took."""

    def __init__(self, url: str, key: str, prefix: str) -> None:
        self.waits: list[float] = []
        self.over = threading.Event()
        self._url, self._headers, self._prefix = url, {"authorization": f"Bearer {key}"}, prefix

    def send(self) -> None:
        with httpx2.Client(base_url=self._url, headers=self._headers, timeout=60) as client:
            for number in count():
                at = datetime.now(UTC).isoformat()  # noqa: TID251 - it is sent now
                event = {"kind": "post.created", "at": at, "actor": "acc_held", "text": "odd"}
                began = time.perf_counter()
                client.post("/v1/events", json={**event, "id": f"{self._prefix}{number}"}).raise_for_status()
                self.waits.append(time.perf_counter() - began)
                if self.over.is_set():
                    return


def beside(events: _Events, work: Callable[[], object]) -> tuple[float, float, float, int]:
    """Do something while events are sent; return its seconds, those of CPU, the longest wait in ms, and how many events."""
    thread = threading.Thread(target=events.send)
    wall, cpu = time.perf_counter(), time.process_time()
    thread.start()
    work()
    spent = time.perf_counter() - wall, time.process_time() - cpu
    events.over.set()
    thread.join()
    return *spent, max(events.waits) * 1_000, len(events.waits)
