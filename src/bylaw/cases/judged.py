"""What people said of events, for back-tests: by the number of the event's fact, clause by clause, in the order of time.

It means what the figures of rules and clauses mean (``judging``): what a verdict cites is violated, what had it looked
at and the verdict does not confirm is not. Second looks and known items handed out to somebody do not count; verdicts
count once they were carried out.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from bylaw.base.errors import InputError
from bylaw.cases.joining import above
from bylaw.cases.judging import DONE
from bylaw.cases.model import CLOSED, Outcome, What
from bylaw.cases.tables import CASES, GOLDEN, HISTORY, ITEMS, VERDICTS

MAX_VERDICTS: Final = 1_000_000  # in one stretch: a thing that a verdict is about counts as one
_PAGE: Final = 10_000
_BLIND: Final = (What.SAMPLE, What.GOLDEN)
_COUNTED: Final = (Outcome.VIOLATION, Outcome.NO_VIOLATION)
_COLUMNS: Final = "known source named beside outcome cited seq".split()
_ALIKE: Final = 4_096  # verdicts that say the same share a mapping


def judged(core: sa.Connection, first: int, last: int) -> Iterator[tuple[int, Mapping[str, bool]]]:
    """Yield what was said of the events of a stretch of rows: the row, and by clause whether it is violated.

    In the order in which it was decided, appeals among the rest, items that are known to be right at the end.

    Raises:
        InputError: ``verdicts.too_many``, more than ``MAX_VERDICTS``.
    """
    query = sa.union_all(
        _verdicts().where(ITEMS.c.source.between(first, last)),
        _appeals().where(ITEMS.c.source.between(first, last)),
        _known().where(GOLDEN.c.source.between(first, last)),
    ).order_by("known", "seq", "source")
    query = query.limit(MAX_VERDICTS + 1)
    with core.execute(query, execution_options={"yield_per": _PAGE}) as found:
        for number, row in enumerate(found):
            if number == MAX_VERDICTS:
                message = f"there are more than {MAX_VERDICTS:,} verdicts on these events"
                raise InputError("verdicts.too_many", message, hint="take fewer rows")
            yield row.source, _said(row.outcome, row.named, row.beside, row.cited)


def _told(*columns: Any) -> sa.Select[Any]:  # noqa: ANN401 - columns of tables
    return sa.select(*(column.label(name) for name, column in zip(_COLUMNS, columns, strict=True)))


def _verdicts() -> sa.Select[Any]:
    """Select verdicts that were carried out; of a case that is the last one."""
    case, said = CASES.c, VERDICTS.c
    columns = (ITEMS.c.source, ITEMS.c.clauses, case.clauses, said.outcome, said.clauses, said.seq)
    return (
        _told(sa.literal(0), *columns)
        .join(CASES, case.case == ITEMS.c.case)
        .join(VERDICTS, said.verdict == case.verdict)
        .where(said.state == DONE, said.outcome.in_(_COUNTED), case.what.not_in(_BLIND))
    )


def _appeals() -> sa.Select[Any]:
    """Select appeals that were decided: what they were about was right, or wrong."""
    case, step = CASES.c, HISTORY.c
    columns = (ITEMS.c.source, ITEMS.c.clauses, case.clauses, case.outcome, case.clauses, step.seq)
    return (
        _told(sa.literal(0), *columns)
        .join(CASES, case.case == ITEMS.c.case)
        .join(HISTORY, (step.case == case.case) & (step.kind == CLOSED))
        .where(case.what == What.APPEAL, case.outcome.in_(_COUNTED))
    )


def _known() -> sa.Select[Any]:
    """Select items that are known to be right, as long as they are used."""
    nothing, item = sa.literal("[]"), GOLDEN.c
    columns = (item.source, nothing, nothing, item.outcome, item.clauses, item.seq)
    return _told(sa.literal(1), *columns).where(item.gone == 0, item.outcome.in_(_COUNTED))


@lru_cache(_ALIKE)
def _said(outcome: str, named: str, beside: str, cited: str) -> Mapping[str, bool]:
    """Return what a verdict says of one thing.

    Args:
        outcome: of the verdict.
        named: clauses on which this thing was raised.
        beside: those of everything in the case.
        cited: those that the verdict cites. One that only another thing in the case was raised on is about that one.
    """
    mine, cites = _names(named), _names(cited)
    if outcome != Outcome.VIOLATION:
        return dict.fromkeys((*mine, *cites), False)
    confirmed, others = above(cites), set(_names(beside)).difference(mine)
    about = (one for one in cites if not _under(one, others) or _under(one, mine))
    return {**{one: False for one in mine if one not in confirmed}, **dict.fromkeys(about, True)}


def _under(clause: str, clauses: Iterable[str]) -> bool:
    return not above([clause]).isdisjoint(clauses)


def _names(text: str) -> list[str]:
    return msgspec.json.decode(text, type=list[str])
