"""The signals about a request that a server answered: who says it sent it, and what it tries."""

from collections.abc import Callable
from typing import cast

from msgspec import UnsetType

from bylaw.events.event import Event
from bylaw.events.vocabulary import RequestServed
from bylaw.signals.signal import Lists, Signal, Value
from bylaw.signals.traffic.agents import is_crawler, tool_of
from bylaw.signals.traffic.attacks import attacks
from bylaw.signals.traffic.paths import is_sensitive

_KINDS = ("request.served",)


def _of_request(compute: Callable[[RequestServed], Value]) -> Callable[[Event, Lists], Value]:
    return lambda event, _lists: compute(cast("RequestServed", event))  # of no other kind: `kinds`


def _given(field: str | UnsetType) -> str:
    return field if isinstance(field, str) else ""


def _crawler(request: RequestServed) -> bool:
    return is_crawler(_given(request.user_agent))


def _attack(request: RequestServed) -> list[str]:
    query = _given(request.query)
    target = f"{_given(request.path)}?{query}" if query else _given(request.path)
    return attacks(target, _given(request.referrer), _given(request.user_agent), _given(request.request))


def _sensitive_path(request: RequestServed) -> bool:
    return is_sensitive(_given(request.path).partition("?")[0])


def _tool(request: RequestServed) -> str:
    return tool_of(_given(request.user_agent))


SIGNALS: tuple[Signal, ...] = (
    Signal(
        name="traffic.crawler",
        type="bool",
        doc="Whether the user agent is empty or no browser's: a declared bot, an HTTP library, a headless browser.",
        compute=_of_request(_crawler),
        kinds=_KINDS,
    ),
    Signal(
        name="traffic.attack",
        type="list(string)",
        doc="The attacks met in path, query, referrer or user agent: command, java, php, protocol, rfi, sqli, "
        "template, traversal, xss.",
        compute=_of_request(_attack),
        kinds=_KINDS,
        cost=5,
    ),
    Signal(
        name="traffic.sensitive_path",
        type="bool",
        doc="Whether the path is a probe: .env, .git, login and database consoles, backups, status pages.",
        compute=_of_request(_sensitive_path),
        kinds=_KINDS,
        cost=2,
    ),
    Signal(
        name="traffic.tool",
        type="string",
        doc="The scanning or attack tool that the user agent names, as in `sqlmap`; empty when none.",
        compute=_of_request(_tool),
        kinds=_KINDS,
    ),
)
