"""How good verdicts and rules are: agreement of two who judged the same, reversals, times, items with a known verdict."""

from collections.abc import Iterable, Mapping
from statistics import median
from typing import Final, NamedTuple

import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError
from bylaw.cases import store
from bylaw.cases.folding import LATE
from bylaw.cases.judging import DONE
from bylaw.cases.machine import precision
from bylaw.cases.model import GOLDEN as KEPT
from bylaw.cases.model import Golden, Outcome, State, What
from bylaw.cases.tables import CITED, DAYS, FIGURES, GOLDEN, PAIRS, VERDICTS
from bylaw.cases.working import Working
from bylaw.records.fact import Fact

MAX_LISTED: Final = 200
MAX_TIMES: Final = 1_000  # verdicts that a median is of

Counts = Mapping[tuple[str, str], int]  # how often, by first and second outcome


class Agreement(NamedTuple):
    """How far two agree on something: ``rate`` of pairs alike, Cohen's ``kappa`` (none: chance alone would do)."""

    subject: str  # such as ``rule shouting``
    pairs: int
    rate: float
    kappa: float | None


class Figure(NamedTuple):
    """How often people found a rule, a clause or a reporter right and wrong; and what became of it on appeal."""

    name: str
    right: int
    wrong: int
    sustained: int
    reversed: int

    @property
    def seen(self) -> int:
        """How often people looked, on appeal too."""
        return self.right + self.wrong + self.sustained + self.reversed

    @property
    def reversal_rate(self) -> float | None:
        """The share of what people looked at, on appeal too, that was wrong; none, if they looked at nothing."""
        return (self.wrong + self.reversed) / self.seen if self.seen else None

    @property
    def confidence(self) -> int:
        """What priority makes of it, in thousandths."""
        return precision(self.right, self.wrong)


class Precedent(NamedTuple):
    """An earlier verdict on a clause."""

    verdict: str
    case: str
    seq: int
    by: str
    at: int
    outcome: Outcome
    clauses: tuple[str, ...]


class Times(NamedTuple):
    """How long it took from raised to decided, in microseconds: the median and the slowest tenth, of the last verdicts."""

    verdicts: int
    median: int
    slowest: int


class Known(NamedTuple):
    """An item whose right verdict is known."""

    golden: str
    queue: str
    source: int
    decision: str
    outcome: Outcome
    clauses: tuple[str, ...]


def kappa(counts: Counts) -> float | None:
    """Return Cohen's κ of two who judged the same things (Cohen 1960); none, if chance alone leaves no room.

    Args:
        counts: how often, by what the first said and what the second did.
    """
    total = sum(counts.values())
    if not total:
        return None
    alike = sum(count for (first, second), count in counts.items() if first == second) / total
    by_chance = sum(
        sum(c for (first, _), c in counts.items() if first == said)
        * sum(c for (_, second), c in counts.items() if second == said)
        for said in {outcome for pair in counts for outcome in pair}
    ) / (total * total)
    return None if by_chance >= 1 else (alike - by_chance) / (1 - by_chance)


def agreement(core: sa.Connection, kind: str = "", *, golden: bool = False) -> list[Agreement]:
    """Return how far two agree: by ``rule``, ``clause``, ``queue`` or ``staff``, the most often compared first.

    Without ``kind`` there is one line, of everything. ``golden``: with the verdicts that are known to be right.
    """
    subject = PAIRS.c.subject
    wanted = subject == "" if not kind else subject.between(f"{kind} ", f"{kind}!")
    query = sa.select(subject, PAIRS.c.first, PAIRS.c.second, sa.func.count())
    query = query.where(wanted, PAIRS.c.golden == int(golden)).group_by(
        subject, PAIRS.c.first, PAIRS.c.second
    )
    found: dict[str, dict[tuple[str, str], int]] = {}
    for name, first, second, count in core.execute(query).all():
        found.setdefault(name, {})[first, second] = count
    lines = [_agreement(name, counts) for name, counts in found.items()]
    return sorted(lines, key=lambda one: (-one.pairs, one.subject))[:MAX_LISTED]


def _agreement(name: str, counts: Counts) -> Agreement:
    pairs = sum(counts.values())
    alike = sum(count for (first, second), count in counts.items() if first == second)
    return Agreement(name, pairs, alike / pairs, kappa(counts))


