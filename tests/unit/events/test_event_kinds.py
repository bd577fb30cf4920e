from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from bylaw.base.errors import Problems, Where
from bylaw.events.event import Event
from bylaw.events.kinds import KINDS, MAX_FIELDS, FieldSpec, declare_kind, kind_of, text_of
from bylaw.events.vocabulary import ListingCreated, MessageSent, ProfileUpdated, RequestServed

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = """
account.registered account.updated account.logged_in account.login_failed session.seen organisation.joined
post.created comment.created listing.created message.sent profile.updated file.uploaded link.shared
request.served connection.flow usage.metered report.received relation.made relation.ended
"""


def codes(caught: pytest.ExceptionInfo[Problems]) -> list[str]:
    return [problem.code for problem in caught.value.problems]


def test_the_built_in_kinds() -> None:
    assert set(KINDS) == set(NAMES.split())
    assert all(kind.doc.endswith((".", "`")) for kind in KINDS.values())


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_the_fields_of_an_event_first(name: str) -> None:
    kind = KINDS[name]
    assert [*kind.fields][:4] == ["id", "at", "actor", "account"]
    assert issubclass(kind.struct, Event)
    assert all(spec.personal for spec in kind.fields.values() if spec.text)


@pytest.mark.parametrize(
    "field", ["actor", "account", "email", "ip", "text", "subject", "recipient", "query", "phone"]
)
def test_what_tells_of_a_person_is_marked_wherever_it_occurs(field: str) -> None:
    specs = [kind.fields[field] for kind in KINDS.values() if field in kind.fields]
    assert specs
    assert all(spec.personal for spec in specs)


def test_a_field_is_described_by_its_annotation() -> None:
    fields = KINDS["message.sent"].fields
    assert fields["text"] == FieldSpec(name="text", type="string", personal=True, text=True)
    assert fields["recipients"] == FieldSpec(
        name="recipients", type="list(string)", optional=True, personal=True, person=True
    )
    assert fields["bulk"] == FieldSpec(name="bulk", type="bool", optional=True)
    assert KINDS["usage.metered"].fields["quantity"] == FieldSpec(name="quantity", type="double")
    assert KINDS["usage.metered"].fields["since"].type == "timestamp"


def test_the_text_of_an_event_is_what_was_written_in_reading_order() -> None:
    assert text_of(MessageSent(id="1", at=NOON, subject="Hi", text="there")) == "Hi\nthere"
    assert text_of(ListingCreated(id="1", at=NOON, title="Bike")) == "Bike"
    assert text_of(ProfileUpdated(id="1", at=NOON, display_name="Ann", bio="Sails")) == "Ann\nSails"
    assert text_of(RequestServed(id="1", at=NOON, path="/")) == ""


def test_a_declared_kind_has_the_fields_it_declares() -> None:
    kind = declare_kind(
        "ticket.opened",
        {
            "subject": "text",
            "score": "optional double",
            "email": "optional personal string",
            "labels": "map(string,string)",
        },
        doc="A customer opened a ticket.",
    )
    assert [*kind.fields.values()][4:] == [
        FieldSpec(name="subject", type="string", personal=True, text=True),
        FieldSpec(name="score", type="double", optional=True),
        FieldSpec(name="email", type="string", optional=True, personal=True),
        FieldSpec(name="labels", type="map(string,string)"),
    ]
    event = kind.struct(id="1", at=NOON, subject="help", labels={})  # type: ignore[call-arg]
    assert (kind_of(event), text_of(event), event.score) == ("ticket.opened", "help", UNSET)  # type: ignore[attr-defined]


def test_everything_wrong_with_a_declaration_is_told_at_once() -> None:
    fields = {
        "Subject": "text",
        "score": "dubble",
        "n": "maybe int",
        "at": "timestamp",
        "in": "int",
        "class": "int",
        "x": "",
    }
    with pytest.raises(Problems) as caught:
        declare_kind("ticket", fields, where=Where("kinds.yaml", 3))
    assert sorted(codes(caught)) == ["kind.bad_field"] * 4 + ["kind.bad_name"] + ["kind.bad_type"] * 3
    assert all(problem.where.line == 3 for problem in caught.value.problems)
    assert any("`double`" in problem.hint for problem in caught.value.problems)


@pytest.mark.parametrize(
    "name", ["", "ticket", "Ticket.Opened", "ticket..opened", "ticket.öffnen", "a b.c", "x." + "y" * 64]
)
def test_a_kind_is_named_by_words_and_dots(name: str) -> None:
    with pytest.raises(Problems) as caught:
        declare_kind(name, {})
    assert codes(caught) == ["kind.bad_name"]


def test_built_in_kinds_cannot_be_declared_again() -> None:
    with pytest.raises(Problems) as caught:
        declare_kind("message.sent", {})
    assert codes(caught) == ["kind.built_in"]


def test_a_kind_has_a_bounded_number_of_fields() -> None:
    with pytest.raises(Problems) as caught:
        declare_kind("ticket.opened", {f"f{n}": "int" for n in range(MAX_FIELDS + 1)})
    assert codes(caught) == ["kind.too_many_fields"]
