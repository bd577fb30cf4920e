"""Rules only, over a decoded event: generated code beside the interpreter and the official C++ implementation.

``python -m bench.compiled``. Every engine is asked which rules are true; why they are is told afterwards, for
those alone. Rates are medians of rounds, by CPU time; an event's time is by the clock, so p99 has the machine's noise in it.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import cycle, islice, pairwise
from typing import NamedTuple

import msgspec

from bench.measure import rate, show
from bench.rules import WORDS, conditions, cpp, events
from bylaw.base.errors import NOWHERE
from bylaw.engine.compiled import CompiledRules
from bylaw.engine.environment import environment_for
from bylaw.events.decode import Codec
from bylaw.events.event import Event
from bylaw.events.kinds import KINDS, text_of
from bylaw.rules.cel.condition import compile_condition
from bylaw.rules.cel.interpret import evaluate
from bylaw.rules.compile.generate import Outcomes
from bylaw.rules.rule import Mode, OnError, Rule

ALPHABET = "mhtr ab"
KIND = KINDS["message.sent"]
SIZES = (20, 100, 1_000)
REPEATS = 50  # of each event, for the percentiles
LISTS: dict[str, tuple[str, ...]] = {}
GAPS = {n: tuple(f"(?i){a[0]}.{{0,{n}}}{b}" for a, b in pairwise(WORDS)) for n in (40, 190)}
MANY = tuple(f"(?i){a}.*{b}" for a in WORDS for b in WORDS[:12])


# Found by search: two long gaps whose ends are in every letter of the text, so that all of their places stay open.
DEAREST = tuple(
    f"[{'abcdefgh'[n % 8]}x].{{30,{40 + n % 30}}}[{'stuvwyz'[n % 7]}q].{{20,30}}[k-n]Z" for n in range(37)
)


BY_RE2 = tuple(rf"(?i){word}\\pL*\\d.*{word}" for word in WORDS[:11])


class Generated(NamedTuple):
    """Rules over messages, ready to run, and what it took to make them so."""

    run: Callable[[Event], Outcomes]
    milliseconds: float


def rules_of(sources: list[str]) -> tuple[Rule, ...]:
    environment = environment_for(KIND, LISTS)
    return tuple(
        Rule(
            id=f"rule-{number}",
            clauses=("bench/rules/p1",),
            conditions={KIND.name: compile_condition(source, environment)},
            source=source,
            effects=(),
            mode=Mode.ENFORCE,
            on_error=OnError.SKIP,
            rule_set="bench",
        )
        for number, source in enumerate(sources)
    )


def generated(sources: list[str]) -> Generated:
    rules, lists = rules_of(sources), object()
    begin = time.process_time()
    run = CompiledRules({KIND.name: rules}, LISTS, lists).generated(KIND.name).run
    spent = time.process_time() - begin

    return Generated(lambda event: run(event, {"event": event, "lists": lists}), spent * 1000)


def interpreted(sources: list[str]) -> Callable[[Event], list[int]]:
    environment = environment_for(KIND, LISTS)
    trees = [compile_condition(source, environment).tree for source in sources]
    return lambda event: [n for n, tree in enumerate(trees) if evaluate(tree, {"event": event}) is True]


def percentiles(
    run: Callable[[Event], object], some: list[Event], repeats: int = REPEATS
) -> tuple[float, float]:
    """Microseconds of the median event and of the hundredth slowest."""
    spent = []
    for event in some * repeats:
        begin = time.perf_counter_ns()
        run(event)
        spent.append(time.perf_counter_ns() - begin)
    spent.sort()
    return statistics.median(spent) / 1000, spent[len(spent) * 99 // 100] / 1000


def over(run: Callable[[Event], object], some: list[Event]) -> Callable[[], int]:
    def all_of_them() -> int:
        for event in some:
            run(event)
        return len(some)

    return all_of_them


def from_bytes(run: Callable[[Event], object], some: list[Event]) -> Callable[[], int]:
    """The same from lines: decoded, checked, scanned, decided."""
    codec = Codec()
    lines = [codec.encode(event) for event in some]

    def all_of_them() -> int:
        for line in lines:
            run(codec.decode(line, where=NOWHERE))
        return len(lines)

    return all_of_them


def quiet(some: list[Event]) -> list[Event]:
    """The same messages with words that no rule looks for: what most of a service's traffic is to its rules."""
    return [with_text(event, text_of(event)[::-1]) for event in some]


