"""A scene: something that people do over minutes or hours, as a play of events in order of time.

``SCENES`` of the rooms beside this one are tables of scenes. A scene says how much of the traffic it is, who
acts, and which of its events are abuse, by kind of event; a play only says what happens.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from msgspec import UNSET

from bylaw.events.event import Event
from bylaw.events.vocabulary import AccountLoggedIn
from bylaw.simulation.chance import PEOPLE, Chance, Rhythm, pause
from bylaw.simulation.population import Person, Place, World
from bylaw.simulation.wording import say

BENIGN = "benign"

_Kind = TypeVar("_Kind", bound=Event)


class Stage:
    """Where one play runs: its clock, its chance, the world, and the ids of its events."""

    __slots__ = ("_count", "_name", "_start", "chance", "ms", "world")

    def __init__(self, world: World, chance: Chance, name: str, start: datetime, ms: int) -> None:
        self.world = world
        self.chance = chance
        self.ms = ms  # since ``start``
        self._start = start
        self._name = name
        self._count = 0

    def after(self, mean: float, kind: type[_Kind], **fields: Any) -> _Kind:  # noqa: ANN401 - those of the kind
        """Return an event that happens after a pause of about ``mean`` seconds."""
        self.wait(mean)
        self._count += 1
        at = self._start + timedelta(milliseconds=self.ms)
        return kind(id=f"{self._name}{self._count}", at=at, **fields)

    def wait(self, mean: float) -> None:
        """Let about ``mean`` seconds pass."""
        self.ms += int(pause(self.chance, mean) * 1000) + 1

    def say(self, name: str) -> str:
        """Return one of the words, or sentences, of a name."""
        return say(self.chance, name)

    def log_in(
        self, who: Person, *, mean: float = 0, ip: str = "", place: Place | None = None, device: str = ""
    ) -> AccountLoggedIn:
        """Return a sign-in of somebody, at home unless said otherwise."""
        place = place or who.place
        return self.after(
            mean,
            AccountLoggedIn,
            actor=who.account,
            username=who.username,
            session=f"ses_{int(self.chance.random() * 1e12):012}",
            ip=ip or who.ip,
            country=place.country,
            latitude=place.latitude,
            longitude=place.longitude,
            method="password",
            user_agent=who.agent,
            device=device or who.device,
            new_device=bool(device) or UNSET,
        )


Play = Callable[[Stage], Iterator[Event]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One row of the table of scenes.

    ``share`` is its part of all events (shares need not add up), ``size`` how many events one play has on
    average. By class of event, ``topics`` names the abuse (what is not in it is benign) and ``others`` the
    kind of actor where it is not ``actor_kind``.
    """

    name: str
    actor_kind: str
    share: float
    size: float
    play: Play
    rhythm: Rhythm = PEOPLE
    topics: Mapping[type[Event], str] = field(default_factory=lambda: MappingProxyType({}))
    others: Mapping[type[Event], str] = field(default_factory=lambda: MappingProxyType({}))
