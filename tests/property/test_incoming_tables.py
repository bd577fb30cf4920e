"""Pointers into JSON, tables over whatever JSON there is: found what was put there, and never anything but an event or an error."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bylaw.base.errors import NOWHERE, InputError
from bylaw.events.decode import Codec
from bylaw.events.event import Event
from bylaw.events.sources.forums import FORUMS
from bylaw.events.sources.mapped import NOTHING, Mapped, about, event_of, fitting, found, needed, pointer_of

NOW = datetime(2026, 9, 21, 14, tzinfo=UTC)
CODEC = Codec()
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)
TABLES = [table for forum in FORUMS.values() for several in forum.tables.values() for table in several]


def spelled(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


@given(st.lists(st.text(max_size=20), min_size=1, max_size=6), JSON)
def test_what_was_put_somewhere_is_found_there(names: list[str], value: Any) -> None:
    document = value
    for name in reversed(names):
        document = {name: document}
    pointer = "".join(f"/{spelled(name)}" for name in names)
    assert pointer_of(pointer) == tuple(names)
    assert found(document, pointer) == (NOTHING if value is None else value)
    assert found(document, ("/not-there", pointer)) == (NOTHING if value is None else value)


@given(JSON, st.text(max_size=40))
def test_a_pointer_into_anything_finds_something_or_nothing(document: Any, text: str) -> None:
    try:
        pointer_of(text)
    except InputError as error:
        assert error.code == "pointer.syntax"
    else:
        found(document, text)


def put(document: dict[str, Any], pointer: str, value: Any) -> None:
    *path, last = pointer_of(pointer)
    for name in path:
        document = document.setdefault(name, {}) if isinstance(document.get(name, {}), dict) else {}
    document[last] = value


@given(st.sampled_from(TABLES), st.data())
def test_a_table_makes_an_event_or_tells_what_is_wrong(table: Mapped, data: st.DataObject) -> None:
    document: dict[str, Any] = {}
    for pointer, value in table.only.items():
        put(document, pointer, value)
    for field, pointers in table.fields.items():
        one = pointers if isinstance(pointers, str) else data.draw(st.sampled_from(pointers))
        usual = NOW.isoformat() if field == "at" else "a text"
        put(document, one, data.draw(st.just(usual) | JSON))
    assert fitting(document, [table]) in (table, None)
    about(document, table)
    try:
        made = event_of(
            document,
            table,
            CODEC,
            name="evt_1",
            prefix="forum:",
            arrived=NOW,
            oldest=timedelta(hours=1),
        )
    except InputError as error:
        assert error.code.startswith(("event.", "incoming."))
    else:
        assert isinstance(made, Event)
        assert made.id == "evt_1"
        assert CODEC.decode(CODEC.encode(made), where=NOWHERE) == made


def test_every_table_of_ours_fills_what_its_kind_must_have() -> None:
    for table in TABLES:
        kind = CODEC.kinds[table.kind]
        assert table.fields.keys() | table.constants.keys() <= kind.fields.keys()
        assert needed(kind.fields.values(), table) == []
        assert "id" in table.fields
