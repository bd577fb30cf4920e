"""What webhooks hear: facts that are announced, and who hears them. A projector, so nothing is announced that is not recorded.

Who hears what is a fact itself (``webhook.endpoints_set``): names and types, from the book. Where an endpoint is and under
which key it is called stands in the book and the vault. Calls about one subject go out in order; there are ``LANES`` lines
to each endpoint, so that one call that is always refused holds up few others.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Final

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes, digest
from bylaw.book.outgoing import Webhook, hears
from bylaw.engine.recording import KIND as DECIDED
from bylaw.engine.recording import Body
from bylaw.notices import model
from bylaw.notices.webhooks.envelope import Announcement
from bylaw.records.fact import Fact, Row
from bylaw.records.outbox import Outgoing
from bylaw.records.projecting import Transaction
from bylaw.records.records import Records
from bylaw.records.schema import WHOLE

ENDPOINTS_SET: Final = "webhook.endpoints_set"
GONE: Final = "webhook.gone"
DESTINATION: Final = "webhook"
LANES: Final = 16
_SAYS_SOMETHING: Final = b'"silent":false'

Announcer = Callable[[Row], Announcement | None]

WEBHOOKS: Final = sa.Table(
    "webhooks",
    sa.MetaData(),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("events", sa.Text, nullable=False),  # a pattern a line
    sa.Column("place", sa.Text, nullable=False),  # the digest of its address
    sa.Column(
        "gone", WHOLE, nullable=False
    ),  # 1: it said so itself (410), and is called no more at that address
    sqlite_strict=True,
)


class Endpoint(msgspec.Struct, frozen=True):
    """What an endpoint hears, and the digest of its address."""

    events: tuple[str, ...]
    place: str


class Endpoints(msgspec.Struct, frozen=True):
    """``webhook.endpoints_set``: all that there are."""

    endpoints: dict[str, Endpoint]


class Gone(msgspec.Struct, frozen=True):
    """``webhook.gone``: an endpoint answered that it is no more (410)."""

    endpoint: str


def _decided(row: Row) -> Announcement:
    body = msgspec.json.decode(row.body, type=Body)
    data = {"kind": body.kind, "clauses": body.clauses, "rules": body.rules, "effects": body.effects}
    return Announcement(
        type="decision.made",
        subject=body.decision,
        fact=row.seq,
        at=row.at,
        data={"decision": body.decision, **data},
        people=body.people,
    )


class _Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What may be said of a fact about a notice."""

    people: tuple[str, ...] = ()
    notice: str = ""
    message: str = ""
    action: str = ""
    decision: str = ""
    clauses: tuple[str, ...] = ()
    code: str = ""


def _notice(row: Row) -> Announcement:
    said = msgspec.json.decode(row.body, type=_Told)
    data = msgspec.to_builtins(said)
    data.pop("people", None)
    subject = said.notice or said.message
    return Announcement(
        type=row.kind, subject=subject, fact=row.seq, at=row.at, data=data, people=said.people
    )


ANNOUNCERS: Final[Mapping[str, Announcer]] = {
    DECIDED: _decided,
    **dict.fromkeys((model.PLANNED, model.SENT, model.DELIVERED, model.BOUNCED, model.FAILED), _notice),
}


class WebhooksProjector:
    """The fold. ``announcers`` says of each kind of fact what is announced; rooms above bring their own."""

    name = "webhooks"
    version = 1
    tables: Sequence[sa.Table] = (WEBHOOKS,)

    def __init__(self, announcers: Mapping[str, Announcer] = ANNOUNCERS) -> None:
        self._announcers = announcers
        self.kinds = frozenset({ENDPOINTS_SET, GONE, *announcers})

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold, and send what is announced to those who hear it."""
        telling = [row for row in rows if row.kind != DECIDED or _SAYS_SOMETHING in row.body]
        if not telling:
            return  # COST: nearly all decisions are silent, and for them nothing is asked
        endpoints = _endpoints(tx)
        for row in telling:
            if row.kind == ENDPOINTS_SET:
                _set(tx, row)
                endpoints = _endpoints(tx)
            elif row.kind == GONE:
                name = msgspec.json.decode(row.body, type=Gone).endpoint
                tx.execute(sa.update(WEBHOOKS).where(WEBHOOKS.c.name == name).values(gone=1))
                endpoints = _endpoints(tx)
            elif endpoints:
                self._announce(tx, row, endpoints)

    def _announce(self, tx: Transaction, row: Row, endpoints: Mapping[str, tuple[str, ...]]) -> None:
        announcement = self._announcers[row.kind](row)
        if announcement is None:
            return
        lane = blake2b(announcement.subject.encode(), digest_size=1).digest()[0] % LANES
        for name, patterns in endpoints.items():
            if any(hears(pattern, announcement.type) for pattern in patterns):
                tx.send(row, Outgoing(f"{DESTINATION}:{name}/{lane}", canonical_bytes(announcement)))


def settling(records: Records, webhooks: Mapping[str, Webhook]) -> list[Fact]:
    """Return the fact that makes the record know the endpoints of a book; none if it does."""
    wanted = {name: Endpoint(one.events, digest(one.url)) for name, one in sorted(webhooks.items())}
    with records.reading() as core:
        rows = core.execute(sa.select(WEBHOOKS)).all()
    known = {row.name: Endpoint(tuple(row.events.splitlines()), row.place) for row in rows}
    return [] if wanted == known else [Fact(ENDPOINTS_SET, canonical_bytes(Endpoints(wanted)))]


def gone(endpoint: str) -> Fact:
    """Return the fact that an endpoint is no more."""
    return Fact(GONE, canonical_bytes(Gone(endpoint)))


def is_called(records: Records, endpoint: str) -> bool:
    """Tell whether there is an endpoint of this name that has not said that it is gone."""
    query = sa.select(WEBHOOKS.c.name).where(WEBHOOKS.c.name == endpoint, WEBHOOKS.c.gone == 0)
    with records.reading() as core:
        return core.execute(query).first() is not None


def _endpoints(tx: Transaction) -> Mapping[str, tuple[str, ...]]:
    query = (
        sa.select(WEBHOOKS.c.name, WEBHOOKS.c.events).where(WEBHOOKS.c.gone == 0).order_by(WEBHOOKS.c.name)
    )
    return {row.name: tuple(row.events.splitlines()) for row in tx.execute(query)}


def _set(tx: Transaction, fact: Row) -> None:
    said = msgspec.json.decode(fact.body, type=Endpoints).endpoints
    rows = tx.execute(sa.select(WEBHOOKS.c.name, WEBHOOKS.c.place, WEBHOOKS.c.gone))
    left = {(row.name, row.place) for row in rows if row.gone}
    tx.execute(sa.delete(WEBHOOKS))
    values: list[dict[str, object]] = [
        {
            "name": name,
            "events": "\n".join(one.events),
            "place": one.place,
            "gone": int((name, one.place) in left),
        }
        for name, one in said.items()
    ]
    if values:
        tx.execute(sa.insert(WEBHOOKS), values)
