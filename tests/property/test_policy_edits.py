"""Ids follow their clauses through twenty edits in a row, and are never given to another clause."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count
from random import Random  # noqa: TID251 - for its type; chance comes from hypothesis

from hypothesis import given, settings
from hypothesis import strategies as st

from bylaw.policy.document import Document
from bylaw.policy.lock import apply_lock, carry, first_lock, read_lock, write_lock
from bylaw.policy.parse import parse_document

COMMON = (
    "you may not use the service for any of our content without a reason that we accept in writing".split()
)
EDITS = 20
MARKS = ("* ", "- ", "1. ", "(a) ", "• ")


@dataclass(frozen=True)
class Sentence:
    """A sentence under edit. ``roots`` are the sentences it came from."""

    words: tuple[str, ...]
    roots: frozenset[int]

    @property
    def text(self) -> str:
        return " ".join(self.words).capitalize() + "."


@dataclass
class Part:
    """A section: its heading, a paragraph, and a list under it."""

    heading: Sentence
    mark: str
    paragraph: list[Sentence]
    items: list[Sentence]


@dataclass
class Draft:
    """A document under edit."""

    chance: Random
    parts: list[Part] = field(default_factory=list)
    serial: Iterator[int] = field(default_factory=count)

    def fresh(self, length: int) -> Sentence:
        number = next(self.serial)
        rare = [f"w{number}x{n}" for n in range((length + 1) // 2)]
        words = [*rare, *(self.chance.choice(COMMON) for _ in range(length - len(rare)))]
        self.chance.shuffle(words)
        return Sentence(tuple(words), frozenset([number]))

    def grow(self) -> None:
        for _ in range(self.chance.randint(2, 4)):
            self.parts.append(
                Part(
                    self.fresh(4),
                    self.chance.choice(MARKS),
                    [self.fresh(self.chance.randint(8, 20)) for _ in range(self.chance.randint(1, 5))],
                    [self.fresh(self.chance.randint(8, 20)) for _ in range(self.chance.randint(0, 6))],
                )
            )

    def sentences(self) -> list[Sentence]:
        return [s for part in self.parts for s in (part.heading, *part.paragraph, *part.items)]

    def runs(self) -> list[list[Sentence]]:
        return [run for part in self.parts for run in (part.paragraph, part.items) if run]

    def written(self, day: date) -> bytes:
        lines = ["---", "title: A policy", f"last-updated: {day}", "---", ""]
        for part in self.parts:
            lines += [
                f"## {part.heading.text.removesuffix('.')}",
                "",
                " ".join(s.text for s in part.paragraph),
                "",
            ]
            lines += [f"{_mark(part.mark, n)}{item.text}" for n, item in enumerate(part.items)]
            lines += [""]
        return "\n".join(lines).encode()


def _mark(mark: str, n: int) -> str:
    return {"1. ": f"{n + 1}. ", "(a) ": f"* ({chr(ord('a') + n % 26)}) "}.get(mark, mark)


def insert(draft: Draft) -> None:
    run = draft.chance.choice(draft.runs())
    run.insert(draft.chance.randint(0, len(run)), draft.fresh(draft.chance.randint(8, 20)))


def delete(draft: Draft) -> None:
    run = draft.chance.choice(draft.runs())
    if len(run) > 1:
        run.pop(draft.chance.randrange(len(run)))


def reword(draft: Draft) -> None:
    run = draft.chance.choice(draft.runs())
    at = draft.chance.randrange(len(run))
    words = list(run[at].words)
    for _ in range(max(1, len(words) // 6)):
        words[draft.chance.randrange(len(words))] = f"r{next(draft.serial)}"
    run[at] = replace(run[at], words=tuple(words))


def move(draft: Draft) -> None:
    source, target = draft.chance.choice(draft.runs()), draft.chance.choice(draft.runs())
    if len(source) > 1:
        target.insert(draft.chance.randint(0, len(target)), source.pop(draft.chance.randrange(len(source))))


def move_section(draft: Draft) -> None:
    draft.chance.shuffle(draft.parts)


def renumber(draft: Draft) -> None:
    draft.chance.choice(draft.parts).mark = draft.chance.choice(MARKS)


def split(draft: Draft) -> None:
    run = draft.chance.choice(draft.runs())
    at = draft.chance.randrange(len(run))
    words = run[at].words
    if len(words) >= 12:
        middle = len(words) // 2
        run[at : at + 1] = [replace(run[at], words=words[:middle]), replace(run[at], words=words[middle:])]


def merge(draft: Draft) -> None:
    run = draft.chance.choice(draft.runs())
    if len(run) > 1:
        at = draft.chance.randrange(len(run) - 1)
        one, other = run[at], run[at + 1]
        run[at : at + 2] = [Sentence(one.words + other.words, one.roots | other.roots)]


EDIT: tuple[Callable[[Draft], None], ...] = (
    insert,
    delete,
    reword,
    move,
    move_section,
    renumber,
    split,
    merge,
)


def ids_by_text(document: Document) -> dict[str, str]:
    return {clause.text.removesuffix("."): clause.id for clause in document.clauses}


@given(st.randoms(use_true_random=False))
@settings(max_examples=25)  # each is twenty versions
def test_ids_survive_twenty_edits(chance: Random) -> None:
    draft = Draft(chance)
    draft.grow()
    day = date(2020, 1, 1)
    document = parsed = parse_document(draft.written(day), file="0.md", key="policy")
    lock = first_lock(document)
    owners: dict[str, frozenset[int]] = {}  # the sentences that an id has named
    for step in range(1, EDITS + 1):
        before = {s: ids_by_text(document)[s.text.removesuffix(".")] for s in draft.sentences()}
        for sentence, clause in before.items():
            owners[clause] = owners.get(clause, frozenset()) | sentence.roots
        chance.choice(EDIT)(draft)
        day += timedelta(days=1)
        parsed = parse_document(draft.written(day), file=f"{step}.md", key="policy")
        document, lock = carry(lock, document, parsed)
        after = {s: ids_by_text(document)[s.text.removesuffix(".")] for s in draft.sentences()}

        assert len(set(after.values())) == len(document.clauses) == len(document.by_id)
        for sentence, clause in after.items():
            if sentence in before:
                assert clause == before[sentence], "an unedited clause lost its id"
            if clause in owners:
                assert sentence.roots & owners[clause], "an id was given to another clause"
    assert read_lock(write_lock(lock), "ids.lock") == lock
    assert apply_lock(parse_document(draft.written(day), file="again.md", key="policy"), lock) == replace(
        document, file="again.md", digest=parsed.digest
    )


@given(st.randoms(use_true_random=False))
def test_a_reworded_clause_keeps_its_id(chance: Random) -> None:
    draft = Draft(chance)
    draft.grow()
    old = parse_document(draft.written(date(2020, 1, 1)), file="old.md", key="policy")
    before = {next(iter(s.roots)): ids_by_text(old)[s.text.removesuffix(".")] for s in draft.sentences()}
    reword(draft)
    new, _ = carry(
        first_lock(old), old, parse_document(draft.written(date(2020, 1, 2)), file="new.md", key="policy")
    )
    after = {next(iter(s.roots)): ids_by_text(new)[s.text.removesuffix(".")] for s in draft.sentences()}
    assert after == before


@given(st.randoms(use_true_random=False), st.sampled_from([split, merge]))
def test_parts_share_one_id_and_no_more(chance: Random, edit: Callable[[Draft], None]) -> None:
    draft = Draft(chance)
    draft.grow()
    old = parse_document(draft.written(date(2020, 1, 1)), file="old.md", key="policy")
    edit(draft)
    new, lock = carry(
        first_lock(old), old, parse_document(draft.written(date(2020, 1, 2)), file="new.md", key="policy")
    )
    fresh = set(new.by_id) - set(old.by_id)
    changed = len(new.clauses) - len(old.clauses)
    assert len(fresh) == max(changed, 0)
    assert len(lock.versions[-1].retired) == max(-changed, 0)
