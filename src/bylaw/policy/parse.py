"""From the bytes of a file to a `Document`: the steps, in order.

Nothing is lost: every word of the file is in one clause or in one line of furniture. Nothing odd is an error:
it becomes a warning with line and mend, and what must be mended before publishing says so.
"""

from dataclasses import replace

import re2

from bylaw.base.errors import Problem
from bylaw.policy.blanks import blank_contacts, placeholders
from bylaw.policy.blocks import read_blocks
from bylaw.policy.document import Document, Furniture, warning
from bylaw.policy.front_matter import FrontMatter, read_front_matter
from bylaw.policy.kinds import guess_kinds
from bylaw.policy.outline import outline
from bylaw.policy.page_matter import PageMatter, set_aside
from bylaw.policy.passage import Passage
from bylaw.policy.slug import slug
from bylaw.policy.source import Source, read_source
from bylaw.policy.structure import restore_structure

HTML_LINES = 3  # lines that begin with a tag and make a page HTML

_HTML_LINE = re2.compile(r"(?i)^\s*<(?:!doctype|html|body|p|h[1-6]|ul|ol|li|section|article)\b")


def parse_document(data: bytes, *, file: str, key: str | None = None) -> Document:
    """Read one policy document.

    Args:
        data: the file; Markdown or plain text, with or without front matter.
        file: its name, for warnings.
        key: the document's key where the front matter gives none; else a slug of the title.

    Returns:
        The document with proposed ids, guessed kinds and its problems, ordered by line.

    Raises:
        InputError: this is no document: binary (``policy.binary``) or too large (``policy.too_large``).
    """
    source = read_source(data, file)
    front = read_front_matter(source.lines, file)
    blocks, lost = read_blocks(source.lines, front.size)
    page = set_aside(blocks, front.title, file)
    title = page.title or _stem(file)
    own_key = front.key or key or slug(title, drop_policy=True) or "policy"
    body, odd_structure = restore_structure(page.blocks, file)
    clauses, odd_marks = outline(body, own_key, file)
    document = Document(
        key=own_key,
        title=title,
        last_updated=front.last_updated or page.last_updated,
        effective=front.effective or page.effective,
        requires_signature=front.requires_signature,
        audience=front.audience,
        includes=front.includes,
        clauses=guess_kinds(clauses),
        furniture=(*page.furniture, *(Furniture(p.line, p.text) for p in lost)),
        problems=(
            *source.problems,
            *_html_problems(source),
            *front.problems,
            *page.problems,
            *odd_structure,
            *odd_marks,
        ),
        file=file,
        digest=source.digest,
    )
    return _with_problems(document, front, page, lost)


def _html_problems(source: Source) -> list[Problem]:
    tagged = [n for n, line in enumerate(source.lines, 1) if _HTML_LINE.search(line)]
    if len(tagged) < HTML_LINES:
        return []
    message, hint = "this is HTML; its headings and lists are read as text", "give the document as Markdown"
    return [warning("html", message, source.file, tagged[0], hint)]


def _stem(file: str) -> str:
    return file.rpartition("/")[2].partition(".")[0]


def _with_problems(
    document: Document, front: FrontMatter, page: PageMatter, lost: tuple[Passage, ...]
) -> Document:
    problems = [
        *document.problems,
        *_title_problems(document, page),
        *_date_problems(document, front, page),
        *_lost_problems(document.file, lost),
        *_empty_problems(document),
        *blank_contacts(document),
        *placeholders(document),
    ]
    return replace(document, problems=tuple(sorted(problems, key=lambda p: (p.where.line, p.code))))


def _title_problems(document: Document, page: PageMatter) -> list[Problem]:
    if page.title:
        return []
    return [
        warning(
            "no_title", "the document has no title", document.file, 1, "write `title: …` in the front matter"
        )
    ]


def _date_problems(document: Document, front: FrontMatter, page: PageMatter) -> list[Problem]:
    here, there = front.last_updated, page.last_updated
    if here and there and here != there:
        message = f"the front matter says {here}, the page says {there}; {here} counts"
        hint = "let both name the same day"
        return [warning("two_dates", message, document.file, page.date_line, hint)]
    if document.last_updated:
        return []
    line = front.date_line or page.date_line or 1
    hint = "write the day in the front matter: `last-updated: 2017-09-26`"
    return [
        warning("no_date", "the date of the last update is missing", document.file, line, hint, blocks=True)
    ]


def _lost_problems(file: str, lost: tuple[Passage, ...]) -> list[Problem]:
    if not lost:
        return []
    message = f"{len(lost)} lines could not be made clauses: nested too deeply, or a note without a place"
    return [
        warning(
            "unread", message, file, lost[0].line, "write them as paragraphs or simple lists", blocks=True
        )
    ]


def _empty_problems(document: Document) -> list[Problem]:
    if document.clauses:
        return []
    hint = "give the text of the policy"
    return [warning("empty", "the document has no clauses", document.file, 1, hint, blocks=True)]
