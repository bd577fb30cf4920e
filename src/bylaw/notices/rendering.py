"""From templates and values to a message: subject, text, HTML. The same inputs give the same bytes.

A template is Markdown and a value never is. Where a value goes, a mark is put that Markdown does not know; what it makes
of the template is then searched for marks, and each is replaced by its value, escaped for where it stands. So no value can be
a heading, a link or a tag, and none is looked at twice.
"""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from ada_url import URL
from email_validator import EmailNotValidError, validate_email
from markdown_it import MarkdownIt

from bylaw.base.errors import InputError
from bylaw.book.places import Choice, Each, Pieces, Place
from bylaw.book.templates import MessageClass
from bylaw.notices.choosing import Voice, frame_for, template_for
from bylaw.notices.statement import Statement
from bylaw.notices.text import as_text
from bylaw.notices.wording import LINKS, MARK, MARK_END, Values, frame_values, plain, values_of

MAX_SUBJECT: Final = 150  # characters
MAX_STATEMENTS: Final = 100  # in one message
BETWEEN: Final = "\n\n---\n\n"
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False})
_MARKED: Final = re.compile(f"{MARK}([0-9]+){MARK_END}")  # noqa: TID251 - our own marks
_STRICTEST: Final = (MessageClass.LEGAL, MessageClass.SERVICE, MessageClass.ANNOUNCEMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent. ``subject`` is one line; ``html`` is a whole page that loads nothing."""

    subject: str
    text: str
    html: str
    message_class: MessageClass
    language: str


@dataclass(slots=True)
class _Sheet:
    """The values that marks stand for."""

    values: list[tuple[str, str]] = field(default_factory=list)

    def fill(
        self, pieces: Pieces, values: Mapping[str, str], clauses: Sequence[Mapping[str, str]] = ()
    ) -> str:
        return "".join(self._fill(piece, values, clauses) for piece in pieces)

    def _fill(
        self,
        piece: str | Place | Choice | Each,
        values: Mapping[str, str],
        clauses: Sequence[Mapping[str, str]],
    ) -> str:
        match piece:
            case str():
                return piece.replace(MARK, "")
            case Place(name):
                return self._mark(name, values[name])
            case Choice(name, given, empty):
                return self.fill(given if values[name] else empty, values, clauses)
            case Each(_, inner):
                return "".join(self.fill(inner, {**values, **clause}) for clause in clauses)

    def _mark(self, name: str, value: str) -> str:
        self.values.append((name, value))
        return f"{MARK}{len(self.values) - 1}{MARK_END}"

    def open(self, marked: str, show: Callable[[str, str], str]) -> str:
        """Return a text with each mark replaced by its value, as it is shown."""
        return _MARKED.sub(lambda found: show(*self.values[int(found[1])]), marked)


def render(voice: Voice, statements: Sequence[Statement], language: str = "", recipient: str = "") -> Message:
    """Return the message that tells one or several statements to somebody.

    Raises:
        InputError: none, or more than ``MAX_STATEMENTS``.
    """
    if not 0 < len(statements) <= MAX_STATEMENTS:
        raise InputError("notice.how_many", f"a message holds 1 to {MAX_STATEMENTS} statements")
    sheet = _Sheet()
    templates = [template_for(voice, statement, language) for statement in statements]
    values = [
        values_of(statement, voice.phrases[template.language], voice.operator)
        for statement, template in zip(statements, templates, strict=True)
    ]
    bodies = [
        sheet.fill(one.body, told.by_name, told.clauses) for one, told in zip(templates, values, strict=True)
    ]
    first = templates[0]
    around = frame_values(voice.operator, recipient, len(statements))
    frame = frame_for(voice, first.language)
    whole = BETWEEN.join(body.strip() for body in bodies)
    if frame is not None:
        whole = _framed(sheet, frame.body, around, whole)
    subject_of, told = (
        (frame.subject, around) if frame and len(statements) > 1 else (first.subject, values[0])
    )
    subject = _subject(subject_of, told)
    tokens = _MARKDOWN.parse(whole)
    return Message(
        subject=subject,
        text=as_text(tokens, lambda marked: sheet.open(marked, _as_text)),
        html=_page(sheet.open(_MARKDOWN.render(whole), _as_html), subject, first.language),
        message_class=min((one.message_class for one in templates), key=_STRICTEST.index),
        language=first.language,
    )


def _framed(sheet: _Sheet, pieces: Pieces, around: Values, whole: str) -> str:
    # The messages are Markdown already: they take the place of a mark before anything is read.
    marked = sheet.fill(pieces, {**around.by_name, "messages": ""})
    place = next(n for n, (name, _) in enumerate(sheet.values) if name == "messages")
    return marked.replace(f"{MARK}{place}{MARK_END}", f"\n\n{whole}\n\n")


def _subject(pieces: Pieces, values: Values) -> str:
    sheet = _Sheet()
    text = plain(sheet.open(sheet.fill(pieces, values.by_name), _as_text))
    return text if len(text) <= MAX_SUBJECT else text[: MAX_SUBJECT - 1].rstrip() + "…"


def _as_text(_name: str, value: str) -> str:
    return value


def _as_html(name: str, value: str) -> str:
    shown = html.escape(value)
    target = _target(value) if name in LINKS else ""
    return f'<a href="{html.escape(target)}">{shown}</a>' if target else shown


def _target(value: str) -> str:
    """Return where a value leads: an https page, a mailbox, or nowhere."""
    with suppress(ValueError):
        url = URL(value)
        return str(url.href) if url.protocol == "https:" and not url.username else ""
    with suppress(EmailNotValidError):
        found = validate_email(value, check_deliverability=False, globally_deliverable=False)
        return f"mailto:{found.normalized}"
    return ""


def _page(body: str, subject: str, language: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{html.escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{html.escape(subject)}</title>\n</head>\n"
        '<body style="font: 16px/1.5 sans-serif; max-width: 40em; margin: 1em auto; padding: 0 1em">\n'
        f"{body}</body>\n</html>\n"
    )
