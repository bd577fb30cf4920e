"""Drafts of the book: written, checked, completed, compared, agreed to, put into force."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Annotated, Final

import msgspec
from fastapi import Path, Query, Response

from bylaw.base.errors import NotFoundError
from bylaw.drafts import store
from bylaw.drafts.blocks import is_rule_file
from bylaw.drafts.checking import book_from, check
from bylaw.drafts.completion import Completion, complete
from bylaw.drafts.files import applied, changes_of
from bylaw.drafts.model import Draft, Stage, State
from bylaw.drafts.patches import Files, diffs, patch
from bylaw.drafts.stages import biting, rule_changes
from bylaw.drafts.workflow import WHOLE
from bylaw.web.api.asked_drafts import (
    MAX_PATH,
    ActivateDraft,
    CheckAnswer,
    CheckDraft,
    DraftList,
    FileNames,
    FileText,
    NewDraft,
    Offered,
    RefuseDraft,
    SaveDraft,
    TheVersion,
    Typing,
    TypingAnswer,
)
from bylaw.web.api.told_drafts import (
    Difference,
    DraftView,
    Mistake,
    difference,
    mistakes,
    standing,
    text_of,
    whole,
)
from bylaw.web.bodies import done, taken
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_ID: Final = 64
PATCH: Final = "text/x-diff"

Name = Annotated[str, Path(max_length=MAX_ID, description="the draft's id")]


def drafts(
    service: Serving, *, state: Annotated[list[State] | None, Query(description="one or more")] = None
) -> Response:
    """Return drafts."""
    with service.reading.records.reading() as core:
        found = store.drafts(core, states=state or ())
    return said(DraftList(drafts=tuple(standing(service, one) for one in found)))


async def open_draft(service: Serving, exchange: Asked) -> Response:
    """Begin a draft over the book in force."""
    asked = await taken(exchange, NewDraft)

    def work() -> DraftView:
        return whole(service, service.drafts.open(asked.title, exchange.caller.id))

    return await done(exchange, service, work, asked)


def draft(service: Serving, draft: Name) -> Response:
    """Return a draft."""
    return said(whole(service, service.drafts.find(draft)))


def files(service: Serving, draft: Name) -> Response:
    """Return the paths of the files of the book that a draft makes."""
    return said(FileNames(files=tuple(sorted(service.drafts.files(service.drafts.find(draft))))))


def file(service: Serving, draft: Name, path: Annotated[str, Query(max_length=MAX_PATH)]) -> Response:
    """Return the text of a file."""
    found = service.drafts.find(draft)
    base = service.drafts.texts.book(found.base)
    text, before = service.drafts.files(found).get(path), base.get(path)
    if text is None and before is None:
        raise NotFoundError("draft.no_file", "there is no such file in this book")
    return said(FileText(path=path, text=text_of(text), before=text_of(before)))


async def save(service: Serving, exchange: Asked, draft: Name) -> Response:
    """Save files of a draft."""
    asked = await taken(exchange, SaveDraft)
    texts = _bytes(asked.files)

    def work() -> DraftView:
        made = service.drafts.save(draft, asked.version, texts, exchange.caller.id, onto=asked.onto)
        return whole(service, made)

    return await done(exchange, service, work, asked)


async def check_draft(service: Serving, exchange: Asked, draft: Name) -> Response:
    """Tell everything that is wrong with a draft, with texts that are not saved yet."""
    asked = await taken(exchange, CheckDraft)
    return said(await asyncio.to_thread(checked, service, service.drafts.find(draft), asked.files))


async def typing(service: Serving, exchange: Asked, draft: Name) -> Response:
    """Tell what may stand where somebody types, and what is wrong so far."""
    asked = await taken(exchange, Typing)
    return said(await asyncio.to_thread(_typed, service, service.drafts.find(draft), asked))


def diff(service: Serving, draft: Name) -> Response:
    """Tell what a draft changes, by file and by rule."""
    return said(compared(service, service.drafts.find(draft)))


def draft_patch(service: Serving, draft: Name) -> Response:
    """Return what a draft changes, as ``git apply`` takes it."""
    found = service.drafts.find(draft)
    made = patch(service.drafts.texts.book(found.base), service.drafts.files(found))
    return Response(made, media_type=PATCH, headers=attached(f"{found.id}.patch"))


async def ask(service: Serving, exchange: Asked, draft: Name) -> Response:
    """Ask for somebody's agreement; what is no book is refused."""
    asked = await taken(exchange, TheVersion)
    await asyncio.to_thread(book_from, service.drafts.files(service.drafts.find(draft)))
    return await _stepped(service, exchange, asked, lambda by: service.drafts.ask(draft, asked.version, by))


