"""The trail: which member of staff or key did what, over the facts of all rooms, the newest first.

A fact is in it that names who did it: ``by``, or ``staff`` where a member did it as themselves. What rules did is not, nor
are decisions about events. Whom it was done to, a member or a key, is kept too.
"""

from collections.abc import Collection, Iterable, Sequence
from heapq import merge
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.records.fact import Row
from bylaw.records.projecting import Transaction
from bylaw.records.records import Records
from bylaw.records.schema import WHOLE
from bylaw.staff import model
from bylaw.staff.store import LATEST

MAX_PAGE: Final = 200
_NAMED: Final = (b'"staff_', b'"key_')  # a body without these names nobody who works here
_OWN: Final = (
    "staff.",
    "factor.",
    "session",
    "key.",
)  # kinds that are in the trail even where nobody is named
# Done to a member by another; without `by` the console of the machine did it, not the member.
_BY_THE_CONSOLE: Final = frozenset(
    {
        *(model.INVITED, model.LINKED, model.SUSPENDED, model.RESUMED, model.LEFT),
        *(model.ASSIGNED, model.DESCRIBED),
    }
)
_DECIDED: Final = "event.decided"  # of the hot path: no member of staff does it

_METADATA: Final = sa.MetaData()
DEEDS: Final = sa.Table(
    "trail_deeds",
    _METADATA,
    sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("whom", sa.Text, nullable=False),
    sa.Index("trail_deeds_kind", "kind", "seq"),
    sa.Index("trail_deeds_who", "who", "seq"),
    sa.Index("trail_deeds_whom", "whom", "seq"),
    sqlite_strict=True,
)


class Deed(NamedTuple):
    """A fact, who did it and to whom; ``who`` is empty for the console of the machine, and for nobody known."""

    seq: int
    kind: str
    who: str
    whom: str


class _Said(msgspec.Struct):
    by: Any = ""
    staff: Any = ""
    key: Any = ""  # other rooms may mean something else by these words


class TrailProjector:
    """The fold. ``kinds`` are those of all rooms."""

    name = "trail"
    version = 1
    tables: Sequence[sa.Table] = (DEEDS,)

    def __init__(self, kinds: Iterable[str]) -> None:
        self.kinds = frozenset(kinds) - {_DECIDED}

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold."""
        found = [deed for row in rows if (deed := _deed(row))]
        if found:
            tx.insert(DEEDS, found)


class Trail:
    """Questions to the trail of a record."""

    def __init__(self, records: Records) -> None:
        self._records = records

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of facts that may be in it."""
        projectors = (one for one in self._records.projectors if isinstance(one, TrailProjector))
        return frozenset(kind for one in projectors for kind in one.kinds)

    def deeds(
        self,
        limit: int,
        *,
        before: int = LATEST,
        since: int = 0,
        kinds: Collection[str] = (),
        member: str = "",
    ) -> list[Deed]:
        """Return what was done, the newest first.

        Args:
            limit: at most so many, and ``MAX_PAGE``.
            before: the number of a fact; only what came before it.
            since: an instant; only what was recorded from then on.
            kinds: of facts; none: all.
            member: a member or a key, who did it or to whom it was done.
        """
        least = self._first_since(since) if since else 0
        count = min(limit, MAX_PAGE)
        within = sa.and_(DEEDS.c.seq < before, DEEDS.c.seq >= least)
        asked: list[sa.ColumnElement[bool]] = [sa.true()]
        if member:
            alike = DEEDS.c.kind.in_(kinds) if kinds else sa.true()
            asked = [sa.and_(column == member, alike) for column in (DEEDS.c.who, DEEDS.c.whom)]
        elif kinds:
            asked = [DEEDS.c.kind == kind for kind in kinds]
        with self._records.reading() as core:
            runs = [
                core.execute(
                    sa.select(DEEDS).where(within, one).order_by(DEEDS.c.seq.desc()).limit(count)
                ).all()
                for one in asked
            ]
        newest = merge(*runs, key=lambda row: -row.seq)
        return list(dict.fromkeys(Deed(*row) for row in islice(newest, count * len(runs))))[:count]

    def _first_since(self, instant: int) -> int:
        """Return the number of the first fact recorded at an instant or later."""
        low, high = 1, self._records.head + 1
        while low < high:
            middle = (low + high) // 2
            if self._records.row(middle).at < instant:
                low = middle + 1
            else:
                high = middle
        return low


def _deed(row: Row) -> Deed | None:
    own = row.kind.startswith(_OWN)
    if not own and not any(one in row.body for one in _NAMED):
        return None
    said = msgspec.json.decode(row.body, type=_Said)
    who, staff, key = _working_here(said.by), _working_here(said.staff), _working_here(said.key)
    doer = who or ("" if row.kind in _BY_THE_CONSOLE else staff)
    if not doer and not own:
        return None
    return Deed(row.seq, row.kind, doer, next((one for one in (staff, key) if one not in ("", doer)), ""))


def _working_here(name: object) -> str:
    return name if isinstance(name, str) and name.startswith(("staff_", "key_")) else ""
