import json
from datetime import UTC, datetime, timedelta

import pytest

from bylaw.base.canonical import canonical_bytes, digest
from bylaw.base.errors import InputError, Where
from bylaw.events.decode import MAX_LINE, MAX_PEOPLE, Codec, event_digest
from bylaw.events.event import Event
from bylaw.events.kinds import KINDS, declare_kind, kind_of
from bylaw.events.vocabulary import MessageSent, UsageMetered

CODEC = Codec()
PLACE = Where("day.jsonl", 7)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = {"kind": "message.sent", "id": "m1", "at": "2026-03-01T12:00:00Z", "text": "hello"}


def spelled(**changes: object) -> bytes:
    event = {key: value for key, value in {**GOOD, **changes}.items() if value is not ...}
    return json.dumps(event).encode()


def decode(**changes: object) -> Event:
    return CODEC.decode(spelled(**changes), where=PLACE)


def refused(line: bytes, latest: datetime | None = None) -> InputError:
    with pytest.raises(InputError) as caught:
        CODEC.decode(line, where=PLACE, latest=latest)
    assert caught.value.problem.where == PLACE
    return caught.value


def test_a_line_becomes_the_event_of_its_kind() -> None:
    event = decode(actor="a1", recipient="a2")
    assert event == MessageSent(id="m1", at=NOON, actor="a1", recipient="a2", text="hello")
    assert kind_of(event) == "message.sent"


@pytest.mark.parametrize("written", ["2026-03-01T14:00:00+02:00", "2026-03-01T12:00:00.000000000Z"])
def test_times_are_kept_in_utc(written: str) -> None:
    at = decode(at=written).at
    assert (at, at.tzinfo) == (NOON, UTC)


def test_every_time_of_an_event_is_kept_in_utc() -> None:
    event = decode(
        kind="usage.metered", resource="disk", quantity=1, since="2026-03-01T13:00:00+02:00", text=...
    )
    assert isinstance(event, UsageMetered)
    assert canonical_bytes(event.since) == b'"2026-03-01T11:00:00Z"'


@pytest.mark.parametrize(
    ("changes", "code", "hint"),
    [
        ({"kind": "mesage.sent"}, "event.unknown_kind", "did you mean `message.sent`?"),
        ({"kind": ...}, "event.no_kind", ""),
        ({"kind": 3}, "event.no_kind", ""),
        ({"recipeint": "a2"}, "event.unknown_field", "did you mean `recipient`?"),
        ({"at": ...}, "event.no_time", "add `at`"),
        ({"at": "2026-03-01T12:00:00"}, "event.naive_time", "offset"),
        ({"at": "yesterday"}, "event.bad_time", "2026-03-01T10:00:00Z"),
        ({"at": 1772366400}, "event.bad_time", "2026-03-01T10:00:00Z"),
        ({"at": "0001-01-01T00:00:00+10:00"}, "event.bad_time", ""),
        ({"id": ""}, "event.bad_id", ""),
        ({"id": "m" * 257}, "event.bad_id", ""),
        ({"id": "m\n1"}, "event.bad_id", "printable"),
        ({"actor": "a\x00"}, "event.bad_id", "printable"),
        ({"text": 5}, "event.wrong_type", ""),
        ({"text": None}, "event.wrong_type", ""),
        ({"text": ...}, "event.wrong_type", ""),
        ({"links": ["https://example.org", 5]}, "event.wrong_type", ""),
        ({"recipient_count": 2**63}, "event.out_of_range", "64 bits"),
        ({"recipient_count": 10**400}, "event.out_of_range", ""),
        ({"recipient_count": -1}, "event.out_of_range", ""),
    ],
)
def test_what_is_wrong_with_an_event_has_a_code_and_a_hint(
    changes: dict[str, object], code: str, hint: str
) -> None:
    error = refused(spelled(**changes))
    assert error.code == code
    assert hint in error.problem.hint


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"", "event.truncated"),
        (b'{"kind":"message.sent"', "event.truncated"),
        (b"hello", "event.not_json"),
        (b'{"kind":"message.sent"} {}', "event.no_time"),
        (spelled() + b"{}", "event.not_json"),
        (b"[1]", "event.not_object"),
        (b"null", "event.not_object"),
        (spelled().replace(b"hello", b"\xff\xfe"), "event.not_utf8"),
        (spelled().replace(b"hello", b"a\x00b"), "event.not_json"),
        (spelled().replace(b"hello", b"\\ud800"), "event.truncated"),
        (b'{"x":' + b"[" * 200_000, "event.too_deep"),
        (b'{"kind":"message.sent","text":' + b"[" * 200_000, "event.wrong_type"),
        (b"\x00\x01\x02\x03", "event.not_json"),
    ],
)
def test_what_is_no_event_at_all_has_a_code(line: bytes, code: str) -> None:
    assert refused(line).code == code


def test_a_line_over_the_limit_is_refused() -> None:
    line = spelled(text="x" * MAX_LINE)
    assert refused(line).code == "event.too_long"


@pytest.mark.parametrize("changes", [{"kind": "k" * 900_000}, {"f" * 900_000: 1}])
def test_an_endless_name_is_not_repeated(changes: dict[str, object]) -> None:
    assert len(str(refused(spelled(**changes)))) < 200


