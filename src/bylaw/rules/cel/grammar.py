"""The maintained grammar of CEL as an LALR parser.

Importing this costs lark and its tables, about a fifth of a second; who only evaluates never does.
The package that the grammar comes with is not imported: its evaluator would cost more than the rest.
"""

from collections.abc import Iterator
from importlib.util import find_spec

from lark import Lark, Token
from lark.common import LexerConf
from lark.lexer import Lexer, LexerState

from bylaw.rules.cel.lexer import Word, words


class _Words(Lexer):
    """Hands our words to lark under the names that the grammar has for them."""

    __future_interface__ = 2  # lark's present form of a lexer

    def __init__(self, conf: LexerConf) -> None:
        self._names = {t.pattern.value: t.name for t in conf.terminals if t.pattern.type == "str"}

    def lex(self, lexer_state: LexerState, parser_state: object) -> Iterator[Token]:
        """Yield the words of the text."""
        del parser_state
        for kind, word, offset in _without_last_commas(words(str(lexer_state.text.text))):
            yield Token(self._names.get(kind, kind), word, start_pos=offset, end_pos=offset + len(word))


def _without_last_commas(found: Iterator[Word]) -> Iterator[Word]:
    """Pass over the comma that may end a list or a map; the grammar lacks it."""
    comma: Word | None = None
    for word in found:
        if comma and word[0] not in ("]", "}"):
            yield comma
        comma = word if word[0] == "," else None
        if not comma:
            yield word
    if comma:
        yield comma


def parser(builder: object) -> Lark:
    """Return the parser; ``builder`` has a method for each rule of the grammar, called with its parts."""
    return Lark(
        _grammar(),
        parser="lalr",
        lexer=_Words,
        start="expr",
        transformer=builder,
        keep_all_tokens=True,
        maybe_placeholders=False,
    )


def _grammar() -> str:
    spec = find_spec("celpy")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("the grammar of conditions comes with the package cel-python, which is missing")
    data: bytes = spec.loader.get_data(f"{spec.submodule_search_locations[0]}/cel.lark")  # type: ignore[union-attr]
    return data.decode()
