"""The inside of a Markdown block as a passage: text, emphasis, links, and the line of every word."""

from collections.abc import Iterable

from markdown_it.token import Token

from bylaw.policy.passage import Passage, Span

_EMPHASIS = {"em": False, "strong": True}


def read_inline(tokens: Iterable[Token], line: int) -> Passage:
    """Return the passage of an inline token's children; ``line`` is the source line where it starts."""
    writer = _Writer(line)
    for token in tokens:
        name, _, side = token.type.rpartition("_")
        if name in _EMPHASIS:
            writer.emphasis(side, strong=_EMPHASIS[name])
        elif name == "link":
            writer.link(side, str(token.attrs.get("href", "")))
        elif token.type in ("softbreak", "hardbreak"):
            writer.newline()
        elif token.type == "html_inline":
            writer.tag(token.content)
        else:
            writer.write(token.content)  # text, code, the words that stand for an image
    return writer.passage()


def read_plain(lines: Iterable[str], line: int) -> Passage:
    """Return the passage of lines that carry no markup."""
    writer = _Writer(line)
    for n, text in enumerate(lines):
        if n:
            writer.newline()
        writer.write(text)
    return writer.passage()


class _Writer:
    """Collects text and where things in it begin and end."""

    def __init__(self, line: int) -> None:
        self._text = ""
        self._line = line
        self._breaks: list[tuple[int, int]] = []
        self._open: list[tuple[int, bool]] = []
        self._link: tuple[int, str] | None = None
        self._emphasis: list[Span] = []
        self._linked: list[Span] = []

    def write(self, text: str) -> None:
        words = " ".join(text.split())
        if text[:1].isspace() or not words:
            self._space()
        if words and (not self._breaks or self._breaks[-1][1] != self._line):
            self._breaks.append((len(self._text), self._line))
        self._text += words
        if words and text[-1:].isspace():
            self._space()

    def newline(self) -> None:
        self._space()
        self._line += 1

    def emphasis(self, side: str, *, strong: bool) -> None:
        if side == "open":
            self._open.append((len(self._text), strong))
        elif self._open:
            start, strong = self._open.pop()
            self._mark(self._emphasis, Span(start, len(self._text), strong))

    def link(self, side: str, target: str) -> None:
        if side == "open":
            self._link = (len(self._text), target)
        elif self._link:
            start, target = self._link
            self._mark(self._linked, Span(start, len(self._text), target=target))
            self._link = None

    def tag(self, tag: str) -> None:
        name = tag.strip("<>/ ").split(None, 1)[0].lower() if tag.strip("<>/ ") else ""
        if name == "br":
            self._space()
        elif name == "a":
            self.link("close" if tag.startswith("</") else "open", _href(tag))

    def passage(self) -> Passage:
        whole = Passage(
            self._text, tuple(self._breaks) or ((0, self._line),), tuple(self._emphasis), tuple(self._linked)
        )
        return whole.cut(0)

    def _space(self) -> None:
        if self._text and not self._text.endswith(" "):
            self._text += " "

    def _mark(self, spans: list[Span], span: Span) -> None:
        # Spaces at the edge of a mark belong outside of it.
        start, end = span.start, span.end
        end -= len(self._text[start:end]) - len(self._text[start:end].rstrip())
        if start < end:
            spans.append(Span(start, end, span.strong, span.target))


def _href(tag: str) -> str:
    _, found, rest = tag.partition("href=")
    if not found:
        return ""
    quote = rest[:1]
    return rest[1:].partition(quote)[0] if quote in ("'", '"') else rest.split(None, 1)[0].rstrip("/>")
