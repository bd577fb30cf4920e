"""What a decision is made from besides the event: one book, ready to decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace

from bylaw.engine.environment import lists_object
from bylaw.engine.memory.memory import Spec
from bylaw.events.kinds import Kind
from bylaw.policy.library import Library
from bylaw.rules.rule import Mode, Rule
from bylaw.signals.registry import signals_for
from bylaw.signals.signal import Lists, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """A book as the engine needs it. ``book`` is its digest; ``operator`` enters the decision's id."""

    operator: str
    book: str
    library: Library
    lists: Lists
    lists_object: SimpleNamespace
    rules: Mapping[str, tuple[Rule, ...]]  # by event kind; rules that are off are left out
    signals: Mapping[str, Mapping[str, Signal]]  # by event kind, then by name
    families: Mapping[str, tuple[str, ...]]  # of those signals, by event kind
    memory: Spec  # what is to be remembered for the rules


def basis_of(  # noqa: PLR0913 - each is a part of the book
    *,
    operator: str,
    book: str,
    library: Library,
    lists: Lists,
    rules: Iterable[Rule],
    kinds: Mapping[str, Kind],
    memory: Spec,
) -> Basis:
    """Return the basis of a book: rules sorted by the kinds they run on."""
    signals = {name: signals_for(kind) for name, kind in kinds.items()}
    live = [rule for rule in rules if rule.mode is not Mode.OFF]
    return Basis(
        operator=operator,
        book=book,
        library=library,
        lists=lists,
        lists_object=lists_object(lists),
        rules={name: tuple(rule for rule in live if name in rule.conditions) for name in kinds},
        signals=signals,
        memory=memory,
        families={name: tuple(sorted({s.family for s in some.values()})) for name, some in signals.items()},
    )
