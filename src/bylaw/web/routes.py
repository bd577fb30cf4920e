"""What a route is: a row of a table that says what it needs, what it takes and what it answers.

The description of the interface, who is let in, the names in logs and counts, and the tests of permissions are all
made from these rows. ``raw`` routes read and answer by themselves, where speed counts; the others are FastAPI's.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from bylaw.web.exchange import Exchange
from bylaw.web.problems import ProblemDetails
from bylaw.web.service import Service

Raw = Callable[[Exchange, Service], Awaitable[None]]
Endpoint = Callable[..., Any]

JSON: Final = "application/json"
TEXT: Final = "text/plain"


class Parameter(NamedTuple):
    """A parameter of the query that a raw route takes: a text that may be left out."""

    name: str
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One thing that may be asked.

    ``permission``: what it needs; nothing: anybody may ask, or, if ``signed_in``, every member of staff who is. ``also``:
    permissions each of which lets somebody in as well; what is asked for is then looked at behind the door.
    ``guarded``: anybody may ask, but no page of somebody else may make a browser do so. ``takes`` and ``answers`` are types by media type,
    ``statuses`` those of what went well.
    ``problems``: statuses of what may go wrong, beyond those of every route. A ``raw`` path may end in one parameter,
    which then is everything that follows; of a route with ``slashes``
    it may have some; ``query`` are parameters of a raw route. ``refused``: what 403 answers.
    ``page``: it answers HTML to a person at a browser, no key lets a program in, and the description leaves it out.
    """

    method: str
    path: str
    name: str
    summary: str
    doc: str = ""
    tag: str
    permission: str | None
    also: tuple[str, ...] = ()
    signed_in: bool = False
    guarded: bool = False
    takes: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any]
    statuses: tuple[int, ...] = (200,)
    problems: tuple[int, ...] = ()
    refused: Any = ProblemDetails
    query: tuple[Parameter, ...] = ()
    slashes: bool = False
    page: bool = False
    raw: Raw | None = None
    endpoint: Endpoint | None = None

    @property
    def permissions(self) -> tuple[str, ...]:
        """The permissions of which any one lets somebody in."""
        return (self.permission, *self.also) if self.permission else ()

    @property
    def pattern(self) -> str:
        """The path as FastAPI takes it."""
        return self.path.replace("}", ":path}") if self.slashes else self.path

    @property
    def stem(self) -> str:
        """The path up to its parameter."""
        return self.path.partition("{")[0]
