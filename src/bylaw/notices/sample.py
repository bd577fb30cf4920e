"""A made-up statement about a clause of a book: to look at templates before anybody gets them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from bylaw.base.errors import InputError, NotFoundError
from bylaw.base.spelling import did_you_mean
from bylaw.book.book import Book
from bylaw.book.templates import ABOUT_CLAUSES, Kind, Template
from bylaw.notices.choosing import template_for, voice_of
from bylaw.notices.links import PATH
from bylaw.notices.rendering import Message, render
from bylaw.notices.statement import Cited, Decided, Done, Redress, Source, Statement, redress

_DONE: Final = (Done(effect="remove"), Done(effect="suspend", value="7"))
_UNDONE: Final = (Done(effect="overturn"), Done(effect="restore"), Done(effect="reinstate"))
WEEK: Final = 7 * 86_400 * 1_000_000


def sample(book: Book, clause: str, kind: Kind, at: datetime) -> Statement:
    """Return a statement about a clause as it reads at an instant, or else in its latest version.

    Raises:
        NotFoundError: the book has no such clause.
    """
    now = int(at.astimezone(UTC).timestamp()) * 1_000_000
    return Statement(
        kind=kind,
        action="act_sample",
        decision="dec_sample",
        thing="‹what it is about›",
        facts="‹What happened, in the words of whoever decided.›",
        done=_UNDONE if kind is Kind.APPEAL else _DONE,
        clauses=(_cited(book, clause, at),),
        why="‹Why this breaks the clause.›",
        source=Source.OWN,
        found_by_machine=True,
        decided=Decided.PARTIALLY,
        since=now,
        until=now + WEEK,
        redress=_redress(book, now),
        received=now - WEEK,
    )


def _redress(book: Book, now: int) -> Redress:
    notices = book.operator.notices
    contacts = [contact.address for contact in book.operator.contacts.values()]
    made = redress(notices, next(iter(contacts), "‹where to object›"), now)
    return replace(made, to=f"{notices.page.rstrip('/')}{PATH}sample") if notices.page else made


def a_clause(book: Book) -> str:
    """Return a clause of a book to show a template with: the first that is more than a heading."""
    documents = (versions[-1] for versions in book.library.versions.values())
    return next(clause.id for document in documents for clause in document.clauses if not clause.heading)


def _cited(book: Book, clause: str, at: datetime) -> Cited:
    key = book.library.document_of(clause)
    documents = [d for d in reversed(book.library.versions.get(key, ())) if clause in d.by_id]
    there = book.library.cite(clause, at)
    document = there.document if there else next(iter(documents), None)
    if document is None:
        hint = did_you_mean(clause, book.library.clause_ids())
        raise NotFoundError("notice.unknown_clause", f"`{clause}` is no clause of this book", hint=hint)
    version = document.starts.isoformat() if document.starts else ""
    return Cited(document=document.title, version=version, clause=clause, text=document.in_full(clause))


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as somebody would get it, and the file of its template."""

    file: str
    message: Message


def previews(book: Book, clause: str, language: str, kind: str, at: datetime) -> tuple[Preview, ...]:
    """Return messages filled with a sample.

    Without ``clause`` each template of the kind is shown with a clause that it is for; without ``language`` each language.

    Raises:
        InputError: there is no such kind.
        NotFoundError: there is no such clause.
    """
    if kind not in ABOUT_CLAUSES:
        hint = "statement, outcome or appeal"
        raise InputError("notice.kind", f"`{kind}` is no kind of notice", hint=hint)
    voice = voice_of(book)
    templates = [one for one in voice.templates if one.kind == kind]
    clauses = [clause] if clause else [_of(book, one) for one in templates] or [a_clause(book)]
    languages = [language] if language else list(book.operator.operator.languages)
    wanted = dict.fromkeys((one, spoken) for spoken in languages for one in clauses)
    found = []
    for one, spoken in wanted:
        statement = sample(book, one, Kind(kind), at)
        file = template_for(voice, statement, spoken).file
        found.append(Preview(file, render(voice, [statement], spoken)))
    return tuple(found)


def _of(book: Book, template: Template) -> str:
    """Return the clause that a template is closest to; any, for one that is for all."""
    documents = (versions[-1] for versions in book.library.versions.values())
    clauses = [clause.id for document in documents for clause in document.clauses if not clause.heading]
    closest = max(clauses, key=template.reach)
    return closest if template.reach(closest) > 0 else a_clause(book)
