"""One search over accounts, decisions, actions and notices, by what names them.

Looked up in indexes, and nothing is unsealed for it. What a word names comes first; then what was done about it, the
newest first: actions, each with the decision it is about and the notices that tell of it.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import quote

import msgspec
import sqlalchemy as sa
from fastapi import Query, Response

from bylaw.base.errors import BylawError, InputError, NotFoundError
from bylaw.enforcement.folding import ACTIONS, CLAUSES, RULES
from bylaw.enforcement.store import Stood, action_of, trail
from bylaw.engine.recording import KIND, instant, microseconds
from bylaw.notices import store as notices
from bylaw.notices.model import Notice
from bylaw.records.people import PEOPLE, alias_of, subject_of
from bylaw.staff.permissions import may_somewhere
from bylaw.web.api.hits import READS, Hit, What, of_action, of_decision, standing_of
from bylaw.web.api.notices import clauses_of
from bylaw.web.api.told_actions import MAX_ID
from bylaw.web.callers import Caller, covers
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.people import known
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_PAGE: Final = 100  # actions that one page looks at
MAX_DIGITS: Final = 19  # of a number that a database takes


class HitPage(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. ``next`` is the cursor of the page after this one, and nothing on the last.

    A page holds so many actions with what belongs to them; or less, or nothing, and still has a next one.
    """

    hits: tuple[Hit, ...]
    next: str | None


class Trail(NamedTuple):
    """An index of actions to follow, and from where."""

    by: sa.Column[Any]
    value: str | int


class Place(NamedTuple):
    """Where a page begins: in which trail, after which action."""

    trail: int = 0
    after: tuple[int, str] | None = None


def search(
    service: Serving,
    exchange: Asked,
    *,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=MAX_ID,
            description=(
                "an account, by the service's id or its random one; a decision, by its id or its event's; "
                "an action; a notice; a rule; a clause, or what clauses begin with up to a slash"
            ),
        ),
    ],
    kinds: Annotated[list[What] | None, Query(description="one or more")] = None,
    cursor: Annotated[str, Query(max_length=MAX_ID, description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="actions, with what belongs to them")] = 25,
) -> Response:
    """Return what a word names, and what was done about it."""
    wanted, place = set(kinds or What), _place(cursor) if cursor else Place()
    finder = Finder(service, exchange.caller)
    named, trails = finder.named(q)
    found = [] if cursor else named
    following: str | None = None
    for number in range(place.trail, len(trails)):
        after = place.after if number == place.trail else None
        page = finder.follow(trails[number], after, limit)
        found += finder.belonging(page, after)
        limit -= len(page)
        if limit == 0:
            following = f"{number}.{page[-1].seq}.{page[-1].action.action}"
            break
    hits = {(hit.type, hit.id): hit for hit in found if hit.type in wanted and finder.shows(hit)}
    return said(HitPage(hits=tuple(hits.values()), next=following))


class Finder:
    """Finds for somebody."""

    def __init__(self, service: Service, caller: Caller) -> None:
        self._service = service
        self._caller = caller
        self._records = service.reading.records

    def shows(self, hit: Hit) -> bool:
        """Tell whether whoever asks may look at something: on its clauses, or, of accounts, at any."""
        permission = READS[hit.type]
        if hit.type is What.ACCOUNT:
            return may_somewhere(self._caller.grants, permission)
        return covers(self._caller, permission, hit.clauses)

    def named(self, word: str) -> tuple[list[Hit], list[Trail]]:
        """Return what has a word for its name, and where to find what was done about it."""
        hits: list[Hit] = []
        trails: list[Trail] = []
        for alias, account in self._accounts(word):
            hits.append(self._account(alias, account))
            trails.append(Trail(ACTIONS.c.person, alias))
        row = self._service.archive.find(word)
        if row is not None and row.kind == KIND:
            hits.append(of_decision(row))
            trails.append(Trail(ACTIONS.c.source, row.seq))
        if (notice := self._notice(word)) is not None:
            hits.append(self._told(notice))
            trails.append(Trail(ACTIONS.c.action, notice.action))
        by = (ACTIONS.c.action, RULES.c.rule, CLAUSES.c.clause)
        return hits, [*trails, *(Trail(column, word) for column in by)]

    def follow(self, one: Trail, after: tuple[int, str] | None, limit: int) -> list[Stood]:
        """Return the actions of a trail."""
        with self._records.reading() as core:
            return trail(core, one.by, one.value, after=after, limit=limit)

    def belonging(self, page: list[Stood], after: tuple[int, str] | None) -> Iterator[Hit]:
        """Yield actions, each with its decision, unless the page before told it, and with its notices."""
        with self._records.reading() as core:
            found = notices.of_actions(core, [stood.action.action for stood in page])
            told = {_source(core, after[1])} if after else set()
        for stood in page:
            yield of_action(stood)
            if stood.source and stood.source not in told:
                told.add(stood.source)
                yield of_decision(self._records.row(stood.source))
            yield from (self._told(notice) for notice in found if notice.action == stood.action.action)

    def _accounts(self, word: str) -> Iterator[tuple[str, str]]:
        """Yield accounts by their random ids, with those of the service, which are empty where they are forgotten."""
        subject = known(self._service, word)
        if subject is not None:
            yield alias_of(subject), word
        try:
            alias = alias_of(subject_of(word))
            space, account = self._service.reading.vault.external(subject_of(word)) or (PEOPLE, "")
        except BylawError:  # it is no random id, or nobody's
            return
        if alias == word and space == PEOPLE:
            yield alias, account

    def _account(self, alias: str, account: str) -> Hit:
        if not account:
            return Hit(type=What.ACCOUNT, id=alias, state="forgotten", url=None)
        access = self._service.access(account, microseconds(self._service.clock()))
        url = f"/v1/accounts/{quote(account, safe='')}"
        return Hit(type=What.ACCOUNT, id=account, state=standing_of(access), url=url)

    def _notice(self, word: str) -> Notice | None:
        with self._records.reading() as core:
            try:
                return notices.notice(core, word)
            except NotFoundError:
                return None

    def _told(self, notice: Notice) -> Hit:
        return Hit(
            type=What.NOTICE,
            id=notice.id,
            at=instant(notice.due),
            clauses=clauses_of(self._service, notice),
            state=notice.state,
            url=f"/v1/notices/{notice.id}",
        )


def _source(core: sa.Connection, action: str) -> int:
    try:
        return action_of(core, action).source
    except NotFoundError:
        return 0


def _place(cursor: str) -> Place:
    number, _, rest = cursor.partition(".")
    seq, _, action = rest.partition(".")
    if not (_is_whole(number) and _is_whole(seq) and action):
        raise InputError("web.cursor", "the cursor is none", hint="`next` of the page before")
    return Place(int(number), (int(seq), action))


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < MAX_DIGITS


_FIRST, *_OTHERS = READS.values()

ROUTES = (
    Route(
        method="GET",
        path="/v1/search",
        name="search",
        summary="Find what a word names, and what was done about it",
        doc=(
            "An exact name, of any kind: ids are not guessed at. What it names comes first; then actions, the newest first, "
            "each with the decision it is about and the notices that tell of it. Kinds that whoever asks may not read are "
            "left out, and so is what is on clauses of others."
        ),
        tag="search",
        permission=_FIRST,
        also=tuple(_OTHERS),
        answers={JSON: HitPage},
        endpoint=search,
    ),
)
