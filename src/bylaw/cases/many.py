"""One verdict on many cases, and taking it back: step by step, so that nobody else waits for all of it.

A crash, or whoever stops halfway, leaves the steps that are done: they share a batch, and can be taken back by it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import sqlalchemy as sa

from bylaw.base.errors import BylawError, ConflictError, InputError
from bylaw.cases import store
from bylaw.cases.deciding import Deciding, Given
from bylaw.cases.judging import GIVEN
from bylaw.cases.model import MAX_BULK
from bylaw.cases.store import CaseAt
from bylaw.cases.tables import VERDICTS
from bylaw.cases.verdicts import Verdict
from bylaw.records.fact import Fact
from bylaw.records.people import subject_of

AT_ONCE: Final = 50  # cases of a step: events wait no longer than for that
BACK_AT_ONCE: Final = 25  # taking one back is twice the work
MOVED: Final = "case.moved"
UNKNOWN: Final = "case.unknown"

May = Callable[[CaseAt], bool]


class Bulk(NamedTuple):
    """What deciding many came to: what they share, verdicts by case, and cases that were left, by the reason's code."""

    batch: str
    given: dict[str, Given]
    left: dict[str, str]


class DecidingMany(Deciding):
    """Gives verdicts on many cases."""

    def decide_all(self, cases: Sequence[str], by: str, verdict: Verdict) -> Bulk:
        """Give one verdict on many cases; those that somebody else has are left. Raises as ``deciding_all``."""
        return together(self.deciding_all(cases, by, verdict))

    def deciding_all(
        self,
        cases: Iterable[str],
        by: str,
        verdict: Verdict,
        *,
        may: May = lambda _: True,
        at_once: int = AT_ONCE,
    ) -> Iterator[Bulk]:
        """Decide as ``decide_all`` does, step by step: others may work with the record between two of them.

        Each step is one commit, durable when it is yielded, and every case is looked at anew in its step.

        Args:
            cases: which.
            by: who decides.
            verdict: on each of them.
            may: whether a case, as it stands in its step, may be decided still; else it is left (``case.moved``).
            at_once: how many cases a step looks at.

        Raises:
            InputError: ``case.bulk``, there are none, or too many.
        """
        wanted = list(dict.fromkeys(cases))
        if not 0 < len(wanted) <= MAX_BULK:
            raise InputError("case.bulk", f"1 to {MAX_BULK} cases are decided in one go")
        batch = self._name("batch")
        for start in range(0, len(wanted), at_once):
            yield self._step(batch, wanted[start : start + at_once], by, verdict, may)

    def withdraw_all(self, batch: str, by: str) -> int:
        """Take back what of the verdicts of a batch has not left; return how many."""
        return sum(self.withdrawing_all(batch, by))

    def withdrawing_all(self, batch: str, by: str, *, at_once: int = BACK_AT_ONCE) -> Iterator[int]:
        """Take back as ``withdraw_all`` does, step by step; each is durable when it is yielded: how many it took back.

        Who stops halfway may begin anew, and takes back the rest.
        """
        query = sa.select(VERDICTS.c.case).where(
            VERDICTS.c.batch == batch, VERDICTS.c.state == GIVEN, VERDICTS.c.by == by
        )
        while batch:
            with self._records.reading() as core:
                found = store.cases(core, core.scalars(query.order_by(VERDICTS.c.seq).limit(at_once)))
            if not found:
                return
            self._commit(*(self._withdrawing(case, by) for case in found.values()))
            yield len(found)

    # --

    def _step(self, batch: str, names: Sequence[str], by: str, verdict: Verdict, may: May) -> Bulk:
        now, left, made = self._records.clock(), dict[str, str](), dict[str, tuple[Given, Fact]]()
        with self._records.reading() as core:
            found, barred = store.cases(core, names), store.barred(core, names, by)
        self._vault.prepare_evidence({subject_of(one.person) for one in found.values() if one.person})
        for name in names:
            case = found.get(name)
            why = self._not_free(case, by, now, barred=name in barred) if case else UNKNOWN
            if case is None or why or not may(case):
                left[name] = why or MOVED
                continue
            try:
                made[name] = self._deciding(case, by, verdict, batch, None)
            except BylawError as error:
                left[name] = error.code
        return together([Bulk(batch, {}, left), *self._kept(batch, made)])

    def _kept(self, batch: str, made: Mapping[str, tuple[Given, Fact]]) -> Iterator[Bulk]:
        """Commit verdicts: together, or, if that is refused, each by itself."""
        if not made:
            return
        try:
            self._commit(*(fact for _, fact in made.values()))
        except ConflictError as error:
            if len(made) == 1:
                yield Bulk(batch, {}, dict.fromkeys(made, error.code))
                return
            for name, one in made.items():
                yield from self._kept(batch, {name: one})
            return
        yield Bulk(batch, {name: given for name, (given, _) in made.items()}, {})


def together(steps: Iterable[Bulk]) -> Bulk:
    """Return what steps came to; there is one at least."""
    made = list(steps)
    given = {name: one for step in made for name, one in step.given.items()}
    return Bulk(made[0].batch, given, {name: why for step in made for name, why in step.left.items()})
