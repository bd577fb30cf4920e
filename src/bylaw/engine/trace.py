"""Why a rule did or did not match an event: every question its condition asked, and the answers."""

from collections.abc import Collection, Iterable

import msgspec

from bylaw.engine.basis import Basis
from bylaw.engine.matching import comparison
from bylaw.engine.situation import Situation
from bylaw.rules.cel.explain import evaluate_traced


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question a rule asked. The last of a rule is the rule itself: its whole condition."""

    rule: str
    expression: str
    operands: tuple[str, ...]
    result: str


def ask_all(situation: Situation, basis: Basis, rules: Collection[str]) -> Iterable[Question]:
    """Evaluate the named rules and tell what each compared, whatever came of it.

    A rule that does not run on the event's kind is told as such.
    """
    kind = situation.kind
    running = {rule.id: rule for rule in basis.rules[kind]}
    for name in sorted(rules):
        if name not in running:
            yield Question(rule=name, expression=f"does not run on {kind}", operands=(), result="–")
            continue
        traced = evaluate_traced(running[name].conditions[kind], situation.bindings)
        for c in map(comparison, traced.comparisons):
            yield Question(rule=name, expression=c.expression, operands=c.operands, result=c.result)
        yield Question(rule=name, expression="the whole condition", operands=(), result=traced.shown)
