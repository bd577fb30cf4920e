"""Rules over a decoded event: the reference interpreter beside two other CEL implementations.

The interpreter defines what conditions mean and is written to be read; it is the floor that compiled
rules will be measured against.
"""

from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

import celpy
import msgspec
import rule_engine
from cel_expr_python import cel
from celpy.adapter import json_to_cel

from bench.measure import rate, show
from bylaw.base.errors import NOWHERE
from bylaw.engine.environment import environment_for
from bylaw.events.decode import Codec
from bylaw.events.event import Event
from bylaw.events.kinds import KINDS
from bylaw.rules.cel.condition import compile_condition
from bylaw.rules.cel.interpret import evaluate

WORDS = [
    "morning",
    "harbour",
    "tide",
    "rope",
    "anchor",
    "lantern",
    "gull",
    "quay",
    "ferry",
    "signal",
    "winter",
    "market",
    "bread",
    "letter",
]
SIZES = (20, 100)


# Four of ten over text, six over fields: what rules are made of. The same in CEL and in rule-engine's language.
SHAPES = (
    ('event.text.contains("{word}")', '"{word}" in text'),
    ('event.text.matches("(?i){word}[a-z]* (is|was)")', 'text =~~ "(?i){word}[a-z]* (is|was)"'),
    ("size(event.text) > {n}", "text.length > {n}"),
    ('event.channel == "{word}"', 'channel == "{word}"'),
    ('event.actor == "acc_{n}" || size(event.text) < {n}', 'actor == "acc_{n}" or text.length < {n}'),
    (
        'event.text.startsWith("{word}") && size(event.text) > {n}',
        'text.starts_with("{word}") and text.length > {n}',
    ),
    (
        'event.channel != "chat" && event.actor != "acc_{n}"',
        'channel != "chat" and actor != "acc_{n}"',
    ),
    ("size(event.text) % 97 == {n} % 97", "text.length % 97 == {n} % 97"),
    ('event.actor.endsWith("{n}")', 'actor.ends_with("{n}")'),
    ('event.text.endsWith("{word}")', 'text.ends_with("{word}")'),
)


def conditions(count: int, language: int = 0) -> list[str]:
    """Return so many conditions, in CEL (0) or rule-engine's language (1)."""
    words = list(islice(cycle(WORDS), count))
    return [SHAPES[n % len(SHAPES)][language].format(word=words[n], n=n * 7) for n in range(count)]


def events(count: int = 200) -> list[Event]:
    """Messages of about 200 bytes."""
    codec = Codec(KINDS.values())
    made = []
    for n in range(count):
        text = " ".join(islice(cycle(WORDS[n % len(WORDS) :] + WORDS), 32))
        line = (
            f'{{"kind":"message.sent","id":"evt_{n}","at":"2026-01-01T10:00:00Z","actor":"acc_{n}",'
            f'"channel":"chat","text":"{text}"}}'
        )
        made.append(codec.decode(line.encode(), where=NOWHERE))
    return made


def bylaw(sources: list[str], some: list[Event]) -> Callable[[], list[int]]:
    environment = environment_for(KINDS["message.sent"], {})
    trees = [compile_condition(source, environment).tree for source in sources]
    return lambda: [sum(evaluate(tree, {"event": event}) is True for tree in trees) for event in some]


def cpp(sources: list[str], some: list[Event]) -> Callable[[], list[int]]:
    env = cel.NewEnv(variables={"event": cel.Type.DYN})
    compiled = [env.compile(source) for source in sources]
    data = [{"event": plain(event)} for event in some]

    def matches(one: dict[str, Any]) -> int:
        activation = env.Activation(one)
        return sum(expression.eval(activation).plain_value() is True for expression in compiled)

    return lambda: list(map(matches, data))


def python(sources: list[str], some: list[Event]) -> Callable[[], list[int]]:
    env = celpy.Environment()
    programs = [env.program(env.compile(source)) for source in sources]
    data = [{"event": json_to_cel(plain(event))} for event in some]
    return lambda: [sum(bool(program.evaluate(one)) for program in programs) for one in data]


def ruler(sources: list[str], some: list[Event]) -> Callable[[], list[int]]:
    rules = [rule_engine.Rule(source) for source in sources]
    data = [plain(event) for event in some]
    return lambda: [sum(rule.matches(one) for rule in rules) for one in data]


def plain(event: Event) -> dict[str, Any]:
    return dict(msgspec.to_builtins(event))


def bench() -> None:
    some = events()
    for size in SIZES:
        sources = conditions(size)
        engines = {
            "bylaw, reference interpreter": bylaw(sources, some),
            "cel-python, interpreted": python(sources, some[:5]),
            "rule-engine": ruler(conditions(size, 1), some[:20]),
            "cel-expr-python (C++), an object a rule": cpp(sources, some),
        }
        found = [engine()[:5] for engine in engines.values()]
        if any(counts != found[0] for counts in found):
            raise SystemExit(f"the engines disagree: {found}")
        rows = [rate(name, lambda run=engine: len(run())) for name, engine in engines.items()]  # type: ignore[misc]
        show(f"Rules only, {size} rules, decoded events with texts of 200 bytes", rows, "events")
