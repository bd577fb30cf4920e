"""The memory of the engine: updates and readings, and how much room a million keys take."""

import resource
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from bench.measure import rate, show
from bylaw.engine.environment import environment_for
from bylaw.engine.memory.acquaintance import Acquaintance
from bylaw.engine.memory.bounds import HOUR, LATENESS, SECOND, Limits
from bylaw.engine.memory.counters import declare_counter
from bylaw.engine.memory.keys import Keys
from bylaw.engine.memory.memory import Memory, Spec
from bylaw.engine.memory.reads import Read
from bylaw.engine.memory.sample import Sample
from bylaw.engine.memory.table import Table
from bylaw.engine.memory.trail import Trail
from bylaw.events.kinds import KINDS
from bylaw.events.vocabulary import MessageSent
from bylaw.rules.cel.values import Duration

KEYS = Keys(b"a secret for benches")
START = datetime(2026, 3, 1, tzinfo=UTC)
EVENTS = 20_000  # in one call of an operation
GAP = SECOND // 50
SENT = "message.sent"
WORDS = (
    "the ferry leaves the quay at four and the lantern on the pier is lit by then so come early bring bread "
    "and a letter for the keeper who reads the tide tables every winter morning before the market opens"
)


def trails(keys: int) -> Callable[[], int]:
    """Count an event and read its key's last hour, 50 events a second over so many keys."""
    kept = Table(lambda: Trail(amounts=False), keep=HOUR + LATENESS, keys=200_000, entries=1_000_000)
    names = [f"account-{number * 7919 % keys}" for number in range(EVENTS)]
    moments = count(0, GAP)

    def run() -> int:
        for name, at in zip(names, moments, strict=False):
            key = KEYS.of(name)
            kept.add(key, at, 1.0)
            kept.rows[key].count(at - HOUR, at + LATENESS)
        return EVENTS

    return run


def samples() -> Callable[[], int]:
    """Take in a value and read a key's distinct values of the last hour, about ten of them."""
    kept = Table(Sample, keep=HOUR + LATENESS, keys=200_000, entries=1_000_000)
    moments = count(0, GAP)

    def run() -> int:
        for number, at in zip(range(EVENTS), moments, strict=False):
            key = KEYS.of(f"account-{number % 2_000}")
            kept.add(key, at, KEYS.number(f"recipient-{number % 20_000}"))
            kept.rows[key].count(at - HOUR, at + LATENESS)
        return EVENTS

    return run


def spec(*reads: Read) -> Spec:
    counter = declare_counter(SENT, on=[SENT], environments={SENT: environment_for(KINDS[SENT], {})})
    return Spec(
        book="sha256:0", reads=frozenset(reads), counters={SENT: counter}, acquaintance=Acquaintance()
    )


def message(number: int, text: str = "x") -> MessageSent:
    return MessageSent(
        id=f"{number}",
        at=START + timedelta(milliseconds=20 * number),
        actor=f"account-{number * 7919 % 20_000}",
        recipient=f"account-{number * 104_729 % 20_000}",
        text=text,
    )


def asked(
    read: Read, function: str, arguments: Callable[[MessageSent], tuple[object, ...]]
) -> Callable[[], int]:
    """Ask one question of a whole memory for each event, then observe it."""
    memory = Memory(spec(read), KEYS)
    texts = WORDS.split()
    events = [
        message(number, " ".join([*texts[number % 30 :], *texts[: number % 30], f"note{number % 300}"]))
        for number in range(EVENTS)
    ]

    def run() -> int:
        for event in events:
            memory.reader(event, event.at).ask(function, *arguments(event))
            memory.observe(event, event.at)
        return EVENTS

    return run


def room(limits: Limits) -> None:
    """Print what a memory weighs while keys come by the million."""
    memory = Memory(spec(Read("moments", SENT, "", HOUR)), KEYS, limits)
    tracemalloc.start()
    print(f"\nRoom while keys come, {limits.keys:,} kept")
    print(f"  {'keys seen':>12} {'keys kept':>12} {'MiB traced':>12}")
    for number in range(1_000_001):
        event = MessageSent(
            id="m", at=START + timedelta(milliseconds=number), actor=f"account-{number}", text="x"
        )
        memory.observe(event, event.at)
        if number % 200_000 == 0:
            kept = len(memory.tables["moments", SENT, ""].rows)
            print(f"  {number:12,} {kept:12,} {tracemalloc.get_traced_memory()[0] / 2**20:12.1f}")
    tracemalloc.stop()
    print(f"  the process at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def bench() -> None:
    hour = Duration(HOUR * 1_000)
    rows = [
        rate("count: update and read, 20,000 keys", trails(20_000)),
        rate("count: update and read, one key, 180,000 in the hour", trails(1)),
        rate("distinct: update and read", samples()),
        rate(
            "event: ask count, observe",
            asked(Read("moments", SENT, "", HOUR), "count", lambda e: (SENT, e.actor, hour)),
        ),
        rate(
            "event: ask knows, observe",
            asked(Read("relations"), "knows", lambda e: (e.actor, e.recipient)),
        ),
        rate(
            "event: ask near_duplicates, observe, 200 characters",
            asked(Read("texts", SENT, "", HOUR), "near_duplicates", lambda e: (SENT, e.text, hour)),
        ),
    ]
    show("Memory: windows and relations", rows, "operations")
    room(Limits(keys=100_000, entries=200_000))
