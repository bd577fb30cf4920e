"""Who lives on the simulated service: everybody can be made again from their number, so nobody is kept.

Addresses come from the ranges for documentation and benchmarks (RFC 5737, RFC 2544, RFC 3849), domains from
the reserved ones (RFC 2606). Places are coarse middles of countries.
"""

from dataclasses import dataclass
from functools import lru_cache

from bylaw.base.ids import derived_id
from bylaw.simulation.chance import Chance, between, chance_of, pick
from bylaw.simulation.wording import say

CIRCLE = 12  # people who know each other
HOUSEHOLD = 4  # people behind one address
REMEMBERED = 1 << 14  # people whose traits are kept at hand

KIND_OF_OWNER = "business"  # of an account that acts through its site


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is: a country and coarse coordinates."""

    country: str
    latitude: float
    longitude: float


HOMES = (Place("US", 40.0, -89.0), Place("DE", 51.0, 10.0), Place("NL", 52.0, 5.5), Place("IE", 53.0, -8.0))
ABROAD = (
    Place("JP", 36.0, 138.0),
    Place("BR", -10.0, -53.0),
    Place("ZA", -29.0, 24.0),
    Place("CA", 56.0, -106.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One account and whoever uses it."""

    number: int
    account: str
    username: str
    email: str
    display_name: str
    ip: str
    place: Place
    agent: str
    device: str


@dataclass(frozen=True, slots=True)
class World:
    """The service and its people.

    Args:
        seed: the same seed, the same people.
        people: how many there are.
        host: the service's own host.
    """

    seed: int
    people: int
    host: str

    def person(self, number: int, *, role: str = "member") -> Person:
        """Return the person of a number; each role counts its own people."""
        return _person(self.seed, role, number)

    def anybody(self, chance: Chance, *, role: str = "member") -> Person:
        """Return somebody; a few come much more often than most."""
        return self.person(int(self.people * chance.random() ** 1.5), role=role)

    def friend(self, chance: Chance, of: Person) -> Person:
        """Return somebody else of a person's circle."""
        start = of.number - of.number % CIRCLE
        return self.person(start + (of.number - start + between(chance, 1, CIRCLE - 1)) % CIRCLE)

    def owner(self, chance: Chance) -> Person:
        """Return one of the businesses that have a site here."""
        return self.person(int(max(20, self.people // 50) * chance.random()), role="business")


def home_ip(chance: Chance) -> str:
    """Return an address of somebody's home."""
    if chance.random() < 0.15:
        return f"2001:db8:{between(chance, 1, 0xFFFF):x}:{between(chance, 1, 0xFFFF):x}::{between(chance, 1, 0xFFFF):x}"
    return f"198.{18 + (chance.random() < 0.5)}.{between(chance, 0, 255)}.{between(chance, 1, 254)}"


def mobile_ip(chance: Chance) -> str:
    """Return an address of a mobile carrier: many people behind each."""
    return f"192.0.2.{between(chance, 1, 254)}"


def rented_ip(chance: Chance) -> str:
    """Return an address of a data centre that asks no questions."""
    return f"203.0.113.{between(chance, 1, 254)}"


def site_of(owner: Person) -> str:
    """Return the host of a business's site."""
    return f"{owner.username.replace('_', '-')}.example"


@lru_cache(maxsize=REMEMBERED)
def _person(seed: int, role: str, number: int) -> Person:
    chance = chance_of(seed, role, number)
    household = chance_of(seed, role, "home", number // HOUSEHOLD)
    first, last = say(chance, "first"), say(household, "last")
    username = f"{first}_{last}_{number}"
    return Person(
        number=number,
        account=derived_id("acc", str(seed), role, str(number)),
        username=username,
        email=f"{first}.{last}{number}@{say(chance, 'mailbox')}",
        display_name=f"{first.title()} {last.title()}",
        ip=home_ip(household),
        place=pick(household, HOMES),
        agent=say(chance, "browser"),
        device=derived_id("dev", str(seed), role, str(number)),
    )
