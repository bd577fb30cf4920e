"""A member of staff at a browser: cookies are kept, pages are ours, a phone is at hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx2
import pyotp

from bylaw.staff.passwords import Hasher
from bylaw.staff.roles import BUILT_IN, Assignment
from bylaw.staff.roles import Role as StaffRole
from service import PATIENCE, Service
from staff_world import CHEAP, GOOD, START, Clock, address

OURS = {"x-bylaw-request": "1", "sec-fetch-site": "same-origin"}
STEP = 30_000_000  # microseconds of a phone's code


def cheap() -> Hasher:
    """A hasher that takes no time."""
    return Hasher(lambda size: b"s" * size, CHEAP)


def at_work() -> Clock:
    """A clock that is set by hand."""
    clock = Clock()
    clock.now = START
    return clock


@dataclass
class Browser:
    """One browser. ``phone`` is the secret of its owner's phone."""

    service: Service
    clock: Clock
    name: str
    client: httpx2.Client = field(init=False)
    phone: str = ""

    def __post_init__(self) -> None:
        headers = {**OURS, "origin": self.service.url}
        self.client = httpx2.Client(base_url=self.service.url, headers=headers, timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> httpx2.Response:
        return self.client.request(method, path, json=body)

    def post(self, path: str, **body: Any) -> httpx2.Response:
        return self.client.post(path, json=body)

    def code(self) -> str:
        return pyotp.TOTP(self.phone).at(self.clock.now // 1_000_000)

    # --

    def join(self, link: str, password: str = GOOD) -> None:
        right(self.post("/v1/join/password", link=link, password=password))

    def sign_in(self, password: str = GOOD) -> None:
        """Sign in, with the phone's code where it is asked for."""
        answer = right(self.post("/v1/session/password", address=address(self.name), password=password))
        if not answer["signed_in"]:
            self.clock.pass_(STEP)
            right(self.post("/v1/session/code", ticket=answer["ticket"], code=self.code()))

    def add_phone(self) -> list[str]:
        """Add a phone; return the codes on paper."""
        offer = right(self.post("/v1/me/phone/offer"))
        self.phone = offer["secret"]
        return list(right(self.post("/v1/me/phone", ticket=offer["ticket"], code=self.code()))["recovery"])

    def prove(self) -> None:
        self.clock.pass_(STEP)
        right(self.post("/v1/session/proof/code", code=self.code()))


def right(answer: httpx2.Response) -> Any:
    """Return what an answer says that is a success."""
    assert answer.status_code == 200, answer.text
    return answer.json()


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    """Return status and code of an answer that is none."""
    return answer.status_code, str(answer.json()["code"])


def invited(
    service: Service, name: str, *roles: str | Assignment, known: Mapping[str, StaffRole] = BUILT_IN
) -> str:
    """Invite somebody as the console does; return the link."""
    given = [one if isinstance(one, Assignment) else Assignment(one) for one in roles]
    return service.staff.roster.invite(address(name), name.title(), given, known).token


def at_a_browser(service: Service, clock: Clock) -> Callable[..., Browser]:
    """Return what makes members who have joined and signed in, with a phone if ``phone``."""

    def make(
        name: str,
        *roles: str | Assignment,
        phone: bool = True,
        known: Mapping[str, StaffRole] = BUILT_IN,
    ) -> Browser:
        browser = Browser(service, clock, name)
        browser.join(invited(service, name, *roles, known=known))
        browser.sign_in()
        if phone:
            browser.add_phone()
        return browser

    return make
