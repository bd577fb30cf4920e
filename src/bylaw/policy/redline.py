"""What changed between two versions, clause by clause and word by word, as values.

A change of layout alone changes nothing: white space, quotation marks and dashes are compared in one form.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import re2
from rapidfuzz.distance import Indel

from bylaw.policy.document import Clause, Document
from bylaw.policy.lineage import Change, Move, lineage
from bylaw.policy.wording import normalised, same_words

MAX_TOKENS = 4_000  # of one clause; a longer one is shown as replaced
ISLAND = 3  # letters of an unchanged word that may vanish between two changes

_TOKEN = re2.compile(r"[\pL\pN_]+|\s+|[^\pL\pN_\s]")

Op = Literal["same", "gone", "new"]
_KEPT: tuple[Op, ...] = ("same",)
_CHANGED: tuple[Op, ...] = ("gone", "new")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a clause: in both versions, only in the old one, or only in the new one."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class Redlined:
    """One clause's step with its words compared; a split has several new clauses, a merger several old."""

    change: Change
    old: tuple[Clause, ...]
    new: tuple[Clause, ...]
    pieces: tuple[Piece, ...]

    @property
    def heading(self) -> bool:
        """Whether this is a heading."""
        return any(clause.heading for clause in self.old + self.new)


def redline(old: Document, new: Document) -> tuple[Redlined, ...]:
    """Return every clause of both versions, in the order of the new one, with its changes."""
    return tuple(_redlined(old, new, moves) for moves in _together(lineage(old, new)))


def compare_words(old: str, new: str) -> tuple[Piece, ...]:
    """Return the words of two texts, in order: kept, gone and new."""
    if same_words(old, new):
        return (Piece("same", new),) if new else ()
    ones, others = _TOKEN.findall(old), _TOKEN.findall(new)
    if max(len(ones), len(others)) > MAX_TOKENS:
        return _pieces([("gone", old), ("new", new)])
    plain, plain_other = [normalised(t) for t in ones], [normalised(t) for t in others]
    pieces: list[tuple[Op, str]] = []
    for step in Indel.opcodes(plain, plain_other):
        before = "".join(ones[step.src_start : step.src_end])
        after = "".join(others[step.dest_start : step.dest_end])
        pieces += [("same", after)] if step.tag == "equal" else [("gone", before), ("new", after)]
    return _pieces(_without_islands(_pieces(pieces)))


def _together(moves: Iterable[Move]) -> list[list[Move]]:
    """Group the moves of one split or merger; the first stands for the place of all."""
    groups: dict[tuple[str, str | None], list[Move]] = {}
    for n, move in enumerate(moves):
        shared = {"split": move.old, "merged": move.new}.get(move.change, str(n))
        groups.setdefault((move.change, shared), []).append(move)
    return list(groups.values())


def _redlined(old: Document, new: Document, moves: Sequence[Move]) -> Redlined:
    ones = tuple(dict.fromkeys(old.by_id[m.old] for m in moves if m.old))
    others = tuple(dict.fromkeys(new.by_id[m.new] for m in moves if m.new))
    pieces = compare_words(_text(ones), _text(others))
    return Redlined(moves[0].change, ones, others, pieces)


def _text(clauses: Iterable[Clause]) -> str:
    return " ".join(clause.text for clause in clauses)


def _without_islands(pieces: Sequence[Piece]) -> list[tuple[Op, str]]:
    """Let short words between two changes change too: "the [-old-] {+new+} of" reads better in one."""
    found: list[tuple[Op, str]] = []
    for n, piece in enumerate(pieces):
        inside = 0 < n < len(pieces) - 1
        letters = sum(map(str.isalnum, piece.text))
        if piece.op == "same" and inside and letters <= ISLAND:
            found += [("gone", piece.text), ("new", piece.text)]
        else:
            found.append((piece.op, piece.text))
    return found


def _pieces(steps: Iterable[tuple[Op, str]]) -> tuple[Piece, ...]:
    """Join neighbours of one kind; between two kept pieces, what is gone stands before what is new."""
    joined: list[Piece] = []
    for same, run in groupby(steps, key=lambda step: step[0] == "same"):
        part = list(run)
        for op in _KEPT if same else _CHANGED:
            text = "".join(text for kind, text in part if kind == op)
            if text:
                joined.append(Piece(op, text))
    return tuple(joined)
