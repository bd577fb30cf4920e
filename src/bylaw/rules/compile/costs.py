"""What rules may cost before anything runs: a bound for each, and one for all that run on a kind of event.

Costs are static bounds in steps of the interpreter (``bylaw.rules.cel.cost``): the most that an event can
make a rule take, lists of unknown length being taken to have a hundred items.
"""

from collections.abc import Iterable, Iterator, Sequence

from bylaw.base.errors import Problem
from bylaw.rules.rule import Rule

RULE_COST_LIMIT = 50_000  # steps of one rule: half of what an evaluation may take
KIND_COST_LIMIT = 250_000  # steps of all rules on one kind of event
_DEAREST = 3  # rules named when all together cost too much


def check_costs(rules: Iterable[Rule]) -> Iterator[Problem]:
    """Yield a problem ``rule.cost`` for each rule that costs too much, and for each kind whose rules do together."""
    by_kind: dict[str, list[Rule]] = {}
    for rule in rules:
        for kind in rule.kinds:
            by_kind.setdefault(kind, []).append(rule)
        yield from _of_rule(rule)
    for kind, on_it in by_kind.items():
        yield from _of_kind(kind, on_it)


def _of_rule(rule: Rule) -> Iterator[Problem]:
    kind = max(rule.kinds, key=lambda kind: rule.conditions[kind].cost, default=None)
    if kind is None or rule.conditions[kind].cost <= RULE_COST_LIMIT:
        return
    condition = rule.conditions[kind]
    yield Problem(
        code="rule.cost",
        message=f"rule `{rule.id}` may take {condition.cost} steps, more than {RULE_COST_LIMIT}",
        where=condition.where,
        hint="a comprehension inside another multiplies: look into a list with `in`, or split the rule",
    )


def _of_kind(kind: str, rules: Sequence[Rule]) -> Iterator[Problem]:
    total = sum(rule.conditions[kind].cost for rule in rules)
    if total <= KIND_COST_LIMIT:
        return
    dearest = sorted(rules, key=lambda rule: -rule.conditions[kind].cost)[:_DEAREST]
    named = ", ".join(f"`{rule.id}` ({rule.conditions[kind].cost})" for rule in dearest)
    yield Problem(
        code="rule.cost",
        message=f"the rules on `{kind}` may take {total} steps together, more than {KIND_COST_LIMIT}",
        where=dearest[0].where,
        hint=f"the dearest are {named}",
    )
