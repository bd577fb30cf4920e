"""Drafts at the console: opened, written, mended where somebody else wrote too, agreed to, put into force, taken back."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import Path, Query, Response

from bylaw.base.errors import BylawError, ConflictError
from bylaw.drafts import model, store
from bylaw.drafts.checking import book_from, check
from bylaw.drafts.model import Draft, Stage, State
from bylaw.web.api import drafts as api
from bylaw.web.api.asked_drafts import MAX_DIGEST, MAX_PATH
from bylaw.web.api.drafts import MAX_ID
from bylaw.web.api.terms import folder_of_book, restored
from bylaw.web.api.told_drafts import mistakes, standing, term, text_of, whole
from bylaw.web.callers import covers
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.names import naming
from bylaw.web.console.signing_in import Nothing
from bylaw.web.cooked import Asked, Serving
from bylaw.web.exchange import Exchange
from bylaw.web.forms import posted
from bylaw.web.languages import tongue_of
from bylaw.web.pages import see_other
from bylaw.web.service import Service

LIST: Final = "/console/drafts"
TERMS: Final = 10
EDITED: Final = ("rules/", "lists/", "notices/", "tests/")  # besides the files at the top
SAID: Final = {
    "saved": "Saved.",
    "asked": "You asked for approval. Somebody else agrees, or sends it back.",
    "approved": "You agreed. It can be put into force.",
    "refused": "You sent it back.",
    "withdrawn": "The draft is given up.",
    "active": "It is in force, from the next event on.",
    "restored": "The earlier book is in force again.",
}

Name = Annotated[str, Path(max_length=MAX_ID)]
Word = Annotated[str, Query(max_length=MAX_PATH)]


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How it is called, and which file is edited first."""

    title: Annotated[str, msgspec.Meta(max_length=model.MAX_TITLE)]
    file: Annotated[str, msgspec.Meta(max_length=MAX_PATH)] = ""


class Writing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file as somebody wrote it; ``gone``: it is removed."""

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_PATH)]
    version: Annotated[int, msgspec.Meta(ge=0)]
    text: str = ""
    gone: Literal["yes", ""] = ""


class Mending(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files that two wrote, as they shall be, over the book in force."""

    version: Annotated[int, msgspec.Meta(ge=0)]
    onto: Annotated[str, msgspec.Meta(max_length=MAX_DIGEST)]
    path: tuple[str, ...] = ()
    text: tuple[str, ...] = ()


class Stepping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The version that was looked at; and why, where it is sent back."""

    version: Annotated[int, msgspec.Meta(ge=0)]
    reason: Annotated[str, msgspec.Meta(max_length=model.MAX_REASON)] = ""


class Activating(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far it is to reach."""

    version: Annotated[int, msgspec.Meta(ge=0)]
    stage: Literal["shadow", "share", "enforce"]
    percent: Annotated[int, msgspec.Meta(ge=1, le=100)] = 100


