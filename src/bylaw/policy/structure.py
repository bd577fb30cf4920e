"""The structure that a reader sees and the markup does not say.

Paragraphs that are only bold or only capitals are headings. A numbered line that stands alone is one. A bullet
that breaks off is the lead-in of the bullets after it, whatever their indentation.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from bylaw.base.errors import Problem
from bylaw.policy.blocks import Block, Heading, Item, Listing, Paragraph
from bylaw.policy.document import warning
from bylaw.policy.enumerators import follows
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
    return _nested(found, file, problems), problems


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
    for block, below in zip_longest(blocks, blocks[1:]):
        item = block.items[0] if isinstance(block, Listing) and len(block.items) == 1 else None
        line = item.blocks[0] if item and len(item.blocks) == 1 else None
        if (
            item
            and isinstance(line, Paragraph)
            and isinstance(below, Paragraph | Listing)
            and item.enumerator[:1].isdigit()
            and _could_head(line.passage, PLAIN_HEADING_WORDS)
        ):
            found.append(Heading(SUB_LEVEL, line.passage, item.enumerator))
        else:
            found.append(block)
    return found


def _plain_headings(blocks: Sequence[Block]) -> list[Block]:
    """In a text without any heading, take short lines above longer text for headings."""
    return [
        Heading(SUB_LEVEL, block.passage)
        if isinstance(block, Paragraph) and _stands_over(block.passage, below)
        else block
        for block, below in zip_longest(blocks, blocks[1:])
    ]


def _stands_over(passage: Passage, below: Block | None) -> bool:
    longer = isinstance(below, Paragraph) and len(below.passage.text.split()) > PLAIN_HEADING_WORDS
    text = passage.text
    return longer and _could_head(passage, PLAIN_HEADING_WORDS) and text[:1].isupper() and text[-1:].isalnum()


def _nested(blocks: Sequence[Block], file: str, problems: list[Problem]) -> tuple[Block, ...]:
    found: list[Block] = []
    for block in blocks:
        if not isinstance(block, Listing):
            found.append(block)
        elif found and isinstance(above := found[-1], Listing) and _end(above.items[-1]) == ":":
            problems.append(_flat(file, above.items[-1], len(block.items)))
            inner = _nested([*above.items[-1].blocks, block], file, problems)
            found[-1] = Listing((*above.items[:-1], replace(above.items[-1], blocks=inner)))
        else:
            items = tuple(replace(i, blocks=_nested(i.blocks, file, problems)) for i in block.items)
            found.append(_led(items, file, problems))
    return tuple(found)


def _led(items: tuple[Item, ...], file: str, problems: list[Problem]) -> Listing:
    at = _broken_off(items)
    if at < 0:
        return Listing(items)
    lead = items[at]
    end = next(
        (n for n, item in enumerate(items[at + 2 :], at + 2) if follows(item.enumerator, lead.enumerator)),
        len(items),
    )
    under, rest = items[at + 1 : end], items[end:]
    problems.append(_flat(file, lead, len(under)))
    return Listing((*items[:at], replace(lead, blocks=(*lead.blocks, Listing(under))), *rest))


def _flat(file: str, lead: Item, count: int) -> Problem:
    message = f"the {count} items after this one belong under it, and are not indented"
    hint = "indent them, and end this line with a colon"
    return warning("flat_list", message, file, _end_line(lead), hint)


def _end_line(item: Item) -> int:
    return next((b.passage.end_line for b in reversed(item.blocks) if not isinstance(b, Listing)), 0)


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
