"""Rules without a book: conditions over one kind of event, run both ways."""

from collections.abc import Mapping
from typing import Any

from bylaw.engine.compiled import CompiledRules
from bylaw.engine.environment import environment_for, lists_object
from bylaw.engine.inputs import Family, Inputs
from bylaw.engine.matching import Erred, Outcome, interpret_rules
from bylaw.events.event import Event
from bylaw.events.kinds import KINDS, Kind, kind_of
from bylaw.rules.cel.condition import compile_condition
from bylaw.rules.compile.generate import Generated
from bylaw.rules.rule import Mode, OnError, Rule
from bylaw.signals.registry import signals_for

NO_LISTS: Mapping[str, tuple[str, ...]] = {}


def rule_of(name: str, source: str, *kinds: Kind, lists: Mapping[str, tuple[str, ...]] = NO_LISTS) -> Rule:
    """Return a rule over kinds of events.

    Raises:
        Problems: the condition does not load.
    """
    return Rule(
        id=name,
        clauses=("house/words/p1",),
        conditions={kind.name: compile_condition(source, environment_for(kind, lists)) for kind in kinds},
        source=source,
        effects=(),
        mode=Mode.ENFORCE,
        on_error=OnError.SKIP,
        rule_set="some",
    )


def families_of(inputs: Inputs, kind: Kind) -> dict[str, Family]:
    """Return what the names of a kind's signal families stand for."""
    return {signal.family: Family(signal.family, inputs) for signal in signals_for(kind).values()}


class Rules:
    """Some conditions over one kind, generated and interpreted."""

    def __init__(
        self,
        *sources: str,
        kind: Kind = KINDS["message.sent"],
        lists: Mapping[str, tuple[str, ...]] = NO_LISTS,
    ) -> None:
        self.kind = kind
        self.lists = lists
        self.rules = tuple(rule_of(f"r{n}", source, kind, lists=lists) for n, source in enumerate(sources))
        self.stand_in = lists_object(lists)
        self.matcher = CompiledRules({kind.name: self.rules}, lists, self.stand_in)

    @property
    def generated(self) -> Generated:
        """The generated function."""
        return self.matcher.generated(self.kind.name)

    def bindings(self, event: Event) -> dict[str, Any]:
        """Return what the names of a condition stand for."""
        return {
            "event": event,
            "lists": self.stand_in,
            **families_of(Inputs(event, signals_for(self.kind), self.lists), self.kind),
        }

    def outcomes(self, event: Event) -> dict[str, str]:
        """Return ``true`` or the code of its error for each rule that is not false, the same both ways."""
        assert kind_of(event) == self.kind.name
        found = list(self.matcher(self.rules, self.kind.name, self.bindings(event)))
        assert found == list(interpret_rules(self.rules, self.kind.name, self.bindings(event)))
        return {outcome.rule.id: _told(outcome) for outcome in found}


def _told(outcome: Outcome) -> str:
    return outcome.code if isinstance(outcome, Erred) else "true"