class Restoring(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which book, and why."""

    book: Annotated[str, msgspec.Meta(max_length=MAX_DIGEST)]
    reason: Annotated[str, msgspec.Meta(max_length=model.MAX_REASON)]


def drafts(exchange: Asked, service: Serving, file: Word = "", state: Word = "", done: Word = "") -> Response:
    """Return the page of drafts, and of the books that were in force."""
    states = (State(state),) if state in set(State) else ()
    with service.reading.records.reading() as core:
        found = store.drafts(core, states=states)
        terms = store.terms(core, limit=TERMS)
    values = {
        "drafts": [standing(service, one) for one in found],
        "states": list(State),
        "filters": {"state": state},
        "terms": [term(one) for one in terms],
        "folder": folder_of_book(service),
        "file": file,
        "name": naming(service, tongue_of(exchange)),
        **_may(exchange),
    }
    return framed(exchange, service, "drafts.html", values, current=LIST, said=SAID.get(done, ""))


async def open_draft(exchange: Asked, service: Serving) -> Response:
    """Begin a draft, and go on to its file."""
    asked = await posted(exchange, service, Opening)
    by = exchange.caller.id
    made = await service.gatherer.between(lambda: service.drafts.open(asked.title, by))
    if asked.file:
        return see_other(f"{LIST}/{made.id}/edit", file=asked.file)
    return see_other(f"{LIST}/{made.id}")


def draft(exchange: Asked, service: Serving, draft: Name, done: Word = "") -> Response:
    """Return the page of a draft."""
    found = service.drafts.find(draft)
    values = {
        "files": _files(service, found),
        "difference": api.compared(service, found),
        "stages": list(Stage)[1:],
        **shown(exchange, service, found),
    }
    return framed(exchange, service, "draft.html", values, current=LIST, said=SAID.get(done, ""))


async def edit(
    exchange: Asked, service: Serving, draft: Name, file: Word = "", checked: Word = "", done: Word = ""
) -> Response:
    """Return the page on which a file of a draft is written; ``checked``: with what is wrong."""
    found = service.drafts.find(draft)
    text = text_of(service.drafts.files(found).get(file)) or ""
    return await _editor(
        exchange, service, found, file, text, check_it=bool(checked), said=SAID.get(done, "")
    )


async def save(exchange: Asked, service: Serving, draft: Name) -> Response:
    """Save a file; where somebody else saved meanwhile, show both."""
    asked = await posted(exchange, service, Writing)
    by, texts = exchange.caller.id, {asked.path: None if asked.gone else _ended(asked.text)}
    try:
        await service.gatherer.between(lambda: service.drafts.save(draft, asked.version, texts, by))
    except ConflictError as error:
        if error.code != "draft.changed":
            raise
        found = service.drafts.find(draft)
        theirs = text_of(service.drafts.files(found).get(asked.path)) or ""
        return await _editor(
            exchange, service, found, asked.path, asked.text, theirs=theirs, check_it=False, said=""
        )
    if asked.gone:
        return see_other(f"{LIST}/{draft}", done="saved")
    return see_other(f"{LIST}/{draft}/edit", file=asked.path, checked="yes", done="saved")


async def mend(exchange: Asked, service: Serving, draft: Name) -> Response:
    """Save files that somebody else changed too, over the book in force."""
    asked = await posted(exchange, service, Mending)
    by = exchange.caller.id
    texts: dict[str, bytes | None] = {
        path: _ended(text) for path, text in zip(asked.path, asked.text, strict=False)
    }
    await service.gatherer.between(
        lambda: service.drafts.save(draft, asked.version, texts, by, onto=asked.onto)
    )
    return see_other(f"{LIST}/{draft}", done="saved")


async def ask(exchange: Asked, service: Serving, draft: Name) -> Response:
    """Ask for approval; what is no book is shown with all that is wrong."""
    asked = await posted(exchange, service, Stepping)
    found = service.drafts.find(draft)
    try:
        await asyncio.to_thread(book_from, service.drafts.files(found))
    except BylawError:
        values = {"problems": await _problems(service, found), **shown(exchange, service, found)}
        return framed(exchange, service, "draft_wrong.html", values, current=LIST, status=422)
    return await _stepped(
        exchange, service, draft, "asked", lambda by: service.drafts.ask(draft, asked.version, by)
    )


async def approve(exchange: Asked, service: Serving, draft: Name) -> Response:
    """Agree to a draft of somebody else."""
    asked = await posted(exchange, service, Stepping)
    return await _stepped(
        exchange, service, draft, "approved", lambda by: service.drafts.approve(draft, asked.version, by)
    )


async def refuse(exchange: Asked, service: Serving, draft: Name) -> Response:
    """Send a draft back."""
    asked = await posted(exchange, service, Stepping)
    return await _stepped(
        exchange,
        service,
        draft,
        "refused",
        lambda by: service.drafts.refuse(draft, asked.version, by, asked.reason),
    )


async def withdraw(exchange: Asked, service: Serving, draft: Name) -> Response:
    """Give a draft up."""
    asked = await posted(exchange, service, Stepping)
    return await _stepped(
        exchange, service, draft, "withdrawn", lambda by: service.drafts.withdraw(draft, asked.version, by)
    )


async def activate(exchange: Asked, service: Serving, draft: Name) -> Response:
    """Put what a draft changes into force."""
    asked = await posted(exchange, service, Activating)
    await api.activated(service, draft, asked.version, Stage(asked.stage), asked.percent, exchange.caller.id)
    return see_other(f"{LIST}/{draft}", done="active")


async def restore(exchange: Asked, service: Serving) -> Response:
    """Put an earlier book back into force."""
    asked = await posted(exchange, service, Restoring)
    await restored(service, exchange.caller.id, asked.reason, asked.book)
    return see_other(LIST, done="restored")


async def reload(exchange: Asked, service: Serving) -> Response:
    """Read the book's folder again."""
    await posted(exchange, service, Nothing)
    await service.take_up(exchange.caller.id)
    return see_other(LIST)


# --


def shown(exchange: Exchange, service: Service, found: Draft) -> dict[str, Any]:
    """Return what every page of a draft shows."""
    view = whole(service, found)
    return {
        "view": view,
        "one": view.standing,
        "at": f"{LIST}/{found.id}",
        "name": naming(service, tongue_of(exchange)),
        "mine": exchange.caller.id in view.authors,
        **_may(exchange),
    }


def _may(exchange: Exchange) -> dict[str, bool]:
    caller = exchange.caller
    return {
        "may_draft": covers(caller, "book.draft", ()),
        "may_activate": covers(caller, "book.activate", ()),
        "may_try": covers(caller, "book.backtest", ()),
    }


def _files(service: Service, found: Draft) -> dict[str, list[str]]:
    """Return the files that can be edited here, by where they stand."""
    groups: dict[str, list[str]] = {"": []}
    for path in sorted(service.drafts.files(found)):
        room, _, name = path.partition("/")
        if not name:
            groups[""].append(path)
        elif path.startswith(EDITED):
            groups.setdefault(room, []).append(path)
    return groups


async def _editor(  # noqa: PLR0913 - what the page shows
    exchange: Exchange,
    service: Service,
    found: Draft,
    path: str,
    text: str,
    *,
    check_it: bool,
    said: str,
    theirs: str | None = None,
) -> Response:
    base = service.drafts.texts.book(found.base)
    values = {
        "path": path,
        "text": text,
        "theirs": theirs,
        "before": text_of(base.get(path)),
        "problems": await _problems(service, found) if check_it else None,
        "rows": min(22, max(16, text.count("\n") + 4)),
        **shown(exchange, service, found),
    }
    status = 200 if theirs is None else 409
    return framed(exchange, service, "draft_edit.html", values, current=LIST, said=said, status=status)


async def _problems(service: Service, found: Draft) -> list[Any]:
    """Return what is wrong with a draft: errors first, and of warnings those of files that it changes."""
    made = await asyncio.to_thread(check, service.drafts.files(found))
    told = [one for one in mistakes(made.problems) if one.severity == "error" or one.file in found.paths]
    return sorted(told, key=lambda one: (one.severity != "error", one.file, one.line))


async def _stepped(
    exchange: Exchange, service: Service, draft: str, done: str, step: Callable[[str], Draft]
) -> Response:
    by = exchange.caller.id
    await service.gatherer.between(lambda: step(by))
    return see_other(f"{LIST}/{draft}", done=done)


def _ended(text: str) -> bytes:
    """Return a text of a form as a file: with the line feed at its end that a form loses."""
    return f"{text}\n".encode() if text else b""


ROUTES = (
    show(LIST, "drafts_page", "Drafts, and the books that were in force", drafts, "book.read"),
    do(LIST, "open_draft_page", "Begin a draft", open_draft, "book.draft"),
    do(f"{LIST}/restore", "restore_page", "Put an earlier book back into force", restore, "book.activate"),
    do(f"{LIST}/reload", "reload_page", "Read the book's folder again", reload, "book.activate"),
    show(f"{LIST}/{{draft}}", "draft_page", "A draft", draft, "book.read"),
    show(f"{LIST}/{{draft}}/edit", "edit_page", "Write a file of a draft", edit, "book.draft"),
    do(f"{LIST}/{{draft}}/edit", "write_page", "Save a file of a draft", save, "book.draft"),
    do(f"{LIST}/{{draft}}/mend", "mend_page", "Save files that two changed", mend, "book.draft"),
    do(f"{LIST}/{{draft}}/ask", "ask_page", "Ask for approval", ask, "book.draft"),
    do(f"{LIST}/{{draft}}/approve", "approve_page", "Agree to a draft", approve, "book.activate"),
    do(f"{LIST}/{{draft}}/refuse", "refuse_page", "Send a draft back", refuse, "book.activate"),
    do(f"{LIST}/{{draft}}/withdraw", "withdraw_page", "Give a draft up", withdraw, "book.draft"),
    do(f"{LIST}/{{draft}}/activate", "activate_page", "Put a draft into force", activate, "book.activate"),
)
