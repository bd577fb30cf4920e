"""The shape of a page: headings, paragraphs and lists, as Markdown or as plain text writes them.

Everything that carries words comes out; nothing is judged here. What Markdown does not know is brought to it
first: ``•`` bullets, lettered lines, template tags inside links.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count

import re2
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.utils import EnvType

from bylaw.policy.enumerators import bare, is_first, leading, line_mark
from bylaw.policy.inline import read_inline, read_plain
from bylaw.policy.passage import Passage, joined

MAX_NESTING = 60  # of lists and quotes; deeper text is kept, but not as clauses
CODE_INDENT = 4  # spaces, where Markdown would see code
MAX_INLINE = 1 << 14  # characters of one block in which markup is looked for

_BULLETS = "•◦▪▫‣●○■□∙\u2043➢➤►✓✔·"
_ITEM = re2.compile(rf"^\s*(?:[*+{_BULLETS}-]|[0-9]{{1,3}}[.)]|\([a-z0-9]{{1,4}}\))\s")
_TEMPLATE_TAG = re2.compile(r"\{\{\s*([^{}\s]+)\s*\}\}")
_STYLE_TAG = re2.compile(r"(?i)</?(?:a|abbr|b|code|em|i|mark|small|span|strong|sub|sup|u)(?:\s[^<>]*)?>")
_HTML_TAG = re2.compile(r"(?is)<!--.*?-->|<script\b.*?</script>|<style\b.*?</style>|<[^<>]*>")
_REFERENCE = re2.compile(
    r"^\s{0,3}\[[^\]]+\]:\s*(?:<.*>|\S*[/#:@]\S*)(?:\s+[\"'(].*)?\s*$"
)  # where a link leads
_WORD = re2.compile(r"[\pL\pN]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the largest. ``enumerator`` is its number where a list gave it one."""

    level: int
    passage: Passage
    enumerator: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of text with nothing but white space around it."""

    passage: Passage


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list. ``enumerator`` is its mark as written, a bullet included."""

    enumerator: str
    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Entries that belong together."""

    items: tuple[Item, ...]


Block = Heading | Paragraph | Listing


def read_blocks(lines: Sequence[str], skip: int) -> tuple[tuple[Block, ...], tuple[Passage, ...]]:
    """Read a page.

    Args:
        lines: the whole file, so that lines keep their numbers.
        skip: how many lines at the top are front matter.

    Returns:
        The blocks in reading order, and the lines with words that found no place in them.
    """
    shown = ["" if n < skip else line for n, line in enumerate(lines)]
    reader = _Reader("\n".join(_brought_to_markdown(shown)), lines)
    blocks = tuple(reader.blocks())
    lost = [
        read_plain([line], n)
        for n, line in enumerate(shown, 1)
        if n not in reader.seen and _WORD.search(line) and not _REFERENCE.search(line)
    ]
    return blocks, tuple(lost)


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING})
    markdown.enable(["table", "strikethrough"])
    markdown.disable(["code", "inline"])  # indented text is text; inlines are read block by block
    markdown.normalizeLink = lambda url: url  # type: ignore[method-assign]  # targets as written
    return markdown


def _brought_to_markdown(lines: Sequence[str]) -> Iterator[str]:
    lettered = False  # inside a run of lines like `(a) …`
    for n, line in enumerate(_shifted(lines)):
        text = line.lstrip()
        indent = line[: len(line) - len(text)]
        mark = line_mark(line)
        if not text:
            lettered = lettered and n + 1 < len(lines) and bool(line_mark(lines[n + 1]))
        else:
            lettered = lettered or is_first(mark) if mark else lettered
        if text[:1] in _BULLETS and text[1:2].isspace():
            yield f"{indent}- {text[2:]}"
        elif mark and lettered:
            yield f"{indent}- {text}"
        else:
            yield _TEMPLATE_TAG.sub(r"{{\1}}", line)


def _shifted(lines: Sequence[str]) -> Iterator[str]:
    """Move lists to the left that start so far to the right that Markdown sees no list."""
    shift, in_list = 0, False
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        item = bool(_ITEM.search(line))
        if line.strip() and indent < shift:
            shift = 0
        if item and not in_list:
            shift = indent if indent >= CODE_INDENT else 0
        in_list = item or (in_list and (not line.strip() or indent > 0))
        yield line[min(shift, indent) :]


def _as_space(tag: "re2._Match") -> str:
    return "\n" * tag.group().count("\n") or " "


class _Reader:
    """Walks over the tokens of one page and notes which source lines it has seen."""

    def __init__(self, text: str, lines: Sequence[str]) -> None:
        self._markdown = _markdown()
        self._references: EnvType = {}
        self._tokens = iter(self._markdown.parse(text, self._references))
        self._lines = lines
        self.seen: set[int] = set()

    def blocks(self, until: str = "") -> Iterator[Block]:
        for token in self._tokens:
            if token.type == until:
                return
            yield from self._block(token)

    def _block(self, token: Token) -> Iterator[Block]:
        match token.type:
            case "heading_open":
                yield Heading(int(token.tag[1]), self._inline(next(self._tokens)))
            case "paragraph_open":
                yield Paragraph(self._inline(next(self._tokens)))
            case "bullet_list_open" | "ordered_list_open":
                yield Listing(tuple(self._items(token.type.replace("open", "close"))))
            case "table_open":
                yield from self._table()
            case "html_block" | "fence":
                yield from self._plain(token)
            case _:  # quotes are transparent; rules and closing tokens say nothing
                pass

    def _inline(self, token: Token) -> Passage:
        first, last = _lines_of(token)
        self.seen.update(range(first, last + 1))
        if len(token.content) > MAX_INLINE:
            return read_plain(token.content.split("\n"), first)
        children: list[Token] = []
        self._markdown.inline.parse(token.content, self._markdown, self._references, children)
        return read_inline(children, first)

    def _items(self, until: str) -> Iterator[Item]:
        written: list[tuple[Token, tuple[Block, ...]]] = []
        for token in self._tokens:
            if token.type == until:
                break
            written.append((token, tuple(self.blocks("list_item_close"))))
        same = len({token.info for token, _ in written}) == 1  # `1. 1. 1.` is shown as 1, 2, 3
        for n, (token, blocks) in zip(count(1), written, strict=False):
            number = str(n) if same and token.info == "1" else token.info
            glyph = self._lines[_lines_of(token)[0] - 1].lstrip(" \t>")[:1]
            bullet = glyph if glyph in _BULLETS else token.markup
            yield _marked(f"{number}{token.markup}" if number else bullet, blocks)

    def _table(self) -> Iterator[Block]:
        rows: list[Passage] = []
        cells: list[Passage] = []
        for token in self._tokens:
            if token.type == "table_close":
                break
            if token.type == "inline":
                cells.append(self._inline(token))
            elif token.type == "tr_close":
                rows.append(joined(cells, " | "))
                cells = []
        head, *body = rows
        if head.text.strip(" |"):
            yield Paragraph(head)
        if body:
            yield Listing(tuple(Item("", (Paragraph(row),)) for row in body))

    def _plain(self, token: Token) -> Iterator[Block]:
        first, last = _lines_of(token)
        self.seen.update(range(first, last + 1))
        content = token.content
        if token.type == "html_block":
            content = _HTML_TAG.sub(_as_space, _STYLE_TAG.sub("", content))
        else:
            first += 1  # the fence itself
        passage = read_plain(content.split("\n"), first)
        if _WORD.search(passage.text):
            yield Paragraph(passage)


def _lines_of(token: Token) -> tuple[int, int]:
    first, after = token.map or (0, 1)
    return first + 1, after


def _marked(bullet: str, blocks: tuple[Block, ...]) -> Item:
    """Return the item with the mark that its text begins with, if any: ``* (a) …`` is item (a)."""
    if blocks and isinstance(blocks[0], Paragraph) and not bare(bullet):
        numbered = leading(blocks[0].passage)
        if numbered:
            return Item(numbered.enumerator, (Paragraph(numbered.passage), *blocks[1:]))
    return Item(bullet, blocks)
