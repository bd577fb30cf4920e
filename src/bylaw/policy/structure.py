"""The structure that a reader sees and the markup does not say.

Paragraphs that are only bold or only capitals are headings. A numbered line that stands alone is one. A bullet
that breaks off is the lead-in of the bullets after it, whatever their indentation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bylaw.base.errors import Problem
from bylaw.policy.blocks import Block, Heading, Item, Listing, Paragraph
from bylaw.policy.document import warning
from bylaw.policy.passage import Passage

HEADING_WORDS = 15  # more words are a sentence in bold
PLAIN_HEADING_WORDS = 8  # without bold or capitals
SUB_LEVEL = 7  # under every Markdown heading
_FIRST_SIBLINGS = 3  # items with a semicolon that make one without stand out


def restore_structure(blocks: Sequence[Block], file: str) -> tuple[tuple[Block, ...], list[Problem]]:
    """Return the blocks with their headings and lead-ins found, and what is to be said about them."""
    found = _numbered_headings([_emphatic_heading(block) for block in blocks])
    if not any(isinstance(block, Heading) for block in found):
        found = _plain_headings(found)
    problems: list[Problem] = []
    return tuple(_nested(block, file, problems) for block in found), problems


def _emphatic_heading(block: Block) -> Block:
    if isinstance(block, Paragraph) and _could_head(block.passage, HEADING_WORDS):
        passage = block.passage
        bold = any(
            s.strong and s.start == 0 and s.end >= len(passage.text.rstrip(":")) for s in passage.emphasis
        )
        if bold or (passage.text.isupper() and sum(map(str.isalpha, passage.text)) > 2):
            return Heading(SUB_LEVEL, passage)
    return block


def _could_head(passage: Passage, words: int) -> bool:
    return (
        passage.line == passage.end_line
        and len(passage.text.split()) <= words
        and not passage.text.endswith((".", ";", ","))
        and "@" not in passage.text
    )


def _numbered_headings(blocks: Sequence[Block]) -> list[Block]:
    """Take lists of one short line, with a number and text below it, for headings."""
    found: list[Block] = []
    for block, below in zip(blocks, [*blocks[1:], None], strict=True):
        item = block.items[0] if isinstance(block, Listing) and len(block.items) == 1 else None
        line = item.blocks[0] if item and len(item.blocks) == 1 else None
        if (
            item
            and isinstance(line, Paragraph)
            and isinstance(below, Paragraph | Listing)
            and item.enumerator[:1].isdigit()
            and _could_head(line.passage, PLAIN_HEADING_WORDS)
        ):
            found.append(Heading(SUB_LEVEL, line.passage))
        else:
            found.append(block)
    return found


def _plain_headings(blocks: Sequence[Block]) -> list[Block]:
    """In a text without any heading, take short lines above longer text for headings."""
    found: list[Block] = []
    for block, below in zip(blocks, [*blocks[1:], None], strict=True):
        short = isinstance(block, Paragraph) and _could_head(block.passage, PLAIN_HEADING_WORDS)
        starts = short and block.passage.text[:1].isupper() and block.passage.text[-1:].isalnum()
        longer = isinstance(below, Listing) or (
            isinstance(below, Paragraph) and len(below.passage.text.split()) > PLAIN_HEADING_WORDS
        )
        found.append(Heading(SUB_LEVEL, block.passage) if starts and longer else block)
    return found


def _nested(block: Block, file: str, problems: list[Problem]) -> Block:
    if not isinstance(block, Listing):
        return block
    items = [replace(i, blocks=tuple(_nested(b, file, problems) for b in i.blocks)) for i in block.items]
    at = _broken_off(items)
    if at < 0:
        return Listing(tuple(items))
    lead, under = items[at], items[at + 1 :]
    problems.append(
        warning(
            "flat_list",
            f"the {len(under)} items after this one belong under it, and are not indented",
            file,
            _text_of(lead).line,
            "indent them, and end this line with a colon",
        )
    )
    below = _nested(Listing(tuple(under)), file, problems)
    return Listing((*items[:at], replace(lead, blocks=(*lead.blocks, below))))


def _broken_off(items: Sequence[Item]) -> int:
    """Return the index of the item that leads into those after it, or -1.

    It ends with a colon and has no list of its own, or it alone ends with nothing where the others end with
    a semicolon.
    """
    ends = [_end(item) for item in items]
    semicolons = sum(end == ";" for end in ends)
    for at, (item, end) in enumerate(zip(items[:-1], ends[:-1], strict=True)):
        if any(isinstance(b, Listing) for b in item.blocks) or not item.blocks:
            continue
        alone = end == "" and semicolons >= max(_FIRST_SIBLINGS, 0.6 * (len(items) - 1))
        if end == ":" or (alone and ends.count("") == 1):
            return at
    return -1


def _end(item: Item) -> str:
    """Return the last mark of an item, an ``and`` or ``or`` after it aside; nothing after a bare word."""
    last = item.blocks[-1] if item.blocks else None
    if last is None or isinstance(last, Listing):
        return "list"
    text = last.passage.text
    for word in (" and", " or", " and/or"):
        text = text.removesuffix(word)
    return "" if text[-1:].isalnum() else text[-1:]


def _text_of(item: Item) -> Passage:
    return next(_texts(item.blocks))


def _texts(blocks: Iterable[Block]) -> "Iterable[Passage]":
    for block in blocks:
        if isinstance(block, Listing):
            for item in block.items:
                yield from _texts(item.blocks)
        else:
            yield block.passage
