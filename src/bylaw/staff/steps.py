"""Steps that cannot be undone, as values, as facts and as a table: one person asks for one, another agrees.

Nothing personal stands in them: people go by their random ids. Why somebody asks is sealed under that member's key.
"""

from enum import StrEnum
from typing import Final

import msgspec
import sqlalchemy as sa

from bylaw.base.errors import ConflictError
from bylaw.records.fact import Row
from bylaw.records.projecting import Transaction
from bylaw.records.schema import WHOLE

ASKED: Final = "step.asked"
AGREED: Final = "step.agreed"

STEPS: Final = sa.Table(
    "staff_steps",
    sa.MetaData(),
    sa.Column("step", sa.Text, primary_key=True),
    sa.Column("seq", WHOLE, nullable=False),  # of the fact that asks
    sa.Column("at", WHOLE, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("agreed", sa.Text, nullable=False),
    sa.Column("said", sa.LargeBinary, nullable=False),
    sqlite_strict=True,
)


class Verb(StrEnum):
    """What is to be done."""

    ERASE = "erase"
    RELEASE = "release"


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``step.asked``. ``by`` is a member; ``alone``: nobody works here who could agree, and it was done at once.

    ``subjects`` are people whose keys are to be destroyed, because of ``ground``; ``hold`` is the one to be released.
    """

    step: str
    verb: Verb
    by: str = ""
    alone: bool = False
    subjects: tuple[str, ...] = ()
    ground: str = ""
    hold: str = ""


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """``step.agreed``: another member agreed."""

    step: str
    by: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step as it stands: what was asked when, in which fact, and who agreed; nobody yet, if that is empty."""

    asked: Asked
    at: int
    seq: int
    agreed: str


def fold_asked(tx: Transaction, row: Row) -> None:
    """Fold: a step is asked for."""
    said = msgspec.json.decode(row.body, type=Asked)
    values: dict[str, object] = {"step": said.step, "seq": row.seq, "at": row.at, "by": said.by}
    tx.execute(sa.insert(STEPS), {**values, "agreed": "", "said": row.body})


def fold_agreed(tx: Transaction, row: Row) -> None:
    """Fold: somebody agreed. Whoever asked cannot, and nobody twice."""
    said = msgspec.json.decode(row.body, type=Agreed)
    waiting = sa.update(STEPS).where(STEPS.c.step == said.step, STEPS.c.agreed == "", STEPS.c.by != said.by)
    if not tx.execute(waiting.values(agreed=said.by)).rowcount:
        raise ConflictError("step.order", f"`{said.step}` awaits nobody, or somebody else")


def step_of(core: sa.Connection, step: str) -> Step | None:
    """Return a step."""
    row = core.execute(sa.select(STEPS).where(STEPS.c.step == step)).first()
    if row is None:
        return None
    asked = msgspec.json.decode(row.said, type=Asked)
    return Step(asked=asked, at=row.at, seq=row.seq, agreed=row.agreed)
