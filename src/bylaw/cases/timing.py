"""What waits in the outbox for cases: that one is nearly late, or late; that a verdict leaves."""

from typing import Final

import msgspec

from bylaw.base.canonical import canonical_bytes
from bylaw.records.fact import Row
from bylaw.records.outbox import Outgoing
from bylaw.records.projecting import Transaction

HANDLER: Final = "cases"


class Timer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is due: a verdict leaves, or (no verdict) the time of a case is nearly over, or over (``late`` 1)."""

    case: str
    verdict: str = ""
    late: int = 0


def time(tx: Transaction, row: Row, case: str, due: int, late: int) -> None:
    """Have a case looked at when its time is nearly over, or over."""
    if due:
        tx.send(row, Outgoing(lane(case), canonical_bytes(Timer(case, late=late)), due, f"{case}/time"))


def leave(tx: Transaction, row: Row, case: str, verdict: str, due: int) -> None:
    """Have a verdict carried out."""
    tx.send(row, Outgoing(lane(case), canonical_bytes(Timer(case, verdict)), due, f"{case}/leave"))


def stop(tx: Transaction, case: str, *what: str) -> None:
    """Take timers of a case (``time``, ``leave``) out."""
    tx.cancel(lane(case), {f"{case}/{one}" for one in what})


def lane(case: str) -> str:
    """Return the outbox's destination for a case: one that keeps failing holds up few others."""
    return f"{HANDLER}:{case[-1]}"
