"""The work of ``bylaw hold place``."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bylaw.base.errors import InputError
from bylaw.base.spelling import did_you_mean
from bylaw.cli.person import people_of
from bylaw.cli.screen import following, out, print_json
from bylaw.records.holds.keeper import MAX_REASON, Selection
from bylaw.records.holds.model import Hold, Matter
from bylaw.records.holds.selecting import ALWAYS, Sought, sought
from bylaw.runtime.offices import Keeping, open_keeping


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What ``bylaw hold place`` was asked."""

    matter: str
    review: date
    reason: str
    people: tuple[str, ...]
    records: tuple[str, ...]
    kinds: frozenset[str]
    clauses: frozenset[str]
    since: datetime | None
    until: datetime | None

    @property
    def seeks(self) -> bool:
        """Whether records are sought by what they are."""
        return bool(self.kinds or self.clauses or self.since or self.until)


def place_hold(data: Path, order: Order, *, json: bool) -> None:
    """Place a hold, and say what it keeps."""
    matter, numbers, reason = _matter(order.matter), list(_numbers(order.records)), reason_of(order.reason)
    with open_keeping(data) as kept:
        hold = kept.keeper.place(matter, order.review, _selection(kept, order, numbers), reason)
    if json:
        print_json(told(hold))
        return
    out().print(f"{hold.id}: in force, to be reviewed on {hold.review}", soft_wrap=True)
    out().print(f"keeps {_kept(hold)}", soft_wrap=True)


def told(hold: Hold) -> dict[str, object]:
    """Return a hold as JSON shows it: nothing personal."""
    return {
        "hold": hold.id,
        "for": hold.matter,
        "review": hold.review,
        "placed": hold.placed,
        "released": hold.released,
        "records": records_in(hold),
        "people": len(hold.people),
    }


def records_in(hold: Hold) -> int:
    """Return how many records a hold names by their numbers."""
    return sum(last - first + 1 for first, last in hold.spans)


def _kept(hold: Hold) -> str:
    count, people = records_in(hold), len(hold.people)
    parts = [f"{count:,} record{'s' * (count != 1)}"] if count else []
    parts += [f"every record of {people} {'person' if people == 1 else 'people'}, also to come"] * bool(
        people
    )
    return " and ".join(parts)


def _selection(kept: Keeping, order: Order, numbers: list[int]) -> Selection:
    people = people_of(kept.vault, order.people)
    if not order.seeks:
        return Selection(seqs=numbers, people=people)
    what = Sought(
        kinds=order.kinds,
        clauses=order.clauses,
        people=frozenset(people),
        since=_instant(order.since, -ALWAYS),
        until=_instant(order.until, ALWAYS),
    )
    with following("looking through the record") as progress:
        found = list(sought(kept.records, kept.keeper.copies, what, progress))
    if not found:
        raise InputError(
            "hold.nothing_found",
            "no record that can be read fits",
            hint="--kind, --clause, --since, --until and --person must all be so of one record",
        )
    return Selection(seqs=[*numbers, *found])


def _matter(word: str) -> Matter:
    if word not in set(Matter):
        raise InputError(
            "hold.matter",
            f"a hold is not for `{word}`",
            hint=did_you_mean(word, Matter),
        )
    return Matter(word)


def _numbers(words: Iterable[str]) -> Iterable[int]:
    for word in words:
        first, _, last = word.partition("-")
        if not (first.isdecimal() and (last or first).isdecimal() and int(first) <= int(last or first)):
            raise InputError(
                "hold.record", f"`{word}` names no records", hint="write --record 17, or --record 17-20"
            )
        yield from range(int(first), int(last or first) + 1)


def reason_of(word: str) -> str:
    """Return a reason, read from standard input where the word is ``-``."""
    return sys.stdin.read(MAX_REASON + 1) if word == "-" else word


def _instant(at: datetime | None, otherwise: int) -> int:
    if at is None:
        return otherwise
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()) * 1_000_000
