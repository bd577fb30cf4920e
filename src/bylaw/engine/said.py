"""What a decision comes to, as far as two books can be compared by it."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from bylaw.engine.decision import Decision, Planned
from bylaw.engine.recording import Rest


class Said(NamedTuple):
    """The clauses cited, the rules that stood, what is to be done (``strike 2``), the rules in shadow that matched."""

    clauses: frozenset[str]
    rules: frozenset[str]
    effects: frozenset[str]
    shadow: frozenset[str]

    def is_otherwise(self, other: "Said") -> bool:
        """Tell whether other clauses are cited or other things are done."""
        return self.clauses != other.clauses or self.effects != other.effects


SILENT: Final = Said(frozenset(), frozenset(), frozenset(), frozenset())


def said(decision: Decision | Rest) -> Said:
    """Return what a decision comes to."""
    return Said(
        frozenset(citation.clause for citation in decision.clauses),
        frozenset(decision.rules),
        frozenset(_effects(decision.effects)),
        frozenset(decision.shadow),
    )


def _effects(planned: Iterable[Planned]) -> Iterable[str]:
    for effect, argument in ((one.effect, one.argument) for one in planned):
        words = argument if isinstance(argument, tuple | list) else () if argument is None else (argument,)
        yield " ".join([effect, ", ".join(map(str, words))]).strip()
