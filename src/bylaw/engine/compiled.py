"""The rules of a book as generated functions: the same outcomes as ``interpret_rules``, sooner.

A rule that generated code has no answer for is interpreted. One that matched goes through a function of its own,
made at its first match, for the values it compared.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bylaw.engine.basis import Basis
from bylaw.engine.decision import Comparison
from bylaw.engine.functions import FUNCTIONS
from bylaw.engine.matching import Bindings, Matched, Outcome, comparison, interpret_rules
from bylaw.engine.memory.memory import Asks, Judge, interpreted
from bylaw.rules.cel.condition import Condition
from bylaw.rules.cel.explain import evaluate_traced
from bylaw.rules.cel.tracing import Trace, tracer
from bylaw.rules.cel.values import Value
from bylaw.rules.compile.generate import Generated, generate, generate_value
from bylaw.rules.compile.profile import Row, profile
from bylaw.rules.compile.scan import TEXTS, Lists, Question, Scan, Scanner
from bylaw.rules.compile.together import pattern_set
from bylaw.rules.rule import Rule
from bylaw.signals.text.patterns import matches_any
from bylaw.signals.text.phrases import count_mentions, finder, mentions

QUIET: Final = frozenset(overload.run for function in FUNCTIONS for overload in function.overloads)


class CompiledRules:
    """A ``Matcher`` over the rules of one book. Functions are generated when a kind is first met.

    ``lists`` are the book's, and ``lists_object`` what stands for them in the bindings: with any other the
    rules are interpreted, since generated code holds what it knew.
    """

    def __init__(self, rules: Mapping[str, tuple[Rule, ...]], lists: Lists, lists_object: object) -> None:
        self._rules = rules
        self._lists = lists
        self._lists_object = lists_object
        self._generated: dict[str, Generated] = {}
        self._tracers: dict[tuple[str, str], Trace] = {}  # by kind and rule

    def __call__(self, rules: tuple[Rule, ...], kind: str, bindings: Bindings) -> Iterable[Outcome]:
        """Return the outcomes of the rules on one event, in the order of the rules."""
        if rules is not self._rules.get(kind) or bindings.get("lists") is not self._lists_object:
            return interpret_rules(rules, kind, bindings)
        run = self.generated(kind).run
        try:
            hits, redos = run(bindings["event"], bindings)
        except Exception:  # noqa: BLE001 - whatever it was, the interpreter has the answer
            return interpret_rules(rules, kind, bindings)
        if not hits and not redos:
            return ()
        return self._outcomes(rules, kind, bindings, hits, redos)

    def _outcomes(
        self,
        rules: Sequence[Rule],
        kind: str,
        bindings: Bindings,
        hits: Sequence[int],
        redos: Collection[int],
    ) -> Iterable[Outcome]:
        for place in sorted([*hits, *redos]):
            rule = rules[place]
            if place in redos:
                yield from interpret_rules((rule,), kind, bindings)
            else:
                yield Matched(rule, self._compared(rule, kind, bindings))

    def _compared(self, rule: Rule, kind: str, bindings: Bindings) -> tuple[Comparison, ...]:
        condition = rule.conditions[kind]
        trace = self._tracers.get((kind, rule.id))
        if trace is None:
            trace = self._tracers[kind, rule.id] = tracer(condition)
        try:
            compared = trace(bindings)
        except Exception:  # noqa: BLE001 - whatever it was, the interpreter has the answer
            compared = evaluate_traced(condition, bindings).comparisons
        return tuple([comparison(each) for each in compared])

    def generated(self, kind: str) -> Generated:
        """Return the generated function of a kind, with its source."""
        if kind not in self._generated:
            self._generated[kind] = generate(
                self._rules[kind], kind, lists=self._lists, scanners=SCANNERS, quiet=QUIET
            )
        return self._generated[kind]


def compiled(basis: Basis) -> CompiledRules:
    """Return the matcher of a book."""
    return CompiledRules(basis.rules, basis.lists, basis.lists_object)


def judge(basis: Basis) -> Judge:
    """Return what evaluates the conditions and keys of a book's counters: generated code, as for rules."""

    def compile_one(condition: Condition, kind: str) -> Asks:
        interpret = interpreted(condition, kind)
        run = generate_value(condition, kind, lists=basis.lists, quiet=QUIET)
        if run is None:
            return interpret

        def asks(bindings: Bindings) -> Value:
            try:
                return run(bindings["event"], bindings)
            except Exception:  # noqa: BLE001 - whatever it was, the interpreter has the answer
                return interpret(bindings)

        return asks

    return compile_one


def profile_rules(
    basis: Basis, kind: str, given: Callable[[], Sequence[Bindings]], clock: Callable[[], int]
) -> tuple[Row, ...]:
    """Return what each rule on a kind costs, measured alone, the dearest first.

    ``given`` binds some events of that kind anew each time it is called; ``clock`` tells nanoseconds.
    """
    return profile({rule.id: alone(basis, kind, rule) for rule in basis.rules[kind]}, given, clock)


def alone(basis: Basis, kind: str, rule: Rule) -> Callable[[Bindings], object]:
    """Return what evaluates one rule on an event of a kind, by code made from it alone."""
    rules = (rule,)
    matcher = CompiledRules({kind: rules}, basis.lists, basis.lists_object)
    matcher.generated(kind)
    return lambda bindings: tuple(matcher(rules, kind, bindings))


@dataclass(frozen=True, slots=True)
class _Union:
    """The entries of several lists as one, and for each entry the lists that have it."""

    entries: tuple[str, ...]
    places: Mapping[str, frozenset[int]]


def _union(questions: Sequence[Question]) -> _Union:
    places: dict[str, set[int]] = {}
    for place, question in enumerate(questions):
        for entry in question.argument:
            places.setdefault(entry, set()).add(place)
    return _Union(tuple(places), {entry: frozenset(which) for entry, which in places.items()})


def _phrases(questions: Sequence[Question]) -> Scan:
    union = _union(questions)
    find, places = finder(union.entries), [*map(union.places.__getitem__, union.entries)]
    nothing = frozenset[int]()

    def scan(text: str) -> Collection[int]:
        found = find(text)
        return nothing.union(*(places[number] for number in found)) if found else nothing

    return scan


def _patterns(questions: Sequence[Question]) -> Scan:
    union = _union(questions)
    places = [*map(union.places.__getitem__, union.entries), frozenset[int]()]  # the last is the set's own
    look = pattern_set(union.entries)
    return lambda text: frozenset[int]().union(*(places[number] for number in look(text)))


def _is_list(question: Question) -> bool:
    return isinstance(question.argument, tuple)


def _several(questions: Sequence[Question]) -> bool:
    return len(questions) > 1


PHRASES: Final = Scanner(
    name="lists of phrases",
    functions={mentions: "mentions"},
    build=_phrases,
    accepts=_is_list,
    pays=_several,
    counts={count_mentions: "mentions"},
)
PATTERNS: Final = Scanner(
    name="lists of patterns",
    functions={matches_any: "matches_any"},
    build=_patterns,
    accepts=_is_list,
    pays=_several,
)
SCANNERS: Final = (TEXTS, PHRASES, PATTERNS)
