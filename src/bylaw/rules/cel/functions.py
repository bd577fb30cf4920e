"""What a function of the language is: a name, and overloads that differ in the types they take.

The standard functions (``standard.py``) and those that other rooms declare have the same shape.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bylaw.rules.cel.types import DYN, Named, Parameter, Type, goes_with, join
from bylaw.rules.cel.values import Value, type_name

Personal = Literal["inherit", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overload:
    """One signature and what carries it out.

    ``run`` gets the values in order, the receiver first; it raises ``CelError`` and nothing else, and is
    pure. ``cost`` is in steps, for the static cost of a condition. ``literal`` is asked about a last
    argument that is written out, before anything runs: it raises ``CelError`` for what can never work.
    """

    id: str
    parameters: tuple[Type, ...]
    result: Type
    run: Callable[..., Value]
    receiver: bool = False
    cost: int = 1
    literal: Callable[[Value], object] | None = None
    metered: bool = False  # run gets ``spend`` as well, and pays for the items it looks at
    loose: bool = False  # run refuses itself what it cannot take: its first argument alone is looked at

    def accepts(self, values: Sequence[Value]) -> bool:
        """Tell whether the values have the types of the parameters; what lists hold is not looked at."""
        checked = 1 if self.loose else len(values)
        return len(values) == len(self.parameters) and all(
            isinstance(parameter, Parameter) or parameter == DYN or parameter.name == type_name(value)
            for parameter, value in zip(self.parameters[:checked], values[:checked], strict=True)
        )

    def __str__(self) -> str:
        """The parameters as people write them: ``(string, int)``, or ``string.(int)`` for a receiver."""
        types = list(map(str, self.parameters))
        return f"{types[0]}.({', '.join(types[1:])})" if self.receiver else f"({', '.join(types)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function by name.

    ``personal`` says whether a text or list that it returns counts as personal data when one of its
    arguments does (``inherit``), or never does: a language code, a category.
    """

    name: str
    overloads: tuple[Overload, ...]
    personal: Personal = "inherit"
    doc: str = ""

    def styled(self, *, receiver: bool) -> tuple[Overload, ...]:
        """Return the overloads that are called in one style."""
        return tuple(o for o in self.overloads if o.receiver == receiver)


def function(  # noqa: PLR0913 - each is named where it is used
    name: str,
    parameters: Sequence[Type],
    result: Type,
    run: Callable[..., Value],
    *,
    receiver: bool = False,
    cost: int = 1,
    personal: Personal = "inherit",
    literal: Callable[[Value], object] | None = None,
    doc: str = "",
) -> Function:
    """Return a function with a single overload, which bears its name."""
    overload = Overload(
        id=name,
        parameters=tuple(parameters),
        result=result,
        run=run,
        receiver=receiver,
        cost=cost,
        literal=literal,
    )
    return Function(name=name, overloads=(overload,), personal=personal, doc=doc)


def resolve(overloads: Sequence[Overload], types: Sequence[Type]) -> tuple[tuple[Overload, ...], Type] | None:
    """Return the overloads that arguments of these types may reach, and the type of the outcome.

    More than one is left when an argument's type is known only at run time; the outcome is ``dyn`` if
    they disagree. Nothing is returned when no overload can ever take the arguments.
    """
    reached: list[Overload] = []
    results: list[Type] = []
    for overload in overloads:
        bound: dict[str, Type] = {}
        if len(types) == len(overload.parameters) and all(
            _match(parameter, argument, bound)
            for parameter, argument in zip(overload.parameters, types, strict=True)
        ):
            reached.append(overload)
            results.append(_filled(overload.result, bound))
    if not reached:
        return None
    return tuple(reached), results[0] if len(set(results)) == 1 else DYN


def _match(parameter: Type, argument: Type, bound: dict[str, Type]) -> bool:
    if isinstance(parameter, Parameter):
        so_far = bound.get(parameter.name, argument)
        bound[parameter.name] = join(so_far, argument)
        return goes_with(so_far, argument)
    if parameter.name == argument.name and len(parameter.parameters) == len(argument.parameters):
        return all(
            _match(p, a, bound) for p, a in zip(parameter.parameters, argument.parameters, strict=True)
        )
    return goes_with(parameter, argument)


def _filled(kind: Type, bound: dict[str, Type]) -> Type:
    if isinstance(kind, Parameter):
        return bound.get(kind.name, DYN)
    if not isinstance(kind, Named) or not kind.parameters:
        return kind
    return Named(kind.name, tuple(_filled(p, bound) for p in kind.parameters))