def with_text(event: Event, text: str) -> Event:
    return msgspec.structs.replace(event, text=text)


def adversarial(size: int) -> dict[str, str]:
    """Texts that nearly match all along: beginnings of words, words that gaps may follow, and their ends."""
    scattered = "".join(islice(_letters(), size))
    again = islice(cycle(WORDS), size // 50)
    nearly = " ".join(islice(cycle(word[:-1] for word in WORDS), size))
    return {
        "near misses": nearly[:size],
        "bounded gaps": " ".join(islice(cycle(WORDS[::2]), size))[:size],
        "no two alike": scattered,
        "all words, scattered": "\n".join([*WORDS, scattered])[:size],
        "one letter": "a" * size,
        "beyond ASCII": "é😀" * (size // 2),
        "two letters": f"é{'xqqx' * (size // 4)}nZ",
        "beginnings": "".join(islice(_beginnings(), size))[:size],
        "letters, then words": "\n".join([scattered[: size * 9 // 10], *again])[:size],
    }


def _letters() -> Iterator[str]:
    return (ALPHABET[number % len(ALPHABET)] for number in _numbers())


def _numbers() -> Iterator[int]:
    """Numbers in an order that does not repeat: a linear congruential generator's."""
    state = 1
    while True:
        state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
        yield state >> 33


def _beginnings() -> Iterator[str]:
    """Words, each broken off somewhere: all patterns begin and go on, in no order that repeats."""
    numbers = _numbers()
    for number in numbers:
        word = WORDS[number % len(WORDS)]
        yield word[: 1 + next(numbers) % len(word)]


def bench() -> None:
    some = events()
    for size in SIZES:
        sources = conditions(size)
        ours, reference = generated(sources), interpreted(sources)
        for event in some[:20]:
            hits, redos = ours.run(event)
            if redos or sorted(hits) != reference(event):
                raise SystemExit("generated code and the interpreter disagree")
        peer = cpp(sources, some[:20])
        rows = [
            rate("bylaw, generated", over(ours.run, some)),
            rate("bylaw, generated, few rules match", over(ours.run, quiet(some))),
            rate("bylaw, generated, from JSON bytes", from_bytes(ours.run, some)),
            rate("bylaw, interpreter", over(reference, some[:20])),
            rate("cel-expr-python (C++), an object a rule", lambda peer=peer: len(peer())),  # type: ignore[misc]
        ]
        matching = statistics.mean(len(ours.run(event)[0]) for event in some)
        show(f"Rules only, {size} rules, texts of 200 bytes, {matching:.1f} rules match", rows, "events")
        for name, made in (("", some), (", few rules match", quiet(some))):
            p50, p99 = percentiles(ours.run, made)
            print(f"  generated{name}: p50 {p50:.1f} µs, p99 {p99:.1f} µs an event")
        print(f"  generated in {ours.milliseconds:.0f} ms")
    _adversarial()


def _adversarial() -> None:
    plain = conditions(100)
    engines = {
        "100 rules": plain,
        **{f"and {len(gaps)} gaps up to {n}": [*plain, *_matching(gaps)] for n, gaps in GAPS.items()},
        f"and {len(MANY)} patterns a.*b": [*plain, *_matching(MANY)],
        "the dearest gaps that load": _matching(DEAREST),
        "the most that RE2 carries out": _matching(BY_RE2),
    }
    print(
        "\nCrafted texts, microseconds of CPU: the slowest of all that were made, and which, first seen and again"
    )
    (event, *_) = events(1)
    for size in (10_000, 1_000_000):
        made = {name: with_text(event, text) for name, text in adversarial(size).items()}
        for engine, sources in engines.items():
            spent = {name: _first_and_again(sources, one) for name, one in made.items()}
            name = max(spent, key=lambda name: spent[name])
            print(f"  {size:>9,} bytes, {engine:30} {spent[name][0]:12,.0f} {spent[name][1]:12,.0f}  {name}")


def _matching(patterns: Iterable[str]) -> list[str]:
    return [f'event.text.matches("{pattern}")' for pattern in patterns]


def _first_and_again(sources: list[str], event: Event) -> tuple[float, float]:
    """Microseconds for a text that rules made anew see first, and for the same text again."""
    run = generated(sources).run
    spent = []
    for _ in range(2):
        begin = time.process_time()
        run(event)
        spent.append((time.process_time() - begin) * 1e6)
    return spent[0], spent[1]


if __name__ == "__main__":
    bench()