def figures(core: sa.Connection, what: str, names: Iterable[str] = ()) -> list[Figure]:
    """Return figures of rules or clauses (``rule``, ``clause``), those most often wrong first."""
    query = sa.select(FIGURES).where(FIGURES.c.what == what)
    if wanted := list(names):
        query = query.where(FIGURES.c.name.in_(wanted))
    wrong = FIGURES.c.wrong + FIGURES.c.reversed
    rows = core.execute(query.order_by(wrong.desc(), FIGURES.c.name).limit(MAX_LISTED))
    return [Figure(row.name, row.right, row.wrong, row.sustained, row.reversed) for row in rows]


def by_day(core: sa.Connection, what: str, name: str, first: int, last: int) -> dict[int, Figure]:
    """Return the figures of a rule or a clause by day, of days on which people looked, the earliest first.

    ``first`` and ``last`` are days since 1970 (UTC), the last one not included. All days together are what ``figures`` tells.
    """
    query = sa.select(DAYS).where(DAYS.c.what == what, DAYS.c.name == name)
    rows = core.execute(query.where(DAYS.c.day >= first, DAYS.c.day < last).order_by(DAYS.c.day))
    return {row.day: Figure(name, row.right, row.wrong, row.sustained, row.reversed) for row in rows}


def late(core: sa.Connection) -> Mapping[str, tuple[int, int]]:
    """Return how many cases were nearly late and late, by queue, ever."""
    rows = core.execute(sa.select(FIGURES).where(FIGURES.c.what == LATE))
    return {row.name: (row.right, row.wrong) for row in rows}


def precedents(
    core: sa.Connection, clauses: Iterable[str], *, but: str = "", limit: int = 5
) -> list[Precedent]:
    """Return the last verdicts on clauses, the newest first; ``but`` one case's."""
    query = (
        sa.select(VERDICTS)
        .join(CITED, CITED.c.verdict == VERDICTS.c.verdict)
        .where(CITED.c.clause.in_(list(clauses)), VERDICTS.c.case != but)
        .order_by(CITED.c.seq.desc())
        .limit(limit * 4)  # one verdict may cite several of them
    )
    found = {row.verdict: row for row in core.execute(query)}
    return [
        Precedent(
            row.verdict, row.case, row.seq, row.by, row.at, Outcome(row.outcome), store.listed(row.clauses)
        )
        for row in list(found.values())[:limit]
    ]


def times(core: sa.Connection, queue: str) -> Times:
    """Return how long verdicts of a queue took, of the last ``MAX_TIMES``."""
    query = sa.select(VERDICTS.c.took).where(VERDICTS.c.queue == queue)
    took = sorted(core.scalars(query.order_by(VERDICTS.c.at.desc()).limit(MAX_TIMES)))
    return Times(len(took), int(median(took)), took[len(took) * 9 // 10]) if took else Times(0, 0, 0)


def known(core: sa.Connection) -> list[Known]:
    """Return the items whose right verdict is known, the newest first."""
    query = sa.select(GOLDEN).where(GOLDEN.c.gone == 0).order_by(GOLDEN.c.seq.desc()).limit(MAX_LISTED)
    return [
        Known(
            row.golden, row.queue, row.source, row.decision, Outcome(row.outcome), store.listed(row.clauses)
        )
        for row in core.execute(query)
    ]


class Assuring(Working):
    """Verbs of whoever cares for the quality of verdicts."""

    def keep_golden(self, case: str, by: str) -> str:
        """Keep what a case was about as an item whose right verdict is known: the one that was carried out.

        Raises:
            ConflictError: ``case.order``, it is not decided, or its verdict has not left.
        """
        found = self.find(case)
        with self._records.reading() as core:
            item = next(iter(store.items(core, case, 1)), None)
            verdict = core.execute(sa.select(VERDICTS).where(VERDICTS.c.verdict == found.verdict)).first()
        plain = found.what not in (What.APPEAL, What.GOLDEN) and found.state is State.CLOSED
        if item is None or verdict is None or not item.source or not plain or verdict.state != DONE:
            raise ConflictError("case.order", "only a verdict that was carried out can be known to be right")
        golden = Golden(
            golden=self._name("gold"),
            by=by,
            seq=item.source,
            decision=item.decision,
            queue=found.queue,
            outcome=Outcome(verdict.outcome),
            clauses=store.listed(verdict.clauses),
            person=found.person,
            event=item.event,
            people=(found.person,) if found.person else (),
        )
        self._commit(Fact(KEPT, canonical_bytes(golden)))
        return golden.golden

    def drop_golden(self, golden: str, by: str) -> None:
        """Use an item no more."""
        self._commit(Fact(KEPT, canonical_bytes(Golden(golden=golden, by=by, gone=True))))
