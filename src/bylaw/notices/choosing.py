"""Which template tells something: in whose language, and for which clause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bylaw.base.errors import NotFoundError
from bylaw.book.book import Book
from bylaw.book.phrases import Phrases
from bylaw.book.templates import Kind, Template, built_in_templates
from bylaw.notices.statement import Statement
from bylaw.notices.wording import Operator

LAST: Final = "en"  # when nothing else is left


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How an operator speaks: what a book says of it.

    ``languages``: the operator's, the usual one first. ``page``: where the pages of those concerned are; empty if nowhere.
    """

    operator: Operator
    languages: tuple[str, ...]
    templates: tuple[Template, ...]
    phrases: Mapping[str, Phrases]
    page: str = ""


def voice_of(book: Book) -> Voice:
    """Return how a book speaks."""
    identity = book.operator.operator
    return Voice(
        operator=Operator(identity.name, identity.site),
        languages=identity.languages,
        templates=book.templates,
        phrases=book.phrases,
        page=book.operator.notices.page,
    )


def template_for(voice: Voice, statement: Statement, language: str = "") -> Template:
    """Return the template for a statement to somebody who reads a language.

    A language that they read comes before a closer clause; the operator's own templates, in any of its languages, before
    those of the program. Within a language the one that is closest to one of the clauses.

    Raises:
        NotFoundError: there is none, which no loaded book brings about for statements and outcomes.
    """
    clauses = [cited.clause for cited in statement.clauses] or [""]
    for templates, languages in (
        (voice.templates, (*_spoken(language), *voice.languages)),
        (built_in_templates(), (*_spoken(language), *voice.languages, LAST)),
    ):
        for wanted in languages:
            fitting = [
                one for one in templates if (one.kind, one.language) == (statement.kind, wanted.lower())
            ]
            reach, _, best = max(
                ((max(map(one.reach, clauses)), -n, one) for n, one in enumerate(fitting)),
                key=lambda found: found[:2],
                default=(-1, 0, None),
            )
            if best is not None and reach >= 0:
                return best
    raise NotFoundError("notice.no_template", f"there is no template for a {statement.kind}")


def frame_for(voice: Voice, language: str) -> Template | None:
    """Return what stands around messages in a language; nothing if the book has none in it."""
    frames = (one for one in voice.templates if one.kind is Kind.FRAME and one.language == language)
    return next(frames, None)


def _spoken(language: str) -> Sequence[str]:
    """Return a language and the wider ones it belongs to: ``de-at``, ``de``."""
    words = language.lower().split("-")
    return ["-".join(words[:n]) for n in range(len(words), 0, -1) if words[0]]