def test_a_text_may_hold_a_null_character() -> None:
    event = decode(text="a\x00b")
    assert isinstance(event, MessageSent)
    assert event.text == "a\x00b"


def test_of_a_key_given_twice_the_last_counts() -> None:
    event = CODEC.decode(spelled()[:-1] + b',"text":"again"}', where=PLACE)
    assert isinstance(event, MessageSent)
    assert event.text == "again"


def test_the_future_begins_after_the_latest_time_given() -> None:
    assert CODEC.decode(spelled(), where=PLACE, latest=NOON).at == NOON
    assert refused(spelled(), latest=NOON - timedelta(seconds=1)).code == "event.future_time"


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "jane@example.org"},
        {"jane@example.org": 1},
        {"at": "jane@example.org"},
        {"recipient_count": "jane@example.org"},
        {"links": {"jane@example.org": 1}},
        {"id": "jane@example.org\n"},
    ],
)
def test_errors_never_repeat_what_a_person_wrote(changes: dict[str, object]) -> None:
    assert "jane" not in str(refused(spelled(**changes)))


def test_an_event_without_an_id_gets_one_from_its_content_and_line() -> None:
    line = spelled(id=...)
    here, again = (
        CODEC.decode(b" %b \r\n" % line, where=PLACE),
        CODEC.decode(line, where=Where("copy.jsonl", 7)),
    )
    below, other = (CODEC.decode(line, where=Where("day.jsonl", 8)), CODEC.decode(line + b"  ", where=PLACE))
    assert here == again == other
    assert here.id.startswith("evt_")
    assert here.id != below.id
    assert CODEC.decode(line.replace(b"hello", b"hullo"), where=PLACE).id != here.id


def test_a_wrong_event_without_an_id_is_told_what_else_is_wrong() -> None:
    assert refused(spelled(id=..., at=...)).code == "event.no_time"
    assert refused(spelled(id=..., at="2026-03-01T12:00:00")).code == "event.naive_time"


def test_encoding_is_the_canonical_spelling_and_the_digest_is_of_it() -> None:
    event = decode(recipient="a2")
    canonical = (
        b'{"at":"2026-03-01T12:00:00Z","id":"m1","kind":"message.sent","recipient":"a2","text":"hello"}'
    )
    assert CODEC.encode(event) == canonical_bytes(event) == canonical
    assert event_digest(event) == digest(canonical)


def test_a_mapping_is_as_good_as_a_line() -> None:
    values = {"kind": "usage.metered", "id": "u1", "at": NOON, "resource": "disk", "quantity": 2.5}
    expected = UsageMetered(id="u1", at=NOON, resource="disk", quantity=2.5)
    assert CODEC.build(values, where=PLACE) == expected
    as_text = {**values, "at": "2026-03-01T12:00:00Z", "quantity": "2.5"}
    assert CODEC.build(as_text, where=PLACE, lax=True) == expected
    with pytest.raises(InputError) as caught:
        CODEC.build(as_text, where=PLACE)
    assert caught.value.code == "event.wrong_type"


@pytest.mark.parametrize("quantity", [float("nan"), float("inf")])
def test_numbers_are_finite(quantity: float) -> None:
    values = {"kind": "usage.metered", "id": "u1", "at": NOON, "resource": "disk", "quantity": quantity}
    with pytest.raises(InputError) as caught:
        CODEC.build(values, where=PLACE)
    assert caught.value.code == "event.wrong_type"


def test_a_mapping_that_no_event_can_hold_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        CODEC.build({"kind": "post.created", "at": NOON, "text": object()}, where=PLACE)
    assert caught.value.code == "event.wrong_type"


def test_a_declared_kind_is_read_like_a_built_in_one() -> None:
    ticket = declare_kind("ticket.opened", {"subject": "text", "urgent": "optional bool"})
    codec = Codec([*KINDS.values(), ticket])
    line = b'{"kind":"ticket.opened","id":"t1","at":"2026-03-01T12:00:00Z","subject":"help","urgent":true}'
    event = codec.decode(line, where=PLACE)
    assert type(event) is ticket.struct
    assert codec.decode(codec.encode(event), where=PLACE) == event
    assert codec.decode(spelled(), where=PLACE) == decode()


def test_two_kinds_of_one_name_are_refused() -> None:
    kind = declare_kind("ticket.opened", {})
    with pytest.raises(InputError) as caught:
        Codec([kind, kind])
    assert caught.value.code == "kind.twice"


def test_a_field_too_deep_to_read_on_is_the_events_own() -> None:
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
    line = b'{"kind":"post.created","id":"d","at":"2026-01-01T00:00:00Z","text":"ok","x":' + deep + b"}"
    with pytest.raises(InputError, match="the event has no field `x`"):
        CODEC.decode(line, where=Where("f"))


def test_a_field_that_names_too_many_people_is_refused() -> None:
    values = {"kind": "message.sent", "id": "m1", "at": NOON, "actor": "ann", "text": "to everybody"}
    most = [f"acc_{number}" for number in range(MAX_PEOPLE)]
    CODEC.build({**values, "recipients": most}, where=PLACE)
    with pytest.raises(InputError, match="`recipients` names more than 1,000 people") as caught:
        CODEC.build({**values, "recipients": [*most, "acc_one_more"]}, where=PLACE)
    assert caught.value.code == "event.people"
