"""Generated code and the interpreter come to the same outcomes: matches, errors, and the signals that were read.

``cd tests && python -m property.test_compiled_agrees 100000`` tries so many pairs of expression and event.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random  # noqa: TID251 - seeded, or by hypothesis
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bylaw.base.errors import Problems
from bylaw.engine.compiled import CompiledRules
from bylaw.engine.environment import lists_object
from bylaw.engine.inputs import Inputs
from bylaw.engine.matching import Outcome, interpret_rules
from bylaw.events.event import Event
from bylaw.events.kinds import KINDS, Kind, declare_kind
from bylaw.rules.cel.explain import evaluate_traced
from bylaw.rules.cel.tracing import tracer
from bylaw.rules.cel.values import CelError
from bylaw.rules.rule import Rule
from bylaw.signals.registry import signals_for
from cel_expressions import FORMS, LITERALS, Choose, Vocabulary, expression
from rules_in_memory import families_of, rule_of

RULES, EVENTS = 8, 8  # of one round
LISTS = {
    "words": ("buy now", "casino", "é"),
    "names": ("acc_1", "acc_2", "abc"),
    "patterns": (r"\d+", "(?i)a.c"),
}
TYPES = ("string", "text", "int", "double", "bool", "timestamp", "list(string)", "map(string,string)")
SAMPLE = declare_kind(
    "sample.made",
    {f"{presence}_{name.partition('(')[0]}": f"{words} {name}".strip()
     for presence, words in (("sure", ""), ("perhaps", "optional")) for name in TYPES},
)  # fmt: skip
SOME_KINDS: tuple[Kind, ...] = (SAMPLE, KINDS["message.sent"], KINDS["request.served"])

TEXTS = (
    "",
    "a",
    "abc",
    "buy now, abc 123",
    "CASINO é😀z",
    "-5",
    "1.5",
    "2009-02-13T23:31:30Z",
    "acc_1",
    "a.b\nabc",
)
VALUES: Mapping[str, Sequence[Any]] = {
    "string": TEXTS,
    "int": (0, 1, -1, 7, 60, 2**63 - 1, -(2**63)),
    "double": (0.0, -0.0, 1.0, -1.5, 1e300, float("nan"), float("inf")),
    "bool": (True, False),
    "timestamp": tuple(
        datetime(2024, 2, 29, 12, tzinfo=UTC) + timedelta(hours=7 * n, microseconds=n) for n in range(4)
    ),
    "list(string)": ([], ["a"], ["abc", "acc_1", ""], ["é"] * 3),
    "map(string,string)": ({}, {"a": "abc"}, {"a": "", "abc": "a"}),
}
FUNCTIONS = {
    "bool": (
        "mentions({string}, lists.words)", "mentions({string}, lists.names)", 'mentions({string}, ["abc", "a"])',
        "matches_any({string}, lists.patterns)", "({string} in lists.names)", '({string} in ["a", "abc", "é"])',
        "({string} in {texts})", "{texts}.exists(x, x == {string})", "{texts}.all(x, size(x) > {int} || {bool})",
        "{texts}.exists_one(y, y.contains({string}))", '{string}.contains("a")', '{string}.contains("abc")',
        '{string}.startsWith("a")', '{string}.endsWith("z")', r"{string}.matches('\\d+')", '{string}.matches("(?i)B")',
        '{string}.contains("")', "cel.bind(x, {string}, x.size() > {int} && x.contains('b'))", "{bool} && {bool} && {bool}",
        "({bool} || {bool} || {bool})", "({texts} == {texts})",
    ),
    "string": ("{string}.lowerAscii()", "{texts}[{int}]", "{pairs}[{string}]", "{pairs}.a"),
    "int": ("size({texts})", "size({pairs})", "count_mentions({string}, lists.words)", "{string}.indexOf({string})"),
    "texts": ("{string}.split({string})", "{texts}.filter(x, x != {string})", "mentioned({string}, lists.words)"),
    "pairs": ('{{"a": {string}}}',),
}  # fmt: skip
_SHORT = {"list(string)": "texts", "map(string,string)": "pairs"}


def vocabulary(kind: Kind) -> Vocabulary:
    """The plain words, and what events of a kind have."""
    leaves: dict[str, list[str]] = {name: list(words) for name, words in LITERALS.items()}
    leaves |= {"texts": ["lists.words", '["a", "abc"]'], "pairs": ['{"a": "abc"}']}
    forms = {name: [*FORMS.get(name, ()), *FUNCTIONS.get(name, ())] for name in leaves}
    for name, spec in kind.fields.items():
        place = leaves[_SHORT.get(spec.type, spec.type)]
        place += [f"event.{name}"] * 3
        if spec.optional:
            leaves["bool"].append(f"has(event.{name})")
            guarded = {"string": "event.{0}.size() > 3", "int": "event.{0} > 1", "bool": "event.{0}"}.get(
                spec.type
            )
            forms["bool"] += [f"(has(event.{name}) && {guarded.format(name)})"] * 2 if guarded else []
    for signal in signals_for(kind).values():
        if signal.type in leaves and signal.cost < 20:
            leaves[signal.type].append(signal.name)
    return Vocabulary(leaves, forms)


VOCABULARIES = {kind.name: vocabulary(kind) for kind in SOME_KINDS}


def some_rules(choose: Choose[str], kind: Kind) -> tuple[Rule, ...]:
    made: list[Rule] = []
    while len(made) < RULES:
        source = expression(choose, "bool", int(choose("1234")), VOCABULARIES[kind.name])
        try:
            made.append(rule_of(f"rule-{len(made)}", source, kind, lists=LISTS))
        except Problems:
            continue  # a part has another type than is wanted, or a text that can never be converted
    return tuple(made)


def some_event(choose: Choose[Any], kind: Kind) -> Event:
    values = {"id": "evt_1", "at": choose(VALUES["timestamp"])}
    for name, spec in kind.fields.items():
        if name not in values and (not spec.optional or choose((True, False))):
            values[name] = choose(VALUES[spec.type])
    return kind.struct(**values)


class Agreement:
    """Runs rules both ways and compares."""

    def __init__(self) -> None:
        self.pairs = 0

    def round(self, choose: Choose[Any]) -> None:
        kind = choose(SOME_KINDS)
        rules = some_rules(choose, kind)
        stand_in = lists_object(LISTS)
        matcher = CompiledRules({kind.name: rules}, LISTS, stand_in)
        for _ in range(EVENTS):
            event = some_event(choose, kind)
            wanted, found = (
                self._outcomes(run, rules, event, kind, stand_in) for run in (interpret_rules, matcher)
            )
            assert found == wanted, "\n".join(
                [repr(event), *(r.source for r in rules), matcher.generated(kind.name).source]
            )
            self._trace(rules, event, kind, stand_in)
            self.pairs += len(rules)

    def _trace(self, rules: tuple[Rule, ...], event: Event, kind: Kind, stand_in: object) -> None:
        """What a condition with an answer compared is the same, and so are the signals it read."""
        for rule in rules:
            condition = rule.conditions[kind.name]
            (first, once), (second, again) = (
                (read, {"event": event, "lists": stand_in, **families_of(read, kind)})
                for read in (Inputs(event, signals_for(kind), LISTS) for _ in range(2))
            )
            wanted = evaluate_traced(condition, once)
            if not isinstance(wanted.value, CelError):
                assert tracer(condition)(again) == wanted.comparisons, (event, rule.source)
                assert repr(second.readings()) == repr(first.readings()), (event, rule.source)

    def _outcomes(
        self, run: Callable[..., Any], rules: tuple[Rule, ...], event: Event, kind: Kind, stand_in: object
    ) -> tuple[list[Outcome], list[str]]:
        inputs = Inputs(event, signals_for(kind), LISTS)
        outcomes = list(
            run(rules, kind.name, {"event": event, "lists": stand_in, **families_of(inputs, kind)})
        )
        return outcomes, [repr(reading) for reading in inputs.readings()]


@settings(max_examples=40)
@given(st.randoms(use_true_random=True))
def test_both_come_to_the_same(random: Random) -> None:
    Agreement().round(random.choice)


def rounds(pairs: int) -> Iterator[Agreement]:
    agreement = Agreement()
    for seed in range(pairs // (RULES * EVENTS) + 1):
        agreement.round(Random(seed).choice)  # noqa: S311 - the same pairs every time
        yield agreement


if __name__ == "__main__":
    *_, last = rounds(int(sys.argv[1]))
    print(f"{last.pairs} pairs of expression and event agree")  # noqa: T201 - it is run by hand
