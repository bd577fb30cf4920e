"""From the characters of a condition to its words and signs.

The grammar is the packaged one; its words are cut here, because its own expressions for texts try
every way to read an escape, which takes exponential time on a text that is never closed.
"""

import re
from collections.abc import Iterator
from typing import TypeAlias

from bylaw.rules.cel.limits import TOKEN_LIMIT
from bylaw.rules.cel.source import FindingError

RESERVED = frozenset({
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
    "package", "namespace", "return", "var", "void", "while",
})  # fmt: skip
_KEYWORDS = {"true": "BOOL_LIT", "false": "BOOL_LIT", "null": "NULL_LIT", "in": "in"}

_WORDS = re.compile(  # noqa: TID251 - our own format; every alternative reads in one way only
    r"""
      (?P<SPACE>      [\t\n\f\r\ ]+ | //[^\n]* )
    | (?P<TRIPLE>     [bB]?[rR](?:'{3}(?s:.*?)'{3}|"{3}(?s:.*?)"{3})
                    | [bB]?(?:'{3}(?:[^'\\]|\\(?s:.)|'(?!''))*'{3}|"{3}(?:[^"\\]|\\(?s:.)|"(?!""))*"{3}) )
    | (?P<SINGLE>     [bB]?[rR](?:'[^'\r\n]*'|"[^"\r\n]*")
                    | [bB]?(?:'(?:[^'\\\r\n]|\\[^\r\n])*'|"(?:[^"\\\r\n]|\\[^\r\n])*") )
    | (?P<FLOAT_LIT>  [0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)? | [0-9]+[eE][+-]?[0-9]+ | \.[0-9]+(?:[eE][+-]?[0-9]+)? )
    | (?P<UINT_LIT>   (?:0x[0-9a-fA-F]+|[0-9]+)[uU] )
    | (?P<INT_LIT>    0x[0-9a-fA-F]+|[0-9]+ )
    | (?P<IDENT>      [_a-zA-Z][_a-zA-Z0-9]* )
    | (?P<QUOTED>     `[a-zA-Z0-9_.\-/\ ]+` )
    | (?P<SIGN>       && | \|\| | [=!<>]= | [?:.,()\[\]{}<>+\-*/%!] )
    """,
    re.VERBOSE,
)


Word: TypeAlias = tuple[str, str, int]
_NUMBER = frozenset({"INT_LIT", "FLOAT_LIT"})
_OPERAND_END = frozenset(")]}") | {
    "IDENT", "INT_LIT", "UINT_LIT", "FLOAT_LIT", "STRING_LIT", "MLSTRING_LIT", "BYTES_LIT", "BOOL_LIT", "NULL_LIT"
}  # fmt: skip


def words(text: str) -> Iterator[Word]:
    """Cut a condition: kind, text and offset of each word. A sign's kind is the sign itself.

    A minus right before a number belongs to it unless something stands before it to subtract from:
    the smallest int has no positive counterpart.

    Raises:
        FindingError: a character or an unclosed text where no word begins; too many words.
    """
    offset = count = 0
    last = ""
    while offset < len(text):
        kind, end = _word(text, offset)
        if kind == "-" and last not in _OPERAND_END and end < len(text):
            number, number_end = _word(text, end)
            kind, end = (number, number_end) if number in _NUMBER else (kind, end)
        if kind != "SPACE":
            count += 1
            if count > TOKEN_LIMIT:
                raise FindingError(
                    "rule.limit", offset, f"the condition has more than {TOKEN_LIMIT} words and signs"
                )
            if kind == "QUOTED" and last != ".":
                message = f"{text[offset:end]} may only name a field, after a dot"
                raise FindingError("rule.syntax", offset, message)
            last = "IDENT" if kind == "QUOTED" else kind
            yield last, text[offset:end], offset
        offset = end


def _word(text: str, offset: int) -> tuple[str, int]:
    match = _WORDS.match(text, offset)
    if match is None:
        raise _unreadable(text, offset)
    kind, word = match.lastgroup or "", match.group()
    if kind in ("TRIPLE", "SINGLE"):
        plain = "MLSTRING_LIT" if kind == "TRIPLE" else "STRING_LIT"
        kind = "BYTES_LIT" if word[0] in "bB" else plain
    elif kind == "IDENT":
        kind = _KEYWORDS.get(word, "IDENT")
    elif kind == "SIGN":
        kind = word
    return kind, match.end()


def _unreadable(text: str, offset: int) -> FindingError:
    sign = text[offset]
    if sign in "\"'":
        return FindingError("rule.syntax", offset, f"the text that begins with `{sign}` is never closed")
    hints = {"=": "equality is written `==`", "&": "and is written `&&`", "|": "or is written `||`"}
    return FindingError("rule.syntax", offset, f"`{sign}` has no meaning here", hints.get(sign, ""))
