"""What each rule costs, measured. The clock is an argument; nothing else here depends on the machine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

ROUNDS = 3  # each rule is measured so often, and the best counts: the others were disturbed

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One rule: microseconds an event, alone, and its share of the sum over all rules, from 0 to 1."""

    rule: str
    microseconds: float
    share: float


def profile(
    runs: Mapping[str, Callable[[Given], object]],
    given: Callable[[], Sequence[Given]],
    clock: Callable[[], int],
) -> tuple[Row, ...]:
    """Return a row for each rule, the dearest first.

    Each rule is measured alone, so what several share (a field's scan, a signal) counts for each of them,
    and the sum is more than the rules cost together.

    Args:
        runs: what evaluates a rule on one event, by the rule's id.
        given: makes the events anew: signals that were read once cost nothing the second time.
        clock: nanoseconds, from any beginning; CPU time is the steadier.
    """
    spent = {rule: min(_spent(run, given(), clock) for _ in range(ROUNDS)) for rule, run in runs.items()}
    total = sum(spent.values())
    rows = (
        Row(rule=rule, microseconds=each / 1000, share=each / total if total else 0.0)
        for rule, each in spent.items()
    )
    return tuple(sorted(rows, key=lambda row: (-row.microseconds, row.rule)))


def _spent(run: Callable[[Given], object], given: Sequence[Given], clock: Callable[[], int]) -> float:
    """Nanoseconds an event."""
    begin = clock()
    for one in given:
        run(one)
    return (clock() - begin) / len(given) if given else 0.0
