"""What each rule may ask for, known before anything runs: the signals, and what it is left to the interpreter for."""

from collections.abc import Iterable
from dataclasses import dataclass

from bylaw.rules.cel.condition import Condition
from bylaw.rules.cel.tree import functions_used, names_used
from bylaw.rules.compile.generate import why_interpreted
from bylaw.rules.rule import Rule

_NO_SIGNALS = frozenset({"event", "lists"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePlan:
    """One rule on one kind of event. ``signals`` are those it may read; which it does is known when it runs."""

    rule: str
    signals: tuple[str, ...]
    fields: tuple[str, ...]
    functions: tuple[str, ...]
    interpreted: str = ""  # why, if no code is generated


def plan_of(rules: Iterable[Rule], kind: str) -> tuple[RulePlan, ...]:
    """Return what each rule may ask for, in the order of the rules."""
    return tuple(_planned(rule.id, rule.conditions[kind]) for rule in rules)


def signals_read(condition: Condition) -> tuple[str, ...]:
    """Return the signals that a condition may read, by name; a family that is used whole is named alone."""
    names = names_used(condition.tree)
    return tuple(sorted(".".join(path) for path in names if path[0] not in _NO_SIGNALS))


def _planned(rule: str, condition: Condition) -> RulePlan:
    fields = sorted(path[1] for path in names_used(condition.tree) if path[0] == "event" and len(path) > 1)
    functions = sorted(name for name in functions_used(condition.tree) if name[0].isalpha())
    return RulePlan(
        rule=rule,
        signals=signals_read(condition),
        fields=tuple(fields),
        functions=tuple(functions),
        interpreted=why_interpreted(condition.tree),
    )