async def approve(service: Serving, exchange: Asked, draft: Name) -> Response:
    """Agree to what somebody else wrote."""
    asked = await taken(exchange, TheVersion)
    return await _stepped(
        service, exchange, asked, lambda by: service.drafts.approve(draft, asked.version, by)
    )


async def refuse(service: Serving, exchange: Asked, draft: Name) -> Response:
    """Send a draft back."""
    asked = await taken(exchange, RefuseDraft)
    return await _stepped(
        service, exchange, asked, lambda by: service.drafts.refuse(draft, asked.version, by, asked.reason)
    )


async def withdraw(service: Serving, exchange: Asked, draft: Name) -> Response:
    """Give a draft up."""
    asked = await taken(exchange, TheVersion)
    return await _stepped(
        service, exchange, asked, lambda by: service.drafts.withdraw(draft, asked.version, by)
    )


async def activate(service: Serving, exchange: Asked, draft: Name) -> Response:
    """Put what a draft changes into force."""
    asked = await taken(exchange, ActivateDraft)
    made = await activated(
        service, draft, asked.version, Stage(asked.stage), asked.percent, exchange.caller.id
    )
    return said(whole(service, made))


# -- for pages too


def attached(name: str) -> dict[str, str]:
    """Return the headers of what a browser keeps as a file."""
    return {"content-disposition": f'attachment; filename="{name}"'}


async def activated(service: Service, name: str, version: int, stage: Stage, percent: int, by: str) -> Draft:
    """Put a draft into force at a stage; raises as ``Drafts.prepare`` and ``Drafts.activate`` do."""
    found = service.drafts.find(name)
    share = percent if stage is Stage.SHARE else WHOLE
    meant = msgspec.structs.replace(found, version=version)
    prepared = await asyncio.to_thread(service.drafts.prepare, meant, stage, share)
    appoint = service.desk.appoint
    made = await service.gatherer.between(lambda: service.drafts.activate(prepared, by, appoint))
    await service.write_back()
    return made


def checked(service: Service, found: Draft, texts: Mapping[str, str | None]) -> CheckAnswer:
    """Check the book that a draft makes, with texts that are not saved yet."""
    made = check(with_texts(service, found, texts))
    return CheckAnswer(ok=made.book is not None, problems=mistakes(made.problems))


def _typed(service: Service, found: Draft, asked: Typing) -> TypingAnswer:
    made = check(with_texts(service, found, {asked.path: asked.text}))
    book = made.book or service.desk.book
    offered = complete(book, asked.text, asked.position) if is_rule_file(asked.path) else Completion(0, ())
    begins = asked.position - offered.length
    errors = (one for one in made.problems if one.severity == "error")
    return TypingAnswer(
        suggestions=tuple(
            Offered(text=one.text, doc=f"{one.detail} {one.doc}".strip(), kind=one.kind, begins=begins)
            for one in offered.suggestions
        ),
        problems=tuple(_here(one, asked.path) for one in mistakes(errors)),
    )


def _here(one: Mistake, path: str) -> Mistake:
    """Tell a mistake of another file without a line, which would be taken for one of this file."""
    if one.file == path:
        return one
    message = f"{one.file}: {one.message}" if one.file else one.message
    return msgspec.structs.replace(one, message=message, line=0, column=0)


def with_texts(service: Service, found: Draft, texts: Mapping[str, str | None]) -> Files:
    """Return the files of a draft with texts that are not saved yet; raises as ``changes_of`` does."""
    drafts = service.drafts
    changes, base = drafts.texts.changes(found), drafts.texts.book(found.base)
    wanted = {**changes.new, **dict.fromkeys(changes.removed), **_bytes(texts)}
    return applied(base, changes_of(base, wanted))


def compared(service: Service, found: Draft) -> Difference:
    """Return what a draft changes of the book that it was written over."""
    before, after = service.drafts.texts.book(found.base), service.drafts.files(found)
    return difference(diffs(before, after), rule_changes(before, after), biting(before, after))


async def _stepped(
    service: Service, exchange: Asked, asked: msgspec.Struct, step: Callable[[str], Draft]
) -> Response:
    return await done(exchange, service, lambda: whole(service, step(exchange.caller.id)), asked)


def _bytes(texts: Mapping[str, str | None]) -> dict[str, bytes | None]:
    return {path: None if text is None else text.encode() for path, text in texts.items()}


