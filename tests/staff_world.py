"""A record with its staff, a clock that is set by hand, and people who sign in."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Final

import pyotp

from authenticators import Authenticator
from bylaw.records.folder import Place
from bylaw.records.holds.fold import HoldsProjector
from bylaw.records.records import Records
from bylaw.records.vault.master import KeyFile
from bylaw.records.vault.vault import Vault
from bylaw.staff.entry import CodeWanted, Entered
from bylaw.staff.fold import StaffProjector
from bylaw.staff.model import Member
from bylaw.staff.passkeys import Site
from bylaw.staff.passwords import Cost, Hasher
from bylaw.staff.roles import BUILT_IN, Assignment
from bylaw.staff.sessions import Present
from bylaw.staff.workflow import Staff, open_staff

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
START: Final = 1_790_000_000 * SECOND
CHEAP: Final = Cost(passes=1, memory_kib=8, lanes=1)
GOOD: Final = "a few words that nobody else says"
HOME: Final = "192.0.2.7"
SITE: Final = Site("staff.harbour.example", "Harbour", ("https://staff.harbour.example",))
PROJECTORS: Final = (HoldsProjector(), StaffProjector())


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now

    def pass_(self, span: int) -> None:
        self.now += span


class Counting(Hasher):
    """Counts how often a password was hashed. ``after``: what happens, once, right after one was verified."""

    hashes = 0
    after: Callable[[], object] | None = None

    def make(self, password: str) -> str:
        self.hashes += 1
        return super().make(password)

    def verify(self, kept: str | None, password: str) -> bool:
        self.hashes += 1
        right = super().verify(kept, password)
        after, self.after = self.after, None
        if after:
            after()
        return right


class World:
    """One open data folder."""

    def __init__(self, records: Records, vault: Vault, staff: Staff, clock: Clock, hasher: Counting) -> None:
        self.records, self.vault, self.staff, self.clock, self.hasher = records, vault, staff, clock, hasher
        self.secrets: dict[str, str] = {}

    def invite(self, name: str, *roles: str | Assignment) -> tuple[Member, str]:
        given = [one if isinstance(one, Assignment) else Assignment(one) for one in roles]
        made = self.staff.roster.invite(address(name), name.title(), given, BUILT_IN)
        return made.member, made.token

    def join(self, name: str, *roles: str | Assignment, password: str = GOOD) -> Member:
        _, token = self.invite(name, *roles)
        return self.staff.roster.join(token, lambda member: self.staff.wallet.new_password(member, password))

    def sign_in(self, name: str, password: str = GOOD, source: str = HOME) -> Entered | CodeWanted:
        return self.staff.door.with_password(address(name), password, source)

    def enter(self, name: str, source: str = HOME) -> Entered:
        """Sign in, with the phone's code where there is a phone."""
        outcome = self.sign_in(name, source=source)
        if isinstance(outcome, CodeWanted):
            self.clock.pass_(30 * SECOND)
            outcome = self.staff.door.with_code(outcome.ticket, self.code(name), source)
        return outcome

    def present(self, name: str) -> Present:
        return self.staff.sessions.present(self.enter(name).token)

    def add_phone(self, name: str) -> Sequence[str]:
        present = self.present(name)
        offer = self.staff.wallet.offer_phone(present.member, "Harbour")
        self.secrets[name] = offer.secret
        return self.staff.sessions.add_phone(present, offer.ticket, self.code(name))

    def add_passkey(self, name: str, key: Authenticator) -> str:
        present = self.present(name)
        asked = self.staff.wallet.ask_passkey(present.member, SITE)
        return self.staff.sessions.add_passkey(present, SITE, asked.ticket, key.register(asked.ask), "my key")

    def show(self, key: Authenticator) -> Entered:
        asked = self.staff.door.ask_passkey(SITE)
        return self.staff.door.with_passkey(SITE, asked.ticket, key.answer(asked.ask), HOME)

    def code(self, name: str) -> str:
        return pyotp.TOTP(self.secrets[name]).at(self.clock.now // SECOND)

    def told(self, *kinds: str) -> list[str]:
        """What facts of these kinds say in the open."""
        return [row.body.decode() for row in self.records.rows(kinds=kinds)]


def address(name: str) -> str:
    return f"{name}@harbour.example"


def make(place: Place) -> None:
    """Make the vault of a folder."""
    key = KeyFile(place.folder / "master.key")
    key.make(lambda size: b"k" * size)
    Vault.create(place.folder / "vault.db", key, clock=lambda: START)


@contextmanager
def opened(place: Place, clock: Clock | None = None, cost: Cost = CHEAP) -> Iterator[World]:
    """Open a folder; its chance is the same in every run."""
    clock = clock or Clock()
    turns = count(1)

    def chance(size: int) -> bytes:
        seed = f"{clock.now} {next(turns)}".encode()
        return hashlib.shake_256(seed).digest(size)

    with (
        Records.open(place, projectors=PROJECTORS, clock=clock, chance=chance) as records,
        Vault.open(place.folder / "vault.db", KeyFile(place.folder / "master.key"), clock=clock) as vault,
    ):
        hasher = Counting(chance, cost)
        with open_staff(records, vault, place.folder, hasher=hasher) as staff:
            yield World(records, vault, staff, clock, hasher)
