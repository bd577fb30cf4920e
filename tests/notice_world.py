"""A statement of reasons to look at in tests, and who tells it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import sqlalchemy as sa

from bylaw.notices.choosing import voice_of
from bylaw.notices.model import Notice
from bylaw.notices.statement import Cited, Decided, Done, Redress, Source, Statement
from bylaw.notices.store import NoticesProjector
from bylaw.notices.workflow import Notices
from bylaw.records.folder import Place
from bylaw.records.people import PEOPLE
from bylaw.records.projecting import Projector
from bylaw.records.records import Records
from bylaw.records.schema import OUTBOX
from bylaw.records.vault.master import KeyFile
from bylaw.records.vault.vault import Vault
from small_book import a_book

NOON = 1_790_000_000_000_000  # 21 September 2026, 13:33:20
DAY = 86_400_000_000

BOOK = a_book()
VOICE = voice_of(BOOK)

STATEMENT = Statement(
    action="act_1",
    decision="dec_1",
    thing="your post of 3 March",
    facts="You shouted “AAA” in the library.",
    done=(Done(effect="remove"), Done(effect="suspend", value="7")),
    clauses=(
        Cited(
            document="House Rules", version="2026-01-01", clause="house/words/p1", text="You must not shout."
        ),
    ),
    why="The readers could not read.",
    source=Source.NOTICE,
    found_by_machine=False,
    decided=Decided.PERSON,
    regions=("de", "at"),
    since=NOON,
    until=NOON + 7 * DAY,
    redress=Redress(to="appeals@house.example", until="2027-04-01", bodies=("the Readers' Board",)),
)

GERMAN = """\
---
notice: words
kind: statement
language: de
class: service
clauses: ["*"]
subject: "Zu {{ thing }}"
---
{{ action }} {{ scope }} {{ length }} {{ facts }} {{ ground }} {{ source }} {{ automation }}
{{ appeal.until }} {{ appeal.to }}

{% for clause in clauses %}
{{ clause.id }} {{ clause.text }}
{% endfor %}
"""


class Office:
    """A record with notices in it; its clock stands still unless it is moved."""

    def __init__(self, records: Records, vault: Vault, ticks: list[int]) -> None:
        self.records, self.vault, self._ticks = records, vault, ticks
        self.notices = Notices(records, vault)

    def wait(self, microseconds: int) -> None:
        self._ticks[0] += microseconds

    def now(self) -> int:
        return self._ticks[0]

    def person(self, name: str) -> bytes:
        return self.vault.subjects(PEOPLE, [name])[name]

    def plan(self, name: str, action: str, window: int = 0, **changes: Any) -> Notice:
        statement = msgspec.structs.replace(STATEMENT, action=action, decision=f"dec_{action}", **changes)
        return self.notices.plan(self.person(name), statement, window)

    def waiting(self) -> list[str]:
        with self.records.reading() as core:
            rows = core.execute(sa.select(OUTBOX.c.destination).order_by(OUTBOX.c.seq, OUTBOX.c.n)).all()
        return [row[0].partition(":")[0] for row in rows]

    def states(self, name: str) -> list[str]:
        return [notice.state.value for notice in self.notices.of(self.person(name))]


@contextmanager
def opened(place: Place, *projectors: Projector) -> Iterator[Office]:
    """A new record, and a vault of its own."""
    ticks = [NOON]
    vault, master = place.folder / "vault.db", KeyFile(place.folder / "master.key")
    master.make(os.urandom)
    Vault.create(vault, master, clock=lambda: ticks[0])
    with (
        Records.open(place, projectors=(NoticesProjector(), *projectors), clock=lambda: ticks[0]) as records,
        Vault.open(vault, master, clock=lambda: ticks[0]) as keys,
    ):
        yield Office(records, keys, ticks)
