"""Rows of tables to events: what CSV and Parquet have in common."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from itertools import chain
from typing import Any, Final

import msgspec

from bylaw.base.errors import Problem, Problems, Where
from bylaw.base.spelling import did_you_mean
from bylaw.events.decode import Codec
from bylaw.events.event import Event
from bylaw.events.kinds import FieldType
from bylaw.events.sources.source import Source

Fields = tuple[tuple[str, int], ...]  # field and position of its column


def fields_of(header: Iterable[str], source: Source, codec: Codec) -> Fields:
    """Return which column fills which field.

    Raises:
        Problems: a mapped column does not exist, or without a map a column is named after no field; nothing
            says the kind (``columns.…``).
    """
    positions = {name: position for position, name in enumerate(header)}
    known = set(chain.from_iterable(kind.fields for kind in codec.kinds.values())) | {"kind"}
    wanted = source.columns.columns or {name: name for name in positions}
    problems = [*_problems(wanted, positions, known, source)]
    if problems:
        raise Problems(problems)
    return tuple((field, positions[column]) for field, column in wanted.items())


def row_event(
    fields: Fields, row: "list[Any] | tuple[Any, ...]", source: Source, codec: Codec, where: Where
) -> Event:
    """Return the event of a row. Empty cells are absent fields.

    Raises:
        InputError: the row is no event.
    """
    values = dict(source.columns.constants)
    values.update((field, row[position]) for field, position in fields if not _is_empty(row[position]))
    kind = codec.kinds.get(str(values.get("kind", "")))
    specs = kind.fields if kind else {}
    for name, value in values.items():
        if name in specs:
            values[name] = fitted(value, specs[name].type, source.columns.timezone)
    return codec.build(values, where=where, latest=source.latest, lax=True)


def _problems(
    wanted: Mapping[str, str], positions: Mapping[str, int], known: set[str], source: Source
) -> Iterable[Problem]:
    where = Where(source.name, 1)
    constants = source.columns.constants
    for field, column in wanted.items():
        if column not in positions:
            message, hint = f"there is no column `{column}`", did_you_mean(column, positions)
            yield Problem(code="columns.no_column", message=message, where=where, hint=hint)
        elif field not in known and source.columns.columns:
            message, hint = f"no kind has a field `{field}`", did_you_mean(field, known)
            yield Problem(code="columns.no_field", message=message, where=where, hint=hint)
        elif field not in known:
            message = f"the column `{column}` is named after no field"
            hint = did_you_mean(column, known) or "say in a column map which columns to read"
            yield Problem(code="columns.no_field", message=message, where=where, hint=hint)
    if "kind" not in wanted and "kind" not in constants:
        hint = "set `kind` in the constants of the column map, or map a column to it"
        yield Problem(
            code="columns.no_kind", message="nothing says the kind of the rows", where=where, hint=hint
        )
    for field in constants.keys() - known:
        message, hint = f"no kind has a field `{field}`", did_you_mean(field, known)
        yield Problem(code="columns.no_field", message=message, where=where, hint=hint)


def _is_empty(cell: Any) -> bool:  # noqa: ANN401 - a cell of any table
    return cell is None or cell == ""


def fitted(value: Any, type_name: FieldType, zone: tzinfo | None) -> Any:  # noqa: ANN401
    """Return a cell in a form that decoding takes for the type, or as it is when there is none."""
    if type_name == "timestamp":
        return _as_time(value, zone)
    return _FITTING[type_name](value) if type_name in _FITTING else value


def _as_text(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float | Decimal) else value


def _as_number(value: Any) -> Any:  # noqa: ANN401
    return float(value) if isinstance(value, Decimal) else value


def _as_json(value: Any) -> Any:  # noqa: ANN401
    try:
        return msgspec.json.decode(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):  # decoding will say what was expected
        return value


def _as_list(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str) and not value.startswith("["):
        return [item.strip() for item in value.split(";")]
    return _as_json(value)


def _as_time(value: Any, zone: tzinfo | None) -> Any:  # noqa: ANN401
    """Return a time with its offset where the zone tells it; text that is no ISO time stays."""
    if isinstance(value, str):
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return value
    elif isinstance(value, date):
        at = value if isinstance(value, datetime) else datetime.combine(value, time())
    else:
        return value
    if at.tzinfo is not None or zone is None:
        return at
    try:
        return at.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return value


_FITTING: Final[Mapping[FieldType, Callable[[Any], Any]]] = {
    "string": _as_text,
    "double": _as_number,
    "list(string)": _as_list,
    "map(string,string)": _as_json,
}