ROUTES = (
    Route(
        method="GET",
        path="/v1/drafts",
        name="drafts",
        summary="Drafts of the book",
        tag="drafts",
        permission="book.read",
        answers={JSON: DraftList},
        endpoint=drafts,
    ),
    Route(
        method="POST",
        path="/v1/drafts",
        name="open_draft",
        summary="Begin a draft over the book in force",
        tag="drafts",
        permission="book.draft",
        takes={JSON: NewDraft},
        answers={JSON: DraftView},
        problems=(408, 413, 415),
        endpoint=open_draft,
    ),
    Route(
        method="GET",
        path="/v1/drafts/{draft}",
        name="draft",
        summary="A draft: where it stands, and what happened to it",
        tag="drafts",
        permission="book.read",
        answers={JSON: DraftView},
        problems=(404,),
        endpoint=draft,
    ),
    Route(
        method="GET",
        path="/v1/drafts/{draft}/files",
        name="draft_files",
        summary="The files of the book that a draft makes",
        tag="drafts",
        permission="book.read",
        answers={JSON: FileNames},
        problems=(404,),
        endpoint=files,
    ),
    Route(
        method="GET",
        path="/v1/drafts/{draft}/file",
        name="draft_file",
        summary="A file as a draft wants it",
        tag="drafts",
        permission="book.read",
        answers={JSON: FileText},
        problems=(404,),
        endpoint=file,
    ),
    Route(
        method="POST",
        path="/v1/drafts/{draft}/save",
        name="save_draft",
        summary="Save files of a draft",
        doc=(
            "Who saves names the version that was looked at: what somebody else saved meanwhile is not overwritten. A saved "
            "draft needs agreement anew."
        ),
        tag="drafts",
        permission="book.draft",
        takes={JSON: SaveDraft},
        answers={JSON: DraftView},
        problems=(404, 408, 409, 413, 415),
        endpoint=save,
    ),
    Route(
        method="POST",
        path="/v1/drafts/{draft}/check",
        name="check_draft",
        summary="Everything that is wrong with a draft",
        tag="drafts",
        permission="book.draft",
        takes={JSON: CheckDraft},
        answers={JSON: CheckAnswer},
        problems=(404, 408, 413, 415),
        endpoint=check_draft,
    ),
    Route(
        method="POST",
        path="/v1/drafts/{draft}/typing",
        name="type_draft",
        summary="What may stand where somebody types, and what is wrong so far",
        tag="drafts",
        permission="book.draft",
        takes={JSON: Typing},
        answers={JSON: TypingAnswer},
        problems=(404, 408, 413, 415),
        endpoint=typing,
    ),
    Route(
        method="GET",
        path="/v1/drafts/{draft}/diff",
        name="draft_diff",
        summary="What a draft changes, by file and by rule",
        tag="drafts",
        permission="book.read",
        answers={JSON: Difference},
        problems=(404,),
        endpoint=diff,
    ),
    Route(
        method="GET",
        path="/v1/drafts/{draft}/patch",
        name="draft_patch",
        summary="What a draft changes, for git",
        tag="drafts",
        permission="book.read",
        answers={PATCH: str},
        problems=(404,),
        endpoint=draft_patch,
    ),
    Route(
        method="POST",
        path="/v1/drafts/{draft}/ask",
        name="ask_draft",
        summary="Ask for somebody's agreement",
        tag="drafts",
        permission="book.draft",
        takes={JSON: TheVersion},
        answers={JSON: DraftView},
        problems=(404, 408, 409, 413, 415),
        endpoint=ask,
    ),
    Route(
        method="POST",
        path="/v1/drafts/{draft}/approve",
        name="approve_draft",
        summary="Agree to what somebody else wrote",
        doc="Nobody who saved anything of it, or asked, can agree to it (`draft.own`).",
        tag="drafts",
        permission="book.activate",
        takes={JSON: TheVersion},
        answers={JSON: DraftView},
        problems=(404, 408, 409, 413, 415),
        endpoint=approve,
    ),
    Route(
        method="POST",
        path="/v1/drafts/{draft}/refuse",
        name="refuse_draft",
        summary="Send a draft back, with a reason",
        tag="drafts",
        permission="book.activate",
        takes={JSON: RefuseDraft},
        answers={JSON: DraftView},
        problems=(404, 408, 409, 413, 415),
        endpoint=refuse,
    ),
    Route(
        method="POST",
        path="/v1/drafts/{draft}/withdraw",
        name="withdraw_draft",
        summary="Give a draft up",
        tag="drafts",
        permission="book.draft",
        takes={JSON: TheVersion},
        answers={JSON: DraftView},
        problems=(404, 408, 409, 413, 415),
        endpoint=withdraw,
    ),
    Route(
        method="POST",
        path="/v1/drafts/{draft}/activate",
        name="activate_draft",
        summary="Put what a draft changes into force",
        doc=(
            "In shadow, enforced for a share of actors, or enforced. Rules alone can be put in shadow before somebody agreed; "
            "all else needs it."
        ),
        tag="drafts",
        permission="book.activate",
        takes={JSON: ActivateDraft},
        answers={JSON: DraftView},
        problems=(404, 408, 409, 413, 415),
        endpoint=activate,
    ),
)
