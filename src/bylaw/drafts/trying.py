"""One event against a book: what would be decided, and what each rule on such events asked and heard. Pure.

Nothing is remembered but what was given to come before; a rule that counts sees that and nothing else.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from bylaw.base.errors import InputError, Where
from bylaw.book.book import Book
from bylaw.engine.compiled import compiled
from bylaw.engine.decide import decide
from bylaw.engine.decision import Decision
from bylaw.engine.situation import situation_after
from bylaw.engine.trace import Question, ask_all
from bylaw.events.event import Event
from bylaw.events.kinds import kind_of

MAX_BEFORE: Final = 200  # events that come before
UNNAMED: Final = "evt_tried"
WHOLE: Final = "the whole condition"


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that runs on such events. ``result``: whether its condition holds, or why it has no value."""

    rule: str
    mode: str
    stands: bool
    result: str
    clauses: tuple[str, ...]
    questions: tuple[Question, ...]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it; ``rules`` that stand come first."""

    decision: Decision
    rules: tuple[Heard, ...]


def events_of(book: Book, text: str) -> list[Event]:
    """Read events, one JSON object a line or one over several lines; the last is tried, the others come before.

    Raises:
        InputError: a line is no event, or there are none, or too many.
    """
    whole = _is_json(text)
    lines = (
        [(1, text)] if whole else [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    )
    if not text.strip():
        raise InputError("draft.no_event", "there is no event to try", hint="paste one as JSON")
    if len(lines) > MAX_BEFORE + 1:
        raise InputError("draft.events", f"at most {MAX_BEFORE} events come before")
    return [book.codec.decode(_named(line, number), where=Where("event", number)) for number, line in lines]


def try_on(book: Book, events: Sequence[Event]) -> Outcome:
    """Decide the last of some events, the others having come before."""
    *before, event = events
    situation = situation_after(before, event, book.basis)
    decision = decide(situation, book.basis, matcher=compiled(book.basis))
    kind = kind_of(event)
    running = {rule.id: rule for rule in situation.rules}
    questions: dict[str, list[Question]] = {name: [] for name in running}
    for question in ask_all(situation_after(before, event, book.basis), book.basis, list(running)):
        questions[question.rule].append(question)
    heard = [
        Heard(
            rule=rule.id,
            mode=rule.mode.value,
            stands=rule.id in decision.rules or rule.id in decision.shadow,
            result=_result(questions[rule.id]),
            clauses=rule.clauses,
            questions=tuple(q for q in questions[rule.id] if q.expression != WHOLE),
        )
        for rule in book.basis.rules[kind]
        if rule.id in running
    ]
    return Outcome(decision=decision, rules=tuple(sorted(heard, key=lambda one: (not one.stands, one.rule))))


def _result(questions: Iterable[Question]) -> str:
    return next((q.result for q in questions if q.expression == WHOLE), "–")


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _named(line: str, number: int) -> bytes:
    """Give an event an id that has none: whoever tries one need not make one up."""
    try:
        read = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return line.encode()
    if isinstance(read, dict) and "id" not in read:
        return msgspec.json.encode({**read, "id": f"{UNNAMED}_{number}"})
    return line.encode()
