from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import InputError, Where
from bylaw.events.decode import Codec, event_digest
from bylaw.events.event import Event
from bylaw.events.kinds import KINDS, FieldSpec, FieldType, Kind, declare_kind, kind_of, text_of

TICKET = declare_kind(
    "ticket.opened",
    {"subject": "text", "seen": "optional timestamp", "labels": "map(string,string)", "n": "personal int"},
)
CODEC = Codec([*KINDS.values(), TICKET])
PLACE = Where("generated", 1)
LATEST = datetime(2026, 1, 1, tzinfo=UTC)

few = settings(max_examples=25)  # of each of the kinds
some = settings(max_examples=80)
ids = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=9)
times = st.datetimes(timezones=st.just(UTC))
VALUES: Mapping[FieldType, st.SearchStrategy[Any]] = {
    "string": ids,  # whether a string is an id or not
    "int": st.integers(0, 2**63 - 1),
    "double": st.floats(allow_nan=False, allow_infinity=False),
    "bool": st.booleans(),
    "timestamp": times,
    "list(string)": st.lists(st.text(), max_size=3),
    "map(string,string)": st.dictionaries(st.text(), st.text(), max_size=3),
}


def values_of(spec: FieldSpec) -> st.SearchStrategy[Any]:
    return st.text(max_size=9) if spec.text else VALUES[spec.type]


@st.composite
def events(draw: st.DrawFn, kind: Kind) -> Event:
    fields = {
        name: draw(values_of(spec))
        for name, spec in kind.fields.items()
        if not spec.optional or draw(st.booleans())
    }
    return kind.struct(**fields)


any_event = st.sampled_from([*KINDS.values(), TICKET]).flatmap(events)


@pytest.mark.parametrize("name", [*KINDS, TICKET.name])
@few
@given(data=st.data())
def test_an_event_of_any_kind_is_read_as_it_was_written(name: str, data: st.DataObject) -> None:
    event = data.draw(events(CODEC.kinds[name]))
    line = CODEC.encode(event)
    again = CODEC.decode(line, where=PLACE)
    assert again == event
    assert kind_of(again) == name
    assert line == canonical_bytes(event)
    assert event_digest(again) == event_digest(event)


@some
@given(any_event)
def test_a_mapping_and_a_line_say_the_same(event: Event) -> None:
    values = msgspec.json.decode(CODEC.encode(event))
    assert CODEC.build(values, where=PLACE) == event
    assert CODEC.build(values, where=PLACE, lax=True) == event


@some
@given(any_event)
def test_the_text_of_an_event_holds_every_text_field(event: Event) -> None:
    kind = CODEC.kinds[kind_of(event)]
    texts = [getattr(event, name) for name, spec in kind.fields.items() if spec.text]
    assert all(text is msgspec.UNSET or text in text_of(event) for text in texts)


@given(st.binary())
def test_any_bytes_are_an_event_or_an_input_error(line: bytes) -> None:
    assert_read_or_refused(line)


@some
@given(any_event, st.data())
def test_any_damage_to_a_line_leaves_an_event_or_an_input_error(event: Event, data: st.DataObject) -> None:
    line = CODEC.encode(event)
    cut = data.draw(st.integers(0, len(line)))
    skip = data.draw(st.integers(0, 8))
    assert_read_or_refused(line[:cut] + data.draw(st.binary(max_size=8)) + line[cut + skip :])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@some
@given(any_event, st.data())
def test_any_value_in_any_field_leaves_an_event_or_an_input_error(event: Event, data: st.DataObject) -> None:
    values = msgspec.json.decode(CODEC.encode(event))
    field = data.draw(st.sampled_from([*values]) | st.text())
    values[field] = data.draw(json_values)
    assert_read_or_refused(msgspec.json.encode(values))
    for lax in (False, True):
        outcome = outcome_of(partial(CODEC.build, values, where=PLACE, lax=lax, latest=LATEST))
        assert isinstance(outcome, Event) or outcome.code.startswith("event.")


def outcome_of(reading: Callable[[], Event]) -> Event | InputError:
    try:
        return reading()
    except InputError as error:
        return error


def assert_read_or_refused(line: bytes) -> None:
    outcome = outcome_of(partial(CODEC.decode, line, where=PLACE))
    if isinstance(outcome, Event):
        assert CODEC.decode(CODEC.encode(outcome), where=PLACE) == outcome
    else:
        assert outcome.code.startswith("event.")
        assert outcome.problem.where == PLACE
