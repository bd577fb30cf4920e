"""Timing that is honest on a busy machine: several rounds, the median, CPU time beside wall time."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 5
SECONDS = 0.4  # how long one round runs at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Operations a second: the median of the rounds, its extremes, and by CPU time."""

    name: str
    median: float
    lowest: float
    highest: float
    by_cpu: float


def rate(name: str, operation: Callable[[], int]) -> Rate:
    """Measure ``operation``, which returns how many operations one call was."""
    operation()
    rounds = [_round(operation) for _ in range(ROUNDS)]
    wall = sorted(count / seconds for count, seconds, _ in rounds)
    cpu = statistics.median(count / seconds for count, _, seconds in rounds)
    return Rate(name=name, median=statistics.median(wall), lowest=wall[0], highest=wall[-1], by_cpu=cpu)


def _round(operation: Callable[[], int]) -> tuple[int, float, float]:
    count, wall, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - wall < SECONDS:
        count += operation()
    return count, time.perf_counter() - wall, time.process_time() - cpu


def show(title: str, rates: list[Rate], unit: str) -> None:
    """Print rates as a table; the ratio is to the last row, the peer."""
    print(f"\n{title}")
    print(f"  {'':48} {unit + '/s':>14} {'lowest':>12} {'highest':>12} {'by CPU':>12} {'ratio':>8}")
    for row in rates:
        ratio = row.median / rates[-1].median
        print(
            f"  {row.name:48} {row.median:14,.0f} {row.lowest:12,.0f} {row.highest:12,.0f} "
            f"{row.by_cpu:12,.0f} {ratio:8.2f}"
        )
