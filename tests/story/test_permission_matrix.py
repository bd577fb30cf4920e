"""Every role and every scope of a key, at every route there is: let through exactly where the permissions say so.

Made from the table of routes: a route that is added is in the matrix. Nothing is asked with a body or an id that means
something, so that what is let through does nothing; whether it was is told by the code of the answer.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from typing import get_args, get_type_hints

import pytest

from bylaw.staff.permissions import ACTS, ORDERS, PERMISSIONS, Grant, may
from bylaw.staff.roles import BUILT_IN, Assignment, Role, grants_of, needs_second
from bylaw.staff.tokens import token_digest
from bylaw.web.api.orders import Ordered
from bylaw.web.app import ROUTES
from bylaw.web.routes import Route
from service import BOOK, EVERYTHING, PATIENCE, Service, served
from staff_browser import OURS, Browser, at_a_browser, at_work, cheap
from staff_world import MINUTE, Clock

OWN = "night-shift"
ROLES: Mapping[str, Role] = {
    **BUILT_IN,
    OWN: Role(
        "decides at night", frozenset({"case.read", "decision.read", "hold.place"}), second_factor=True
    ),
}
BOOK_WITH_ROLE = {
    **BOOK,
    "operator.toml": BOOK["operator.toml"]
    + f'\n[roles.{OWN}]\npurpose = "decides at night"\nsecond_factor = true\n'
    + 'permissions = ["case.read", "decision.read", "hold.place"]\n',
}
HERE = ("words", "spam")  # queues
THERE = ("house/words/p1", "house/complaints")  # clauses
AT_THE_DOOR = {
    *("web.who", "web.person", "web.forged", "web.may_not"),
    *("staff.session", "staff.second_factor", "key.refused"),
}
COOKIE = "bylaw-session"
LEAST = 5_000  # cells of the matrix
OLD = 11 * MINUTE  # after which a factor was not shown just before


@dataclass(frozen=True)
class Caller:
    """Somebody who asks. ``strong``: two factors were shown; ``fresh``: just before."""

    name: str
    headers: Mapping[str, str]
    grants: tuple[Grant, ...] = ()
    person: bool = False
    wants_second: bool = False
    strong: bool = False
    fresh: bool = False
    forged: bool = False  # a page of somebody else has the browser ask
    one_scope: bool = False  # a key with one permission; pages look at no key: one key of all is enough

    def may(self, route: Route) -> bool:
        """What the permissions say."""
        if self.forged and route.method != "GET":
            return route.permission is None and not route.signed_in and not route.guarded
        if route.permission is None:
            return self.person or not route.signed_in
        if route.page and not self.person:
            return False
        if self.wants_second and not self.strong:
            return False
        if PERMISSIONS[route.permission].fresh and not (self.person and self.fresh):
            return False
        return any(
            may(self.grants, permission, queue, clause)
            for permission in route.permissions
            for queue in (None, *HERE)
            for clause in (None, *THERE)
        )


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("matrix"), BOOK_WITH_ROLE, clock=clock, hasher=cheap()) as running:
        yield running


def programs(service: Service) -> Iterator[Caller]:
    yield Caller("nobody", OURS)
    yield Caller("nobody, sent by somebody else", {}, forged=True)
    yield Caller("who made up a key", {"authorization": "Bearer key_0_0", **OURS})
    ring = service.staff.keys
    scopes = [*((name,) for name in EVERYTHING), EVERYTHING]
    for scope in scopes:
        made = ring.create("scope", scope)
        name = f"key for {scope[0] if len(scope) == 1 else 'everything'}"
        headers = {"authorization": f"Bearer {made.token}", **OURS}
        yield Caller(name, headers, made.key.grants, one_scope=len(scope) == 1)
    made = ring.create("narrowed", EVERYTHING, queues=HERE[:1], clauses=THERE[:1])
    yield Caller("narrowed key", {"authorization": f"Bearer {made.token}", **OURS}, made.key.grants)
    made = ring.create("elsewhere", EVERYTHING, queues=["elsewhere"])
    grants = tuple(Grant(grant.permission, frozenset(HERE)) for grant in made.key.grants)
    yield Caller("key for other queues", {"authorization": f"Bearer {made.token}", **OURS}, grants)


def people(service: Service, clock: Clock) -> Iterator[Caller]:
    make = at_a_browser(service, clock)
    assigned = [(), *((Assignment(name),) for name in ROLES)]
    assigned += [(Assignment("reviewer", HERE[:1], THERE[:1]),), tuple(map(Assignment, ROLES))]
    stale = [cookie(make(f"stale{number}", *roles, known=ROLES)) for number, roles in enumerate(assigned)]
    clock.pass_(OLD)
    for number, roles in enumerate(assigned):
        weak = cookie(make(f"weak{number}", *roles, phone=False, known=ROLES))
        fresh = cookie(make(f"fresh{number}", *roles, known=ROLES))
        whose = Caller(
            "+".join(one.role for one in roles) or "no role",
            {},
            grants_of(roles, ROLES),
            person=True,
            wants_second=needs_second(roles, ROLES),
        )
        yield at(whose, "one factor", {**OURS, "cookie": weak})
        yield at(whose, "two factors", {**OURS, "cookie": stale[number]}, strong=True)
        elsewhere = {"cookie": fresh, "origin": "https://evil.example"}
        yield at(whose, "forged", elsewhere, strong=True, fresh=True, forged=True)
        yield at(whose, "shown just now", {**OURS, "cookie": fresh}, strong=True, fresh=True)


def at(
    whose: Caller,
    name: str,
    headers: Mapping[str, str],
    *,
    strong: bool = False,
    fresh: bool = False,
    forged: bool = False,
) -> Caller:
    name = f"{whose.name}, {name}"
    return replace(whose, name=name, headers=headers, strong=strong, fresh=fresh, forged=forged)


def cookie(browser: Browser) -> str:
    with browser:
        return f"{COOKIE}={browser.client.cookies[COOKIE]}"


@contextmanager
def put_back(service: Service, caller: Caller) -> Iterator[None]:
    """Have a session open again that was ended in between."""
    desk, token = (
        service.staff.means.desk,
        token_digest(caller.headers.get("cookie", "").removeprefix(f"{COOKIE}=")),
    )
    session = desk.session(token)
    yield
    if session and not desk.session(token):
        desk.open_session(token, session)


def passes(connection: HTTPConnection, route: Route, headers: Mapping[str, str]) -> bool:
    """Tell whether a route lets somebody through."""
    path = route.path
    while "{" in path:
        before, _, rest = path.partition("{")
        path = f"{before}none{rest.partition('}')[2]}"
    connection.request(route.method, path, headers=dict(headers))
    answer = connection.getresponse()
    body = answer.read()
    if answer.status < 400:
        return True
    code = answer.headers["x-problem"] or json.loads(body)["code"]
    # Whoever changes what lets them in is asked behind the door for what is shown just before.
    return code not in AT_THE_DOOR and not (code == "staff.prove" and route.permission)


def test_every_caller_at_every_route_is_let_through_exactly_where_the_permissions_say_so(
    service: Service, clock: Clock
) -> None:
    gaps: list[str] = []
    asked = 0
    connection = HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
    callers = [*programs(service), *people(service, clock)]
    cells = [(caller, [one for one in ROUTES if not (one.page and caller.one_scope)]) for caller in callers]
    for caller, routes in cells:
        for route in sorted(routes, key=lambda route: route.name == "end_my_sessions"):
            with put_back(service, caller):
                passed, asked = passes(connection, route, caller.headers), asked + 1
            if passed != caller.may(route):
                gaps.append(f"{caller.name}: {route.method} {route.path}: let through is {passed}")
    connection.close()
    counts = f"{len(ROUTES)} routes, {len(callers)} callers, {asked} asked, {len(gaps)} gaps"
    assert (gaps, asked) == ([], sum(len(routes) for _, routes in cells)), counts
    assert asked >= LEAST, counts


ARGUMENTS = {"suspend": 3, "rate_limit": 10, "restrict": ["uploads"], "label": "loud"}


def ordered(connection: HTTPConnection, token: str, effect: str) -> str:
    """Order something about nobody; return the code of the answer."""
    order = {"effect": effect} | ({"argument": ARGUMENTS[effect]} if effect in ARGUMENTS else {})
    asked = {"account": "nobody", "orders": [order], "clauses": THERE[:1], "reason": "Enough."}
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    connection.request("POST", "/v1/actions", json.dumps(asked), headers)
    return str(json.loads(connection.getresponse().read())["code"])


def test_every_effect_takes_its_own_permission_or_the_one_for_all(service: Service) -> None:
    assert set(get_args(get_type_hints(Ordered)["effect"])) == set(ORDERS)
    assert set(ORDERS.values()) <= set(EVERYTHING)
    ring, connection = service.staff.keys, HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
    for scope in dict.fromkeys([ACTS, *ORDERS.values()]):
        here, elsewhere = ring.create("here", [scope]), ring.create("there", [scope], clauses=THERE[1:])
        for effect, permission in ORDERS.items():
            mine = scope in {ACTS, permission}
            assert ordered(connection, here.token, effect) == ("account.unknown" if mine else "web.may_not")
            assert ordered(connection, elsewhere.token, effect) == (
                "web.may_not_here" if mine else "web.may_not"
            )
    connection.close()
