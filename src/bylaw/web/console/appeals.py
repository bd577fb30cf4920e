"""Objections: the list, and the page of one: what was done and why, what was written, the way to ask and to decide."""

from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import Path, Query, Response

from bylaw.appeals.machine import UNDECIDED
from bylaw.appeals.model import Outcome, State
from bylaw.base.errors import InputError
from bylaw.notices.choosing import voice_of
from bylaw.notices.wording import values_of
from bylaw.records.vault.uses import Destroyed
from bylaw.web.api.appeals import before_of
from bylaw.web.api.told_actions import MAX_ID
from bylaw.web.api.told_appeals import (
    Decide,
    Reply,
    asked_about,
    decided,
    found_of,
    may_about,
    noted,
    page_of,
    view_of,
)
from bylaw.web.callers import Caller, covers
from bylaw.web.console.clauses import words_of
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.names import naming
from bylaw.web.cooked import Asked, Serving
from bylaw.web.forms import posted
from bylaw.web.languages import Tongue, tongue_of
from bylaw.web.pages import see_other
from bylaw.web.people import known
from bylaw.web.service import Service
from bylaw.web.site.showing import own_words

LIST: Final = "/console/appeals"
SHOWN: Final = 50
WAITING: Final = "waiting"
SAID: Final = {
    "asked": "They are told of your question, and answer on their page.",
    "upheld": "The decision stands. They are told why.",
    "reversed": "It is taken back, and what followed from it. They are told.",
}

Name = Annotated[str, Path(max_length=MAX_ID)]
Word = Annotated[str, Query(max_length=MAX_ID)]


class Asking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question."""

    text: Reply


class Deciding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an objection is decided. Boxes that are not ticked are not sent."""

    outcome: Outcome
    reply: Reply
    unfounded: bool = False
    limit: bool = False


def appeals(
    exchange: Asked, service: Serving, state: Word = WAITING, account: Word = "", cursor: Word = ""
) -> Response:
    """Return the page of objections."""
    states = UNDECIDED if state == WAITING else (State(state),) if state in set(State) else ()
    subject = known(service, account) if account else None
    before = before_of(cursor) if cursor else None
    found = page_of(service, exchange.caller, states, person=subject, before=before, limit=SHOWN)
    values = {
        "page": found if subject or not account else msgspec.structs.replace(found, appeals=(), next=None),
        "filters": {"state": state, "account": account},
        "states": list(State),
        "cursor": cursor,
    }
    return framed(exchange, service, "appeals.html", values, current=LIST)


async def appeal(exchange: Asked, service: Serving, appeal: Name, done: Word = "") -> Response:
    """Return the page of an objection; that it was read is recorded first."""
    work = partial(_gathered, service, exchange.caller, appeal, tongue_of(exchange))
    values = await service.gatherer.between(work)
    return framed(exchange, service, "appeal.html", values, current=LIST, said=SAID.get(done, ""))


async def ask(exchange: Asked, service: Serving, appeal: Name) -> Response:
    """Put a question to whoever objects."""
    asked = await posted(exchange, service, Asking)
    await service.gatherer.between(partial(asked_about, service, exchange.caller, appeal, asked.text))
    return see_other(f"{LIST}/{appeal}", done="asked")


async def decide(exchange: Asked, service: Serving, appeal: Name) -> Response:
    """Decide an objection."""
    asked = await posted(exchange, service, Deciding)
    meant = Decide(outcome=asked.outcome, reply=asked.reply, unfounded=asked.unfounded, limit=asked.limit)
    await service.gatherer.between(partial(decided, service, exchange.caller, appeal, meant))
    return see_other(f"{LIST}/{appeal}", done=str(asked.outcome))


def _gathered(service: Service, caller: Caller, name: str, tongue: Tongue) -> dict[str, Any]:
    found, room = found_of(service, caller, name), service.desk.office.appeals
    reads = bool(found.lodged.source) and covers(caller, "content.read", found.lodged.clauses)
    noted(service, caller, found, (found.lodged.source,) if reads else ())
    view, book = view_of(service, found), service.desk.book
    try:
        told = room.told(found.lodged.notice)
    except Destroyed:
        raise InputError("appeal.forgotten", "what this was about can be read no more") from None
    me = caller.here.member.id
    took_part = {*found.lodged.took_part, *told.grounds.took_part}
    abuse = book.operator.appeals.abuse
    phrases = book.phrases.get(tongue.language) or book.phrases["en"]
    return {
        "one": view,
        "told": told,
        "words": values_of(told.grounds.statement, phrases, voice_of(book).operator).by_name,
        "own": own_words(service, told) if reads else "",
        "clauses": words_of(service, view.clauses, view.lodged),
        "name": naming(service, tongue),
        "took_part": sorted(took_part),
        "mine": me in took_part,
        "may": found.state in UNDECIDED and me not in took_part and may_about(caller, "appeal.decide", found),
        "abuse": abuse,
        "counted": told.abused.times,
        "may_limit": told.abused.times + 1 >= abuse.unfounded,
    }


ROUTES = (
    show(LIST, "appeals_page", "Objections", appeals, "appeal.read"),
    show(f"{LIST}/{{appeal}}", "appeal_page", "An objection", appeal, "appeal.read"),
    do(f"{LIST}/{{appeal}}/ask", "ask_page", "Put a question to whoever objects", ask, "appeal.decide"),
    do(f"{LIST}/{{appeal}}/decide", "decide_page", "Decide an objection", decide, "appeal.decide"),
)
