"""From the blocks of a page to clauses: sentences, items and parts of sentences, each with an id.

An id says where a clause stands: document / headings / paragraph or mark, then sentence or item. Ids made here
are proposals; once given, they are kept in ``ids.lock``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bylaw.base.errors import Problem
from bylaw.policy.blocks import Block, Heading, Item, Listing, Paragraph
from bylaw.policy.document import Clause, ClauseKind, warning
from bylaw.policy.enumerators import Numbered, bare, inline, leading
from bylaw.policy.passage import Passage
from bylaw.policy.sentences import sentences
from bylaw.policy.slug import slug
from bylaw.policy.source import too_large

MAX_CLAUSES = 20_000  # forty times the longest policy in the wild
LABEL_WORDS = 16  # a longer emphasised start is emphasis, not a label
_AFTER_LABEL = (":", " -", " –", " —", "-", "–", "—")


def outline(blocks: Sequence[Block], key: str, file: str) -> tuple[tuple[Clause, ...], list[Problem]]:
    """Return the clauses in reading order, parents before children, and what was odd about their marks.

    Raises:
        InputError: there are more than `MAX_CLAUSES` (``policy.too_large``).
    """
    writer = _Writer(key, file)
    writer.read(blocks)
    return tuple(writer.clauses), writer.problems


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the next clause goes: under which clause, and what its id begins with."""

    parent: str | None
    base: str


@dataclass(slots=True)
class _Writer:
    key: str
    file: str
    clauses: list[Clause] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sections: list[tuple[int, str]] = field(default_factory=list)  # open headings: level and id
    paragraphs: int = 0  # so far under the open heading
    taken: dict[str, int] = field(default_factory=dict)  # ids, and the line of their clause
    repeats: dict[str, int] = field(default_factory=dict)  # how often an id was wanted

    def read(self, blocks: Sequence[Block]) -> None:
        lead = self._section()
        for block in blocks:
            match block:
                case Heading():
                    lead = self._heading(block)
                case Paragraph():
                    self.paragraphs += 1
                    lead = self._paragraph(block.passage, f"p{self.paragraphs}")
                case Listing():
                    self._listing(block, lead)

    def _section(self) -> _Place:
        section = self.sections[-1][1] if self.sections else None
        return _Place(section, (section or self.key) + "/")

    def _heading(self, heading: Heading) -> _Place:
        while self.sections and self.sections[-1][0] >= heading.level:
            self.sections.pop()
        numbered = leading(heading.passage)
        name = slug((numbered.passage if numbered else heading.passage).text, drop_policy=True) or "section"
        place = self._section()
        given = self._write(place, name, heading.passage, heading.enumerator, heading=True)
        self.sections.append((heading.level, given))
        self.paragraphs = 0
        return self._section()

    def _paragraph(
        self, passage: Passage, name: str, enumerator: str = "", place: _Place | None = None
    ) -> _Place:
        """Write the sentences of a paragraph, and return the place under the last of them."""
        place = place or self._section()
        end = label_end(passage)
        if end and not bare(enumerator):
            name = slug(passage.text[:end]) or name
        cut = sentences(passage, end)
        last = place
        for n, sentence in enumerate(cut, 1):
            part = f"{name}-s{n}" if len(cut) > 1 else name
            last = self._sentence(sentence, part, place, enumerator if n == 1 else "")
        return last

    def _sentence(self, sentence: Passage, name: str, place: _Place, enumerator: str) -> _Place:
        lead, parts = inline(sentence)
        if parts:
            under = _Place(place.parent, f"{place.base}{name}-")
            if lead.text:
                given = self._write(place, name, lead, enumerator)
                under = _Place(given, given + "-")
            for part in parts:
                self._write(under, bare(part.enumerator), part.passage, part.enumerator)
            return under
        own = (None if enumerator else leading(sentence)) or Numbered(enumerator, sentence)
        given = self._write(place, name, own.passage, own.enumerator)
        return _Place(given, given + "-")

    def _listing(self, listing: Listing, lead: _Place) -> None:
        marks: dict[str, int] = {}
        for n, item in enumerate(listing.items, 1):
            self._item(item, str(n), lead, marks)

    def _item(self, item: Item, ordinal: str, lead: _Place, marks: dict[str, int]) -> None:
        name = bare(item.enumerator)
        under = lead
        for n, block in enumerate(item.blocks, 1):
            if isinstance(block, Listing):
                self._listing(block, under)
            else:
                if n == 1:
                    self._check_mark(item.enumerator, block.passage.line, marks)
                part = (name or ordinal) + (f"-p{n}" if n > 1 else "")
                under = self._paragraph(block.passage, part, item.enumerator if n == 1 else "", lead)

    def _check_mark(self, enumerator: str, line: int, marks: dict[str, int]) -> None:
        mark = bare(enumerator)
        if mark and mark in marks:
            message = f"`{enumerator}` stands at line {marks[mark]} too"
            hint = f"give every item a mark of its own; until then the ids end in `{mark}`, `{mark}-2`, …"
            self.problems.append(warning("duplicate_enumerator", message, self.file, line, hint))
        marks.setdefault(mark, line)

    def _unique(self, wanted: str) -> str:
        number, given = self.repeats.get(wanted, 1), wanted
        while given in self.taken:
            number += 1
            given = f"{wanted}-{number}"
        self.repeats[wanted] = number
        return given

    def _write(
        self,
        place: _Place,
        name: str,
        passage: Passage,
        enumerator: str = "",
        *,
        heading: bool = False,
    ) -> str:
        wanted = place.base + name
        given = self._unique(wanted)
        if given != wanted and heading:
            message = f"the heading `{passage.text}` stands at line {self.taken[wanted]} too"
            hint = f"give it words of its own; until then its clauses are under `{given}`"
            self.problems.append(warning("duplicate_heading", message, self.file, passage.line, hint))
        if len(self.clauses) == MAX_CLAUSES:
            raise too_large(f"more than {MAX_CLAUSES} clauses", self.file)
        self.taken[given] = passage.line
        self.clauses.append(
            Clause(
                id=given,
                kind=ClauseKind.STATEMENT,
                text=passage.text,
                line=passage.line,
                end_line=passage.end_line,
                parent=place.parent,
                heading=heading,
                enumerator=enumerator,
                links=passage.links,
            )
        )
        return given


def label_end(passage: Passage) -> int:
    """Return where the emphasised label at the start of a paragraph ends, or 0.

    ``*Clients* – …``, ``**By mail:** …``, ``**A message to you** Hello …``: it names the paragraph.
    """
    text = passage.text
    for span in (s for s in passage.emphasis if s.start == 0):
        label, after = text[: span.end], text[span.end :]
        if not after or len(label.split()) > LABEL_WORDS:
            continue
        if after.startswith(_AFTER_LABEL) or (span.strong and _stands_apart(label, after)):
            return span.end
    return 0


def _stands_apart(label: str, after: str) -> bool:
    first = after.lstrip(" .:*")[:1]
    ended = label.endswith((".", ":", "?", "!")) or after.startswith((".", ":"))
    return ended or (len(label.split()) > 1 and after.startswith(" ") and first.isupper())
