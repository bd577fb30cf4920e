"""Asks the service. Every request may be made again: events are known by their ids, the rest only reads or repeats."""

import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from bylaw.client.answers import Access, Action, Answer, State
from bylaw.client.connections import Connections
from bylaw.client.patience import Patience, Tries
from bylaw.client.problems import (
    Problem,
    Told,
    broken,
    problem,
    problem_of,
    unreachable,
)

BATCH_LINES: Final = 500  # events sent together
BATCH_BYTES: Final = 256 << 10  # so much is sent before anything of the answer is read
AT_ONCE: Final = 500  # actions acknowledged together
PAGE: Final = 200  # actions read together
_JSON: Final = "application/json"
_NDJSON: Final = "application/x-ndjson"
_OK: Final = 200

Event = Mapping[str, Any] | msgspec.Struct

T = TypeVar("T")


class _Page(msgspec.Struct):
    actions: tuple[Action, ...]
    next: str | None


class _Acknowledge(msgspec.Struct):
    actions: Sequence[str]


class _Standing(msgspec.Struct):
    action: str
    state: State | None


class _Acknowledged(msgspec.Struct):
    actions: tuple[_Standing, ...]


class _NoAccess(msgspec.Struct):
    access: Access


class _Line(msgspec.Struct):
    answer: Answer | None = None
    problem: Told | None = None
    ended: bool = False


class Client:
    """A service, as a key may use it. Any thread may ask; make one after a process has forked, not before.

    Args:
        url: of the service: ``https://bylaw.example``.
        key: of its API.
        patience: how long it is tried.
        context: what is trusted, where TLS is spoken.

    Every method raises ``Problem``.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        patience: Patience | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._patience = patience or Patience()
        self._connections = Connections(url, self._patience.timeout, context)
        self._key = {"authorization": f"Bearer {key}"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close connections."""
        self._connections.close()

    def decide(self, event: Event, *, warned: str = "") -> Answer:
        """Return the decision about an event: durable.

        Args:
            event: as in docs/events.md. Give it an id, and sent again it gets the first decision.
            warned: the decision (its id) that warned the author, who insists.
        """
        path = "/v1/events" + (f"?{urlencode({'warned': warned})}" if warned else "")
        return self._asked("POST", path, Answer, msgspec.json.encode(event))

    def decide_many(self, events: Iterable[Event]) -> Iterator[Answer | Problem]:
        """Yield what is said of each event, in order: its decision, or what is wrong with it.

        Events are taken as they are sent, some hundred at a time. When this raises, what was yielded is decided; of the
        next few hundred nothing is known, and to send them again is safe.
        """
        for lines in _batches(events):
            yield from self._decided(lines)

    def access(self, account: str) -> Access:
        """Return what an account may do now. An account that nobody knows may do everything."""
        try:
            return self._asked("GET", f"/v1/access/{quote(account, safe='')}", Access)
        except _ClosedError as closed:
            return closed.access

    def actions(
        self, *, states: Iterable[State] = (), account: str = "", rule: str = "", decision: str = ""
    ) -> Iterator[Action]:
        """Yield actions, the newest first, a page at a time: those in some states, on an account, of a rule or decision."""
        wanted = [("state", str(state)) for state in states]
        wanted += [(k, v) for k, v in (("account", account), ("rule", rule), ("decision", decision)) if v]
        cursor: str | None = ""
        while cursor is not None:
            query = urlencode([*wanted, ("limit", str(PAGE)), *([("cursor", cursor)] if cursor else [])])
            page = self._asked("GET", f"/v1/actions?{query}", _Page)
            yield from page.actions
            cursor = page.next

    def acknowledge(self, actions: Iterable[str]) -> dict[str, State | None]:
        """Say that actions (their ids) were carried out; return where each stands now, and nothing where there is none.

        To say it again does no harm.
        """
        names, standing = list(dict.fromkeys(actions)), dict[str, State | None]()
        for start in range(0, len(names), AT_ONCE):
            body = msgspec.json.encode(_Acknowledge(names[start : start + AT_ONCE]))
            told = self._asked("POST", "/v1/actions/acknowledge", _Acknowledged, body)
            standing |= {one.action: one.state for one in told.actions}
        return standing

    # --

    def _asked(self, method: str, path: str, wanted: type[T], body: bytes | None = None) -> T:
        tries = Tries(self._patience)
        while True:
            try:
                return self._once(method, path, wanted, body)
            except Problem as error:
                tries.again(error)

    def _once(self, method: str, path: str, wanted: type[T], body: bytes | None) -> T:
        headers = self._key if body is None else {**self._key, "content-type": _JSON}
        with self._connections.asking(method, path, headers, body) as answer:
            told = answer.read()
        if answer.status != _OK:
            raise _told(answer.status, told, answer.headers.get("retry-after", ""))
        return _decoded(told, wanted)

    def _decided(self, lines: Sequence[bytes]) -> Iterator[Answer | Problem]:
        tries, told = Tries(self._patience), 0
        while told < len(lines):
            said, stopped = self._streamed(lines[told:])
            yield from said
            told += len(said)
            if told < len(lines):
                if said:
                    tries = Tries(self._patience)
                tries.again(stopped or unreachable("the answer broke off"))

    def _streamed(self, lines: Sequence[bytes]) -> tuple[list[Answer | Problem], Problem | None]:
        """Return what was said of the first lines, and what stopped it there."""
        said: list[Answer | Problem] = []
        headers = {**self._key, "content-type": _NDJSON}
        try:
            with self._connections.asking("POST", "/v1/events", headers, b"\n".join(lines)) as answer:
                if answer.status != _OK:
                    return said, _told(answer.status, answer.read(), answer.headers.get("retry-after", ""))
                for line in answer:
                    if not line.endswith(b"\n"):  # it breaks off
                        break
                    one = _decoded(line, _Line)
                    if one.ended and one.problem is not None:
                        return said, problem(one.problem)
                    said.append(_said(one))
        except Problem as error:
            return said, error
        return said, None


class _ClosedError(Problem):
    """An account that may not act: an answer, and no mistake."""

    def __init__(self, told: Told, access: Access) -> None:
        super().__init__(told)
        self.access = access


def _told(status: int, body: bytes, after: str) -> Problem:
    found = problem_of(status, body, after)
    if found.code.startswith("access."):
        return _ClosedError(found.told, _decoded(body, _NoAccess).access)
    return found


def _said(line: _Line) -> Answer | Problem:
    if line.answer is not None:
        return line.answer
    return broken() if line.problem is None else problem(line.problem)


def _decoded(body: bytes, wanted: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=wanted)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise broken() from None


def _batches(events: Iterable[Event]) -> Iterator[list[bytes]]:
    lines: list[bytes] = []
    size = 0
    for event in events:
        line = msgspec.json.encode(event)
        if lines and (len(lines) >= BATCH_LINES or size + len(line) > BATCH_BYTES):
            yield lines
            lines, size = [], 0
        lines.append(line)
        size += len(line) + 1
    if lines:
        yield lines
