"""The tables of operator.toml as the program reads them, told as its documentation tells them."""

import types
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec

from bylaw.book.operator import Operator

PLAIN: Final[dict[Any, str]] = {str: "text", int: "number", float: "number", bool: "yes or no", date: "day"}
TRUTH: Final = {True: "yes", False: "no"}


class Row(NamedTuple):
    """A key: its name, type and default."""

    key: str
    type: str
    default: str


def tables() -> dict[str, list[Row]]:
    """Every table by the path of its heading, such as ``staff.providers.NAME``."""
    found: dict[str, list[Row]] = {}
    for field in msgspec.structs.fields(Operator):
        for path, kind in _within(
            get_type_hints(Operator, include_extras=True)[field.name], field.encode_name
        ):
            found[path] = _rows(kind)
    return found


def plain() -> list[str]:
    """Keys of the whole file that are tables without keys of their own."""
    heads = {path.partition(".")[0] for path in tables()}
    return [field.name for field in msgspec.structs.fields(Operator) if field.name not in heads]


def _rows(kind: Any) -> list[Row]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        Row(field.encode_name, _spelled(hints[field.name]), _default(field))
        for field in msgspec.structs.fields(kind)
    ]


def _default(field: Any) -> str:
    if field.required:
        return "needed"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if isinstance(value, bool):
        return TRUTH[value]
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "–"
    return "–" if value is None or value in ("", {}) or isinstance(value, msgspec.Struct) else str(value)


def _spelled(hint: Any) -> str:
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _spelled(inside[0])
    if origin is Literal:
        return " or ".join(f"`{one}`" for one in inside)
    if origin in {Union, types.UnionType}:
        return " or ".join(dict.fromkeys(_spelled(one) for one in inside if one is not type(None)))
    if origin is tuple:
        return f"list of {_spelled(inside[0])}"
    if origin is dict:
        return f"table of {_spelled(inside[1])}"
    return PLAIN.get(hint, "table")


def _within(hint: Any, path: str) -> Iterator[tuple[str, Any]]:
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated or origin is tuple:
        yield from _within(inside[0], path)
    elif origin in {Union, types.UnionType}:
        for one in inside:
            yield from _within(one, path)
    elif origin is dict:
        yield from _within(inside[1], f"{path}.NAME")
    elif isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield path, hint
        for field in msgspec.structs.fields(hint):
            own = get_type_hints(hint, include_extras=True)[field.name]
            yield from _within(own, f"{path}.{field.encode_name}")
