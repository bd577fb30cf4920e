from datetime import UTC, datetime

from bylaw.base.errors import NOWHERE
from bylaw.events.decode import Codec
from bylaw.events.kinds import KINDS, declare_kind
from bylaw.events.people import owner_of, people_in, renamed
from bylaw.events.vocabulary import MessageSent, PostCreated, ReportReceived, RequestServed

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MESSAGE = MessageSent(id="1", at=NOON, actor="ann", recipient="bob", recipients=["bob", "cy"], text="Hi")


def test_the_people_of_an_event_are_found_in_every_field_that_names_one() -> None:
    assert list(people_in(MESSAGE)) == ["ann", "bob", "bob", "cy"]
    assert list(people_in(RequestServed(id="1", at=NOON, path="/"))) == []


def test_an_event_is_the_data_of_who_acted() -> None:
    assert owner_of(MESSAGE) == "ann"
    assert owner_of(ReportReceived(id="1", at=NOON, category="spam", reporter="dee", target="ann")) == "dee"
    assert owner_of(PostCreated(id="1", at=NOON, account="shop", text="x")) == "shop"
    assert owner_of(RequestServed(id="1", at=NOON, path="/")) is None


def test_renaming_touches_ids_of_people_and_nothing_else() -> None:
    away = renamed(MESSAGE, str.upper)
    assert (away.actor, away.recipient, away.recipients) == ("ANN", "BOB", ["BOB", "CY"])
    assert renamed(away, str.lower) == MESSAGE


def test_a_declared_kind_says_which_fields_name_people() -> None:
    kind = declare_kind("ticket.opened", {"agent": "optional person", "subject": "text"})
    values = {
        "kind": "ticket.opened",
        "id": "1",
        "at": NOON,
        "actor": "ann",
        "agent": "gil",
        "subject": "Help",
    }
    event = Codec([kind]).build(values, where=NOWHERE)
    assert list(people_in(event)) == ["ann", "gil"]
    assert kind.fields["agent"].personal


def test_every_built_in_id_of_a_person_is_marked() -> None:
    named = {spec.name for kind in KINDS.values() for spec in kind.fields.values() if spec.person}
    assert named == {
        "actor", "account", "recipient", "recipients", "organisation", "invited_by", "target", "reporter", "other",
    }  # fmt: skip
