"""Those who come in by the side: guessers of passwords, scrapers, harvesters of addresses, attackers of sites."""

from collections.abc import Iterator

from bylaw.events.event import Event
from bylaw.events.vocabulary import AccountLoginFailed, RequestServed
from bylaw.simulation.chance import NIGHT, Chance, between, pick
from bylaw.simulation.population import Person, rented_ip, site_of
from bylaw.simulation.scene import Scene, Stage

_ID = 100_000  # numbers of members' pages


def guessing(stage: Stage) -> Iterator[Event]:
    """Passwords are tried: many for one person, one for many people, or for one person from everywhere."""
    chance = stage.chance
    target, ip = stage.world.anybody(chance), rented_ip(chance)
    way = chance.random()
    for _ in range(between(chance, 120, 300)):
        victim = stage.world.anybody(chance) if 0.4 <= way < 0.7 else target
        yield _failed(stage, victim, rented_ip(chance) if way >= 0.7 else ip)


def _failed(stage: Stage, victim: Person, ip: str) -> Event:
    return stage.after(
        5,
        AccountLoginFailed,
        username=victim.username,
        ip=ip,
        country=pick(stage.chance, ("US", "NL", "RO")),
        method="password",
        reason="bad_password",
        user_agent=stage.say("script"),
    )


def scraping(stage: Stage) -> Iterator[Event]:
    """One address reads page after page of our own site; a third of them say what they are."""
    ip = rented_ip(stage.chance)
    agent = _agent(stage, 0.33)
    first = between(stage.chance, 1, _ID)
    for number in range(between(stage.chance, 250, 550)):
        yield _request(stage, 0.8, ip, agent, f"/post/{first + number}")


def harvesting(stage: Stage) -> Iterator[Event]:
    """Members' contact pages are called up one by one, from a few addresses, without haste."""
    ips = [rented_ip(stage.chance) for _ in range(between(stage.chance, 1, 3))]
    agent = _agent(stage, 0.2)
    first = between(stage.chance, 1, _ID)
    for number in range(between(stage.chance, 120, 260)):
        path = f"/members/{first + number}/contact"
        yield _request(stage, 4, pick(stage.chance, ips), agent, path)


def _agent(stage: Stage, honest: float) -> str:
    return stage.say("script" if stage.chance.random() < honest else "browser")


def _request(stage: Stage, mean: float, ip: str, agent: str, path: str) -> Event:
    return stage.after(
        mean,
        RequestServed,
        ip=ip,
        host=stage.world.host,
        method="GET",
        path=path,
        protocol="HTTP/1.1",
        status=200,
        bytes=between(stage.chance, 2_000, 9_000),
        user_agent=agent,
    )


def attacking(stage: Stage) -> Iterator[Event]:
    """A customer's site is tried for holes. Some requests look as harmless as any."""
    owner, ip, agent = stage.world.owner(stage.chance), rented_ip(stage.chance), stage.say("browser")
    host = site_of(owner)
    for _ in range(between(stage.chance, 60, 140)):
        yield stage.after(
            2,
            RequestServed,
            account=owner.account,
            ip=ip,
            host=host,
            method="GET",
            path=stage.say("attack_page"),
            query=stage.say("attack_query"),
            protocol="HTTP/1.1",
            status=_answer(stage.chance),
            bytes=310,
            user_agent=agent,
        )


def _answer(chance: Chance) -> int:
    return pick(chance, (403, 404, 404, 500))


SCENES = (
    Scene(
        name="guessing",
        actor_kind="intruder",
        share=1.6,
        size=210,
        play=guessing,
        rhythm=NIGHT,
        topics={AccountLoginFailed: "brute-force"},
    ),
    Scene(
        name="scraping",
        actor_kind="scraper",
        share=2,
        size=400,
        play=scraping,
        rhythm=NIGHT,
        topics={RequestServed: "scraping"},
    ),
    Scene(
        name="harvesting",
        actor_kind="harvester",
        share=0.9,
        size=190,
        play=harvesting,
        topics={RequestServed: "address-harvesting"},
    ),
    Scene(
        name="attacking",
        actor_kind="attacker",
        share=0.8,
        size=100,
        play=attacking,
        topics={RequestServed: "attack-requests"},
    ),
)
