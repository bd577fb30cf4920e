"""What stands on a page without being policy: its title, its date, navigation, a footer.

Such lines become furniture: kept, shown, never cited. The title and the dates are read from them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import re2

from bylaw.base.errors import Problem
from bylaw.policy.blocks import Block, Heading, Listing, Paragraph
from bylaw.policy.dates import read_date
from bylaw.policy.document import Furniture, warning
from bylaw.policy.passage import Passage

TITLE_WORDS = 14  # a longer first line is a sentence
DATE_WORDS = 4  # after "last updated:", when none of them is a number
TOP = 6  # blocks in which a title may be repeated
FOOTER_WORDS = 6  # a line without a full stop and with more words is no footer by itself

_DATE_LINE = re2.compile(
    r"(?i)^(?:this \w+ (?:was |is )?)?(?:date )?(last |date of last )?"
    r"(updated|modified|revised|revision|update|effective|in force)(?: date| from| as of| on)*\s*(:?)\s*(.{0,60})$"
)
_FOOTER = re2.compile(
    r"(?i)^(?:©|\(c\) |copyright (?:©|\(c\)|(?:19|20)\d\d)|.{0,40}all rights reserved\.?$|"
    r"(?:sign up|subscribe|join)\b.{0,30}\bnewsletters?\W*$|don.t miss out|follow us|back to top|skip to|share this|"
    r"cookie (?:settings|preferences)|powered by)"
)
_HEADER = re2.compile(
    r"(?i)^(?:skip to .*|home|menu|search|log ?in|sign ?in|sign ?up|table of contents|contents)$"
)


@dataclass(slots=True, kw_only=True)
class PageMatter:
    """What was set aside, and what it told."""

    title: str = ""
    last_updated: date | None = None
    effective: date | None = None
    date_line: int = 0
    blocks: list[Block] = field(default_factory=list)
    furniture: list[Furniture] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def set_aside(blocks: Sequence[Block], title: str, file: str) -> PageMatter:
    """Part the page from the policy.

    Args:
        blocks: the whole page.
        title: from the front matter, or empty.
        file: for warnings.
    """
    page = PageMatter(title=title)
    first = _without_header(blocks, page, file)
    rest = _without_titles(_without_footer(first, page, file), page)
    for block in rest:
        if _is_navigation(block):
            _keep(page, block)
            page.problems.append(_navigation(file, block))
        elif not (isinstance(block, Paragraph) and _reads_date(block.passage, page, file)):
            page.blocks.append(block)
    page.furniture.sort(key=lambda f: f.line)
    return page


def _keep(page: PageMatter, *blocks: Block) -> None:
    page.furniture += [line for block in blocks for line in _as_shown(block, "")]


def _as_shown(block: Block, mark: str) -> Iterator[Furniture]:
    """Yield the lines of a block as they stand on the page; an item keeps its number or letter."""
    if isinstance(block, Listing):
        for item in block.items:
            for n, inner in enumerate(item.blocks):
                yield from _as_shown(inner, item.enumerator if n == 0 else "")
        return
    for n, line in enumerate(block.passage.by_line()):
        counted = n == 0 and any(map(str.isalnum, mark))
        yield Furniture(line.line, f"{mark} {line.text}" if counted else line.text)


def _passages(block: Block) -> Iterator[Passage]:
    if isinstance(block, Listing):
        for item in block.items:
            for inner in item.blocks:
                yield from _passages(inner)
    else:
        yield block.passage


def _is_line(passage: Passage, words: int) -> bool:
    return len(passage.text.split()) <= words and not passage.text.endswith((".", "?", "!", ":", ";", ","))


# --- title -------------------------------------------------------------------------------------------------


def _without_titles(blocks: Sequence[Block], page: PageMatter) -> list[Block]:
    top = [b for b in blocks if isinstance(b, Heading) and b.level == 1]
    sole = top[0] if len(top) == 1 and _leads(blocks, top[0]) else None
    if not page.title:
        page.title = _found_title(blocks, sole)
    rest: list[Block] = []
    for n, block in enumerate(blocks):
        if block is sole or (n < TOP and _repeats_title(block, page.title)):
            _keep(page, block)
        else:
            rest.append(block)
    return rest


def _leads(blocks: Sequence[Block], heading: Heading) -> bool:
    """Tell whether no other heading stands before this one."""
    return next(b for b in blocks if isinstance(b, Heading)) is heading


def _found_title(blocks: Sequence[Block], sole: Heading | None) -> str:
    if sole:
        return sole.passage.text
    first = blocks[0] if blocks else None
    if isinstance(first, Heading) or (isinstance(first, Paragraph) and _is_line(first.passage, TITLE_WORDS)):
        return first.passage.text
    return ""


def _repeats_title(block: Block, title: str) -> bool:
    if isinstance(block, Listing) or not title or not _is_line(block.passage, TITLE_WORDS):
        return False
    words, own = title.lower().split(), block.passage.text.lower().split()
    return own == words or (len(words) > 1 and (own[-len(words) :] == words or own[: len(words)] == words))


# --- dates -------------------------------------------------------------------------------------------------


def _reads_date(passage: Passage, page: PageMatter, file: str) -> bool:
    """Take the dates from a paragraph whose every line names one."""
    lines = passage.by_line()
    found = [_DATE_LINE.search(line.text) for line in lines]
    if not all(m and _names_day(m) for m in found):
        return False
    for line, match in zip(lines, found, strict=True):
        _take_date(match.group(2).lower(), match.group(4), line, page, file)
    page.furniture += [Furniture(line.line, line.text) for line in lines]
    return True


def _names_day(match: "re2._Match") -> bool:
    rest = match.group(4)
    return any(map(str.isdigit, rest)) or (bool(match.group(3)) and len(rest.split()) <= DATE_WORDS)


def _take_date(name: str, written: str, line: Passage, page: PageMatter, file: str) -> None:
    effective = name in ("effective", "in force")
    if not effective:
        page.date_line = line.line
    try:
        day = read_date(written.strip(" .*")) if written else None
    except ValueError as error:
        hint = "write the day as 2017-09-26"
        page.problems.append(warning("bad_value", f"date: {error}", file, line.line, hint))
        return
    if effective:
        page.effective = page.effective or day
    else:
        page.last_updated = page.last_updated or day


# --- navigation, header, footer ----------------------------------------------------------------------------


def _is_navigation(block: Block) -> bool:
    """Tell whether a list holds nothing but links into its own page."""
    if isinstance(block, Heading):
        return False
    passages = tuple(_passages(block))
    if isinstance(block, Paragraph):
        links = block.passage.linked
        words = sum(s.end - s.start for s in links)
        return len(links) > 2 and words > 0.8 * len(block.passage.text) and all(s.target for s in links)
    return len(passages) > 1 and all(
        len(p.linked) == 1
        and p.linked[0].target.startswith("#")
        and p.linked[0].end - p.linked[0].start == len(p.text)
        for p in passages
    )


def _navigation(file: str, block: Block) -> Problem:
    line = next(_passages(block)).line
    return warning(
        "navigation",
        "links to other parts of the page, left out of the clauses",
        file,
        line,
        "nothing to do, or take them out",
    )


def _without_header(blocks: Sequence[Block], page: PageMatter, file: str) -> Sequence[Block]:
    size = 0
    while size < len(blocks) and all(_HEADER.search(p.text) for p in _passages(blocks[size])):
        size += 1
    return _part(blocks, 0, size, page, file)


def _without_footer(blocks: Sequence[Block], page: PageMatter, file: str) -> Sequence[Block]:
    start = len(blocks)
    while start and all(_in_footer(line) for line in _lines(blocks[start - 1])):
        start -= 1
    while start < len(blocks) and not any(_FOOTER.search(line.text) for line in _lines(blocks[start])):
        start += 1  # a footer begins with what only a footer says
    return _part(blocks, start, len(blocks), page, file)


def _lines(block: Block) -> list[Passage]:
    return [line for passage in _passages(block) for line in passage.by_line()]


def _in_footer(line: Passage) -> bool:
    return bool(_FOOTER.search(line.text)) or _is_line(line, FOOTER_WORDS)


def _part(blocks: Sequence[Block], start: int, end: int, page: PageMatter, file: str) -> Sequence[Block]:
    aside = blocks[start:end]
    lines = [line for block in aside for line in _lines(block)]
    if lines:
        _keep(page, *aside)
        message = f"{len(lines)} lines of page furniture, left out of the clauses"
        page.problems.append(
            warning("furniture", message, file, lines[0].line, "nothing to do, or take them out")
        )
    return [*blocks[:start], *blocks[end:]]
