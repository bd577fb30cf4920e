"""How the columns of a table become the fields of events.

A small TOML file, or the same given on the command line::

    delimiter = ";"             # of a CSV file; found from the header if left out
    timezone = "Europe/Berlin"  # of times that are written without an offset

    [columns]                   # field = column; other columns are left alone
    actor = "user_id"
    text = "body"
    at = "created"

    [constants]                 # field = the same value in every row
    kind = "post.created"

Without ``[columns]`` every column must be named after a field.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bylaw.base.errors import InputError, Where
from bylaw.base.spelling import did_you_mean

MAX_MAP = 1 << 16  # bytes of the file

_KEYS: Final = {"delimiter": str, "timezone": str, "columns": dict, "constants": dict}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """Which column fills which field, and what stands in every row."""

    columns: Mapping[str, str] = field(default_factory=dict)  # field → column
    constants: Mapping[str, Any] = field(default_factory=dict)  # field → value
    timezone: tzinfo | None = None
    delimiter: str = ""

    def with_pairs(self, columns: Iterable[str] = (), constants: Iterable[str] = ()) -> "ColumnMap":
        """Return the map with more ``field=column`` and ``field=value`` from a command line.

        Raises:
            InputError: a pair has no ``=`` (``columns.bad_pair``).
        """
        return replace(
            self,
            columns={**self.columns, **dict(map(_pair, columns))},
            constants={**self.constants, **dict(map(_pair, constants))},
        )


def read_column_map(path: str) -> ColumnMap:
    """Read a column map from its file.

    Raises:
        InputError: the file cannot be read, is no TOML, or says something else (``columns.…``).
    """
    where = Where(path)
    try:
        with Path(path).open("rb") as file:
            content = tomllib.loads(file.read(MAX_MAP).decode())
    except OSError as error:
        raise InputError("columns.unreadable", "the column map cannot be read", where=where) from error
    except ValueError as error:
        hint = "see the documentation of column maps"
        raise InputError("columns.not_toml", "the column map is not TOML", where=where, hint=hint) from error
    return _column_map(content, where)


def _column_map(content: Mapping[str, Any], where: Where) -> ColumnMap:
    for key, value in content.items():
        if key not in _KEYS or not isinstance(value, _KEYS[key]):
            hint = did_you_mean(key, _KEYS)
            raise InputError("columns.bad_key", f"`{key}` cannot stand here", where=where, hint=hint)
    columns = content.get("columns", {})
    if not all(isinstance(column, str) for column in columns.values()):
        raise InputError("columns.bad_key", "a field's column is its name", where=where)
    return ColumnMap(
        columns=columns,
        constants=content.get("constants", {}),
        timezone=_zone(content["timezone"], where) if "timezone" in content else None,
        delimiter=_delimiter(content.get("delimiter", ""), where),
    )


def _zone(name: str, where: Where) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = "use a name such as `UTC` or `Europe/Berlin`"
        raise InputError("columns.timezone", f"`{name}` is no time zone", where=where, hint=hint) from None


def _delimiter(text: str, where: Where) -> str:
    if len(text) > 1 or text in {'"', "\n", "\r"}:
        raise InputError("columns.delimiter", "the delimiter is one character", where=where)
    return text


def _pair(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not (mark and name and value):
        hint = "write `field=column`, such as `text=body`"
        raise InputError("columns.bad_pair", f"`{text}` is no pair", hint=hint)
    return name.strip(), value.strip()
