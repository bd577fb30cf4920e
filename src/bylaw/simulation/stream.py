"""Traffic: the plays of all scenes, started at their hours and merged in order of time.

Nothing is kept but the plays that run at the moment, so memory does not grow with the number of events.
Each scene has its own source of chance: a new scene leaves the others as they were.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heapify, heappop, heappush, heapreplace
from itertools import islice

from bylaw.base.errors import InputError
from bylaw.base.ids import derived_id
from bylaw.events.event import Event
from bylaw.simulation import intruders, members, misuse, occasions, organisations, unsolicited
from bylaw.simulation.chance import DAY, Chance, chance_of
from bylaw.simulation.population import World
from bylaw.simulation.scene import BENIGN, Scene, Stage
from bylaw.simulation.truth import EventTruth, Happening

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
MAX_EVENTS = 1_000_000_000
MAX_DAYS = 3_660
EVENTS_PER_PERSON = 20  # and day, all traffic divided by all people; few of them come on a given day
FEWEST_PEOPLE = 240

ORDINARY: tuple[Scene, ...] = (*members.SCENES, *occasions.SCENES, *organisations.SCENES)
ABUSE: tuple[Scene, ...] = (*unsolicited.SCENES, *intruders.SCENES, *misuse.SCENES)
SCENES: tuple[Scene, ...] = (*ORDINARY, *ABUSE)
TOPICS: frozenset[str] = frozenset(topic for scene in ABUSE for topic in scene.topics.values())

_TOTAL = sum(scene.share for scene in SCENES)
_ORDINARY_KINDS = frozenset(scene.actor_kind for scene in ORDINARY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be simulated.

    Args:
        events: how many, exactly.
        seed: the same plan with the same seed gives the same traffic, byte for byte.
        days: over how many days they spread, about; the fewer, the more people there are.
        start: when it begins.
        host: the service's own host, for requests to its pages.

    Raises:
        InputError: ``simulation.plan``, a number is out of its range.
    """

    events: int
    seed: int = 1
    days: float = 1
    start: datetime = START
    host: str = "commons.harbour.example"

    def __post_init__(self) -> None:
        for name, value, most in (("events", self.events, MAX_EVENTS), ("days", self.days, MAX_DAYS)):
            if not 0 < value <= most:
                raise InputError(
                    "simulation.plan", f"`{name}` is not between 0 and {most}", hint="mend the number"
                )


def simulate(plan: Plan) -> Iterator[Happening]:
    """Yield the events of a plan in order of time, each with the truth about it."""
    return islice(_merged(plan), plan.events)


def _merged(plan: Plan) -> Iterator[Happening]:
    daily = plan.events / plan.days
    people = max(FEWEST_PEOPLE, int(daily / EVENTS_PER_PERSON))
    world = World(plan.seed, people, plan.host)
    casts = [_Cast(scene, world, plan, daily) for scene in SCENES]
    # Two kinds of entries: a cast, due to start its next play, and a play, due with its next event.
    queue: list[tuple[int, int, _Cast, _Running | None]] = [
        (cast.due(), number, cast, None) for number, cast in enumerate(casts)
    ]
    heapify(queue)
    serial = len(queue)
    while True:
        _, number, cast, running = queue[0]
        if running is None:
            opened = cast.open()
            heapreplace(queue, (cast.due(), number, cast, None))
            if opened.advance():
                heappush(queue, (opened.stage.ms, serial, cast, opened))
                serial += 1
            continue
        event = running.event
        yield Happening(event, cast.truth(event), cast.ordinary)
        if running.advance():
            heapreplace(queue, (running.stage.ms, number, cast, running))
        else:
            heappop(queue)


class _Running:
    """A play that has begun, and its next event."""

    __slots__ = ("_play", "event", "stage")

    event: Event

    def __init__(self, scene: Scene, stage: Stage) -> None:
        self.stage = stage
        self._play = scene.play(stage)

    def advance(self) -> bool:
        event = next(self._play, None)
        if event is None:
            return False
        self.event = event
        return True


class _Cast:
    """Starts the plays of one scene, again and again, at the hours of its rhythm."""

    def __init__(self, scene: Scene, world: World, plan: Plan, daily: float) -> None:
        self.ordinary = scene.actor_kind in _ORDINARY_KINDS
        self._scene = scene
        self._world = world
        self._start = plan.start
        # Another plan has other events, so they have other ids.
        self._name = tuple(map(str, (plan.seed, plan.events, plan.days, plan.start, scene.name)))
        self._chance: Chance = chance_of(plan.seed, scene.name)
        self._plays_a_day = daily * scene.share / _TOTAL / scene.size
        self._played = 0
        self._due = self._next()

    def due(self) -> int:
        """Milliseconds since the start at which the next play begins."""
        return self._due

    def open(self) -> _Running:
        name = derived_id("evt", *self._name, str(self._played))
        stage = Stage(self._world, self._chance, f"{name}-", self._start, self._due)
        self._played += 1
        self._due = self._next()
        return _Running(self._scene, stage)

    def _next(self) -> int:
        # Spread evenly, with a jitter; the rhythm then bends even into busy and quiet hours.
        days, part = divmod((self._played + self._chance.random()) / self._plays_a_day, 1)
        return int((days * DAY + self._scene.rhythm.at(part)) * 1000)

    def truth(self, event: Event) -> EventTruth:
        scene, kind = self._scene, type(event)
        actor_kind = scene.others.get(kind, scene.actor_kind)
        return EventTruth(event.id, scene.name, actor_kind, scene.topics.get(kind, BENIGN))
