"""Who knows whom: evidence counts for the one towards whom it points, until it ends or expires."""

from collections.abc import Sequence

import pytest

from bylaw.engine.memory.acquaintance import Acquaintance
from bylaw.engine.memory.memory import Memory
from bylaw.events.event import Event
from bylaw.events.vocabulary import (
    AccountLoggedIn,
    AccountRegistered,
    CommentCreated,
    MessageSent,
    OrganisationJoined,
    RelationEnded,
    RelationMade,
)
from memory_books import KEYS, after, asked, bound, spec_for

KNOWS = bound("knows(event.actor, event.recipient)", "message.sent")
WHY = bound("related_by(event.actor, event.recipient)", "message.sent")
DAY = 86_400


def made(actor: str, other: str, relation: str, *, mutual: bool = False) -> Event:
    return RelationMade(id="r", at=after(0), actor=actor, other=other, relation=relation, mutual=mutual)


def ended(actor: str, other: str, relation: str) -> Event:
    return RelationEnded(id="e", at=after(1), actor=actor, other=other, relation=relation)


def sent(actor: str, *recipients: str, reply: bool = False) -> Event:
    event = {"id": "m", "at": after(0), "actor": actor, "text": "x", "recipients": list(recipients)}
    return MessageSent(**event, **({"reply_to": "m0"} if reply else {}))  # type: ignore[arg-type]


def joined(actor: str, organisation: str, members: int = 3) -> Event:
    return OrganisationJoined(id="j", at=after(0), actor=actor, organisation=organisation, members=members)


def comment(actor: str, recipient: str) -> Event:
    return CommentCreated(id="c", at=after(0), actor=actor, recipient=recipient, text="x")


def reasons(
    past: Sequence[Event], *, sender: str = "a", days: float = 1, settings: Acquaintance | None = None
) -> object:
    """Why the recipient ``b`` is no stranger to a sender, some days later."""
    memory = Memory(spec_for([KNOWS, WHY], acquaintance=settings), KEYS)
    for event in past:
        memory.observe(event, event.at)
    now = MessageSent(id="now", at=after(days * DAY), actor=sender, recipient="b", text="x")
    reader = memory.reader(now, now.at)
    why = asked(WHY, now, reader)
    assert asked(KNOWS, now, reader) is bool(why)
    return why


@pytest.mark.parametrize(
    ("past", "why"),
    [
        ([], []),
        ([made("b", "a", "follow")], ["follow"]),
        ([made("a", "b", "follow")], []),
        ([made("a", "b", "friend")], ["friend"]),
        ([made("a", "b", "colleague", mutual=True)], ["colleague"]),
        ([made("b", "a", "follow"), ended("b", "a", "follow")], []),
        ([made("a", "b", "friend"), ended("b", "a", "friend")], []),
        ([made("b", "a", "follow"), made("b", "a", "block")], []),
        ([made("b", "a", "follow"), made("b", "a", "block"), ended("b", "a", "block")], ["follow"]),
        ([sent("b", "a")], ["contact"]),
        ([sent("a", "b")], []),
        ([sent("b", "a", reply=True)], ["reply"]),
        ([sent("b", *[f"c{number}" for number in range(10)], "a")], []),
        ([comment("b", "a")], ["reply"]),
        ([comment("a", "b")], []),
        ([joined("a", "choir"), joined("b", "choir")], ["group"]),
        ([joined("a", "choir"), joined("b", "club")], []),
        ([joined("a", "city", 9000), joined("b", "city", 9000)], []),
        ([AccountRegistered(id="n", at=after(0), actor="b", invited_by="a")], ["invitation"]),
        ([AccountRegistered(id="n", at=after(0), actor="a", invited_by="b")], ["invitation"]),
        ([made("b", "a", "follow"), sent("b", "a")], ["contact", "follow"]),
    ],
)
def test_evidence_counts_for_the_one_towards_whom_it_points(past: Sequence[Event], why: list[str]) -> None:
    assert reasons(past) == why


def test_evidence_expires_by_kind_and_a_relation_lasts() -> None:
    past = [sent("b", "a"), made("b", "a", "follow")]
    assert reasons(past, days=364) == ["contact", "follow"]
    assert reasons(past, days=366) == ["follow"]
    assert reasons(past, days=8, settings=Acquaintance(expiry={"follow": 7 * DAY * 10**6})) == ["contact"]


def test_a_customer_has_dealings_with_the_operator_and_nobody_else() -> None:
    past = [AccountLoggedIn(id="l", at=after(0), actor="b")]
    operator = Acquaintance(operators=frozenset({"harbour"}))
    assert reasons(past, sender="harbour", settings=operator) == ["customer"]
    assert reasons(past, sender="a", settings=operator) == []
    assert reasons(past, sender="harbour", days=731, settings=operator) == []
    assert reasons([*past, made("b", "harbour", "opt_out")], sender="harbour", settings=operator) == []


def test_nobody_is_a_stranger_to_themselves() -> None:
    assert reasons([], sender="b") == ["self"]


def test_a_message_is_no_contact_before_it_was_observed() -> None:
    memory = Memory(spec_for([KNOWS]), KEYS)
    first = MessageSent(id="1", at=after(0), actor="b", recipient="a", text="x")
    answer = MessageSent(id="2", at=after(9), actor="a", recipient="b", text="x")
    assert asked(KNOWS, first, memory.reader(first, first.at)) is False
    memory.observe(first, first.at)
    assert asked(KNOWS, answer, memory.reader(answer, answer.at)) is True
