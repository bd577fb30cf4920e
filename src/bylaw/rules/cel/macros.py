"""The macros: calls whose arguments are not values but a name and what to do with it."""

from dataclasses import dataclass

from bylaw.rules.cel.tree import Quantifier
from bylaw.rules.cel.types import BOOL, DYN, INT, NOTHING, Type, is_open, list_of, map_of


@dataclass(frozen=True, slots=True)
class Macro:
    """How a call is read: so many names, then a condition if ``filtered``, then the body.

    ``filter`` has no body of its own: it collects the item itself.
    """

    quantifier: Quantifier
    names: int
    filtered: bool = False
    bodiless: bool = False

    @property
    def boolean(self) -> bool:
        """Whether the body must be true or false."""
        return self.quantifier in ("all", "exists", "exists_one")


MACROS: dict[tuple[str, int], Macro] = {
    ("all", 2): Macro("all", 1),
    ("all", 3): Macro("all", 2),
    ("exists", 2): Macro("exists", 1),
    ("exists", 3): Macro("exists", 2),
    ("exists_one", 2): Macro("exists_one", 1),
    ("exists_one", 3): Macro("exists_one", 2),
    ("existsOne", 2): Macro("exists_one", 1),
    ("existsOne", 3): Macro("exists_one", 2),
    ("map", 2): Macro("list", 1),
    ("map", 3): Macro("list", 1, filtered=True),
    ("filter", 2): Macro("list", 1, filtered=True, bodiless=True),
    ("transformList", 3): Macro("list", 2),
    ("transformList", 4): Macro("list", 2, filtered=True),
    ("transformMap", 3): Macro("map", 2),
    ("transformMap", 4): Macro("map", 2, filtered=True),
}
MACRO_NAMES = frozenset(name for name, _ in MACROS)


def name_types(range_type: Type, names: int) -> tuple[Type, ...] | None:
    """Return the types of a comprehension's names, nothing if the range cannot be walked over."""
    if is_open(range_type):
        return (DYN,) * names
    if range_type.name == "list":
        element = _known(range_type.parameters[0])
        return (element,) if names == 1 else (INT, element)
    if range_type.name == "map":
        return tuple(map(_known, range_type.parameters[:names]))
    return None


def _known(kind: Type) -> Type:
    return DYN if kind == NOTHING else kind


def result_type(macro: Macro, key: Type, body: Type) -> Type:
    """Return the type of what a comprehension comes to."""
    if macro.boolean:
        return BOOL
    return list_of(body) if macro.quantifier == "list" else map_of(key, body)
