"""Running the rules of a book over one event. The seam between deciding and evaluating.

``decide`` asks a ``Matcher`` for outcomes and does not know how they came about. This one interprets
each rule's tree, which is the meaning; a compiled one must give the same outcomes.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from bylaw.engine.decision import Comparison
from bylaw.rules.cel import explain as cel
from bylaw.rules.cel.interpret import evaluate
from bylaw.rules.cel.values import CelError
from bylaw.rules.rule import Rule


class Matched(NamedTuple):
    """The rule's condition was true, and these are the values it compared."""

    rule: Rule
    compared: tuple[Comparison, ...]


class Erred(NamedTuple):
    """The rule's condition had no value. ``code`` is CEL's name for why."""

    rule: Rule
    code: str
    message: str


Bindings = Mapping[str, Any]
Outcome = Matched | Erred
Matcher = Callable[[tuple[Rule, ...], str, Bindings], Iterable[Outcome]]


def interpret_rules(rules: tuple[Rule, ...], kind: str, bindings: Bindings) -> Iterable[Outcome]:
    """Evaluate each rule by the reference interpreter; rules that do not match yield nothing."""
    for rule in rules:
        condition = rule.conditions[kind]
        try:
            if evaluate(condition.tree, bindings) is True:
                yield Matched(rule, _compared(rule, kind, bindings))
        except CelError as error:
            yield Erred(rule, error.code, error.message)


def _compared(rule: Rule, kind: str, bindings: Bindings) -> tuple[Comparison, ...]:
    # Only matches are explained, so only they pay for being traced.
    traced = cel.evaluate_traced(rule.conditions[kind], bindings)
    return tuple(map(comparison, traced.comparisons))


def comparison(compared: cel.Comparison) -> Comparison:
    """Return a comparison as decisions record it."""
    return Comparison(expression=compared.expression, operands=compared.operands, result=compared.result)
