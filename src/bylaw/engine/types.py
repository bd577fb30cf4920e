"""The condition language's types for the names that events and signals give them."""

from collections.abc import Mapping

from bylaw.rules.cel.types import BOOL, DOUBLE, INT, STRING, TIMESTAMP, Type, list_of, map_of

TYPES: Mapping[str, Type] = {
    "string": STRING,
    "int": INT,
    "double": DOUBLE,
    "bool": BOOL,
    "timestamp": TIMESTAMP,
    "list(string)": list_of(STRING),
    "map(string,string)": map_of(STRING, STRING),
}
