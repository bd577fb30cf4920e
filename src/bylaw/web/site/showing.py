"""What stands on the page of somebody concerned: gathered from the rooms, in their language.

Shown is what they were told, what they wrote themselves, and what was said since. Nothing of others: not who reported
it, not what rules compared, not who works here by more than a pseudonym. Other decisions are named, without links.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from bylaw.appeals.machine import Bar
from bylaw.appeals.model import DAY, Letter, State
from bylaw.appeals.reading import Told
from bylaw.base.errors import BylawError, NotFoundError
from bylaw.book.book import Book
from bylaw.book.phrases import Phrases
from bylaw.book.templates import Kind
from bylaw.enforcement.machine import STANDING
from bylaw.enforcement.model import State as Standing
from bylaw.enforcement.store import Stood
from bylaw.events.kinds import text_of
from bylaw.notices.choosing import voice_of
from bylaw.notices.model import Notice
from bylaw.notices.model import State as NoticeState
from bylaw.notices.statement import Done, Statement
from bylaw.notices.wording import Values, further, values_of
from bylaw.records.people import PEOPLE
from bylaw.records.vault.uses import Destroyed
from bylaw.web.languages import Tongue
from bylaw.web.service import Service
from bylaw.web.site.arriving import gone, languages

MAX_HISTORY: Final = 20  # other decisions that are named
MAX_WRITTEN: Final = 5_000  # characters of what somebody wrote that are shown


class Doing(NamedTuple):
    """Something that was done, in words; ``state`` is ``stands``, ``over`` or ``undone``."""

    said: str
    state: str
    until: int | None


class Earlier(NamedTuple):
    """Another decision about the account: when, on which clauses, what was done, what became of an objection."""

    at: int
    clauses: tuple[str, ...]
    done: str
    appeal: State | None


def told_on(service: Service, notice: str) -> Told:
    """Return what stands on a page.

    Raises:
        NotFoundError: ``notice.no_page``, it can be read no more.
    """
    try:
        return service.desk.office.appeals.told(notice)
    except Destroyed:
        raise gone() from None


def values_for(service: Service, told: Told, tongue: Tongue, path: str) -> dict[str, Any]:
    """Return what the page's template names."""
    book, grounds = service.desk.book, told.grounds
    said = _said(book, grounds.statement, tongue)
    settings = book.operator.appeals
    since = told.appeal.lodged.at if told.appeal else service.desk.office.records.clock()
    return {
        "address": path,
        "told": told,
        "statement": grounds.statement,
        "said": said.by_name,
        "clauses": said.clauses,
        "further": further(grounds.statement, _phrases(book, tongue)),
        "doings": [_doing(one, book, tongue) for one in grounds.stood],
        "written_by_you": own_words(service, told),
        "bar": told.bar,
        "Bar": Bar,
        "State": State,
        "last_day": grounds.until - 1,
        "answer_by": since + settings.answer_days * DAY,
        "settings": settings,
        "letters": [_letter(service, one) for one in told.letters],
        "reply": _letter(service, told.reply) if told.reply else None,
        "history": history(service, told, tongue),
        "spoken": languages(service),
    }


def history(service: Service, told: Told, tongue: Tongue) -> list[Earlier]:
    """Return the other decisions that somebody was told of, the newest first."""
    notices, here = service.desk.office.appeals.notices, told.grounds.notice
    others = [
        one
        for one in reversed(notices.of(here.person))
        if one.id != here.id and one.told is Kind.STATEMENT and one.state is not NoticeState.SUPPRESSED
    ]
    return [_earlier(service, one, tongue) for one in others[:MAX_HISTORY]]


def own_words(service: Service, told: Told) -> str:
    """Return what somebody wrote themselves and this is about; empty where that is nothing, or can be read no more."""
    if not told.grounds.source:
        return ""
    try:
        row = service.reading.records.row(told.grounds.source)
        event = service.archive.recall(row).event
        own = service.reading.vault.known(PEOPLE, str(getattr(event, "actor", "")))
    except BylawError:
        return ""
    return text_of(event)[:MAX_WRITTEN] if own == told.grounds.notice.person else ""


def pseudonym(service: Service) -> Callable[[str], str]:
    """Return what tells what a member of staff is called outside."""

    def name(staff: str) -> str:
        try:
            return service.staff.roster.member(staff).outside
        except NotFoundError:
            return ""

    return name


# --


def _said(book: Book, statement: Statement, tongue: Tongue) -> Values:
    return values_of(statement, _phrases(book, tongue), voice_of(book).operator)


def _phrases(book: Book, tongue: Tongue) -> Phrases:
    return book.phrases[tongue.language]


def _doing(stood: Stood, book: Book, tongue: Tongue) -> Doing:
    action = stood.action
    argument = (
        ", ".join(action.argument) if isinstance(action.argument, tuple) else str(action.argument or "")
    )
    value = "" if action.effect == "strike" else argument
    effect = "suspend_until" if action.effect == "suspend" and not value else action.effect
    said = _phrases(book, tongue).say(f"action.{effect}", value=value)
    state = "stands" if stood.state in {*STANDING, Standing.AWAITING} else "over"
    return Doing(said, "undone" if stood.state is Standing.UNDONE else state, action.until)


def _earlier(service: Service, notice: Notice, tongue: Tongue) -> Earlier:
    appeals, book = service.desk.office.appeals, service.desk.book
    statement, before = appeals.notices.statement(notice), appeals.to_notice(notice.id)
    phrases = _phrases(book, tongue)
    done = ", ".join(_phrase(phrases, one) for one in statement.done)
    cited = tuple(clause.clause for clause in statement.clauses)
    return Earlier(statement.since, cited, done, before.state if before else None)


def _phrase(phrases: Phrases, done: Done) -> str:
    return phrases.say(f"action.{done.effect}", value=done.value)


def _letter(service: Service, letter: Letter) -> dict[str, Any]:
    return {"letter": letter, "name": pseudonym(service)(letter.by) if letter.by else ""}
