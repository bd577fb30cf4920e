"""What those concerned are told of actions: statements of reasons, planned in the commit that holds the actions.

One statement for each account and occasion: a decision that removes a post and adds a strike is told once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec

from bylaw.book.book import Book
from bylaw.enforcement.model import Action, Resolved, Undone
from bylaw.engine.decision import Citation, Decision
from bylaw.engine.recording import microseconds
from bylaw.notices.model import Ground
from bylaw.notices.statement import Cited, Decided, Done, Happened, Source, Statement, cited, redress
from bylaw.notices.workflow import Notices
from bylaw.records.fact import Fact
from bylaw.records.people import subject_of

MINUTE: Final = 60_000_000  # microseconds
REPORTED: Final = "report.received"
UNTOLD: Final = frozenset(
    {
        "warn",
        "label",
        "none",
        "purge",
        "closing_statement",
        "withdraw_warning",
        "unlabel",
        "reconsider",
        "keep",
    }
)  # a warning is shown where people write, labels are the operator's, the rest is nobody's loss


class Told(msgspec.Struct, frozen=True, tag="told"):
    """What a member of staff says to the person: what it is about, the facts, and why they break the clause.

    What is left empty is told in the phrases of the account's language, from the event that it is about.
    """

    thing: str = ""
    facts: str = ""
    why: str = ""


class Withheld(msgspec.Struct, frozen=True, tag="withheld"):
    """Why a person is not told (CLAUSES A39). ``reference`` names the order or demand that the ground rests on."""

    ground: Ground
    reason: str
    reference: str = ""


Say = Told | Withheld


class Occasion(NamedTuple):
    """What a statement is about, beside what was done. ``by``: who decided, if a person did.

    ``found_by_rules``: a person decided about what rules had found (Article 17(3)(c) of the Digital Services Act).
    """

    book: Book
    at: int
    clauses: tuple[Cited, ...]
    decision: str = ""
    event: Happened | None = None
    told: Told = Told()
    source: Source = Source.OWN
    by: str = ""
    found_by_rules: bool = False


class Notifying:
    """Plans notices of actions. ``book`` returns a book by its digest."""

    def __init__(self, notices: Notices, book: Callable[[str], Book]) -> None:
        self._notices = notices
        self._book = book

    def of_decision(self, resolved: Resolved, decision: Decision) -> list[Fact]:
        """Return the facts that plan notices of what was done about a decision."""
        book = self._book(decision.book)
        occasion = Occasion(
            book=book,
            at=resolved.at,
            clauses=cited(book.library, decision.clauses),
            decision=decision.id,
            event=Happened(kind=decision.kind, at=microseconds(decision.at), rules=decision.rules),
            source=Source.NOTICE if decision.kind == REPORTED else Source.OWN,
        )
        return self._planned(occasion, resolved.actions)

    def of_mention(self, person: str, at: int, decision: Decision) -> list[Fact]:
        """Return the facts that plan a notice of a decision that asks only to tell (the effect ``notify``)."""
        mention = Action(action=decision.id, effect="notify", person=person)
        return self.of_decision(Resolved(at=at, actions=(mention,)), decision)

    def of_order(
        self,
        resolved: Resolved,
        digest: str,
        say: Say,
        event: Happened | None = None,
        *,
        found_by_rules: bool = False,
    ) -> list[Fact]:
        """Return the facts that plan notices of what a person did, perhaps about what rules found; or withhold them.

        Raises:
            InputError: ``notice.incomplete``, nothing is said and no ``event`` says it.
        """
        book, clauses = self._book(digest), {c for a in resolved.actions for c in a.clauses}
        told = say if isinstance(say, Told) else Told("–", say.reason)
        occasion = Occasion(
            book=book,
            at=resolved.at,
            clauses=_clauses_at(book, clauses, resolved.at),
            decision=resolved.actions[0].action if resolved.actions else "",
            event=event,
            told=told,
            by=resolved.by,
            found_by_rules=found_by_rules,
        )
        return self._planned(occasion, resolved.actions, say if isinstance(say, Withheld) else None)

    def of_approval(self, resolved: Resolved, digest: str, event: Happened) -> list[Fact]:
        """Return the facts that plan the notice of what a rule asked for and people agreed to."""
        book, clauses = self._book(digest), {c for a in resolved.actions for c in a.clauses}
        occasion = Occasion(
            book=book,
            at=resolved.at,
            clauses=_clauses_at(book, clauses, resolved.at),
            decision=resolved.actions[0].action,
            event=event,
            by=resolved.by,
        )
        return self._planned(occasion, resolved.actions)

    def of_reversal(self, undone: Undone, digest: str, happened: Mapping[str, Happened]) -> list[Fact]:
        """Return the facts that plan notices of what was taken back. ``happened``: the event, by action undone.

        Of what a person had done by hand it is for that person to tell.
        """
        book, facts = self._book(digest), list[Fact]()
        for inverse in undone.inverses:
            if inverse.undoes in happened and not inverse.effect.startswith("withdraw"):
                occasion = Occasion(
                    book=book,
                    at=undone.at,
                    clauses=_clauses_at(book, inverse.clauses, undone.at),
                    decision=inverse.undoes,
                    event=happened[inverse.undoes],
                    by=undone.by,
                )
                facts += self._planned(occasion, [inverse])
        return facts

    def _planned(
        self, occasion: Occasion, actions: Iterable[Action], withheld: Withheld | None = None
    ) -> list[Fact]:
        told = [a for a in actions if a.person and not a.awaiting and a.effect not in UNTOLD]
        window = occasion.book.operator.notices.digest_minutes * MINUTE
        facts: list[Fact] = []
        for alias in dict.fromkeys(action.person for action in told):
            person = subject_of(alias)
            statement = _statement(occasion, [action for action in told if action.person == alias])
            name, planned = self._notices.planning(person, statement, window)
            facts += planned
            if withheld is not None:
                because = (withheld.ground, withheld.reason, withheld.reference)
                facts.append(self._notices.withholding(person, name, *because))
        return facts


def is_told(actions: Iterable[Action]) -> bool:
    """Tell whether somebody must be told of one of these actions."""
    return any(action.effect not in UNTOLD for action in actions)


def _statement(occasion: Occasion, actions: Sequence[Action]) -> Statement:
    book, by = occasion.book, occasion.by
    ends = [action.until for action in actions if action.effect != "strike"]
    known = {one.clause for one in occasion.clauses}
    own = {clause for action in actions for clause in action.clauses} - known
    contacts = [contact.address for contact in book.operator.contacts.values()]
    return Statement(
        action=actions[0].action,
        decision=occasion.decision,
        thing=occasion.told.thing,
        facts=occasion.told.facts,
        why=occasion.told.why,
        event=occasion.event,
        done=tuple(Done(effect=_done(action), value=_value(action)) for action in actions),
        clauses=(*occasion.clauses, *_clauses_at(book, own, occasion.at)),
        source=occasion.source,
        found_by_machine=occasion.found_by_rules or not by,
        decided=Decided.PERSON if by else Decided.FULLY,
        since=occasion.at,
        until=max((end for end in ends if end is not None), default=None),
        redress=redress(
            book.operator.notices, next(iter(contacts), book.operator.operator.site), occasion.at
        ),
    )


def _done(action: Action) -> str:
    """Return what is said to have been done: of a suspension that is for no number of days, its end says how long."""
    return "suspend_until" if action.effect == "suspend" and action.argument is None else action.effect


def _value(action: Action) -> str:
    if action.effect == "strike" or action.argument is None:
        return ""
    return ", ".join(action.argument) if isinstance(action.argument, tuple) else str(action.argument)


def _clauses_at(book: Book, clauses: Iterable[str], at: int) -> tuple[Cited, ...]:
    """Return clauses as they read in the versions in force at an instant; one that is in none is left out."""
    when = datetime.fromtimestamp(at // 1_000_000, UTC)
    found = []
    for clause in sorted(set(clauses)):
        there = book.library.cite(clause, when)
        if there is not None and there.document.starts is not None:
            version = there.document.starts.isoformat()
            key = there.document.key
            found.append(
                Citation(document=key, version=version, clause=clause, included_by=there.included_by)
            )
    return cited(book.library, found)
