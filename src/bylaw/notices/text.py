"""Markdown as plain text for mail: paragraphs wrapped, quotations and lists marked, emphasis left out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from textwrap import TextWrapper
from typing import Final

from markdown_it.token import Token

WIDTH: Final = 76  # SOURCE: RFC 5322, 2.1.1 asks for lines of at most 78 characters
_RULE: Final = "-" * 40
_BREAK: Final = "\n"
_INDENT: Final = "   "


def as_text(tokens: Sequence[Token], opened: Callable[[str], str]) -> str:
    """Return blocks of Markdown as plain text; ``opened`` puts the values in."""
    blocks: list[str] = []
    indents: list[str] = []
    item = ""
    for token in tokens:
        match token.type:
            case "blockquote_open":
                indents.append("> ")
            case "bullet_list_open" | "ordered_list_open":
                indents.append(_INDENT)
            case "blockquote_close" | "bullet_list_close" | "ordered_list_close":
                indents.pop()
            case "list_item_open":
                item = f"{token.info}." if token.info else "-"
            case "inline":
                after = "".join(indents)
                before = f"{after[: -len(_INDENT)]}{item:<{len(_INDENT)}}" if item else after
                blocks.append(_wrapped(opened("".join(_words(token.children or ()))), before, after))
                item = ""
            case "fence" | "code_block":
                blocks.append(_wrapped(opened(token.content.rstrip()), _INDENT, _INDENT))
            case "hr":
                blocks.append(_RULE)
            case _:
                pass
    return "\n\n".join(blocks) + "\n"


def _wrapped(words: str, before: str, after: str) -> str:
    wrapper = TextWrapper(
        WIDTH, initial_indent=before, subsequent_indent=after, break_long_words=False, break_on_hyphens=False
    )
    lines: list[str] = []
    for line in words.split(_BREAK):
        lines += wrapper.wrap(line) or [before.rstrip()]
        wrapper.initial_indent = after
    return "\n".join(lines)


def _words(tokens: Iterable[Token]) -> Iterator[str]:
    target = ""
    for token in tokens:
        match token.type:
            case "softbreak":
                yield " "
            case "hardbreak":
                yield _BREAK
            case "link_open":
                target = str(token.attrs.get("href", ""))
            case "link_close":
                yield f" ({target})"
            case _:
                yield token.content
