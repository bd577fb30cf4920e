"""Documents, changes and lineage as text in a terminal; readable without colours too."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from bylaw.cli.screen import print_problems
from bylaw.policy.document import Clause, ClauseKind, Document
from bylaw.policy.lineage import Change, Move, count_changes
from bylaw.policy.redline import Piece, Redlined
from bylaw.policy.redline_page import came_from

PIPED_WIDTH = 160  # columns when nobody looks

_KIND_STYLES = {
    ClauseKind.BAN: "red",
    ClauseKind.DUTY: "yellow",
    ClauseKind.PROMISE: "green",
    ClauseKind.RIGHT: "magenta",
    ClauseKind.ROUTE: "cyan",
    ClauseKind.FORM: "blue",
    ClauseKind.STATEMENT: "dim",
}
_CHANGE_STYLES: dict[Change, str] = {
    "same": "dim",
    "moved": "cyan",
    "reworded": "yellow",
    "split": "blue",
    "merged": "magenta",
    "added": "green",
    "removed": "red",
}
_PIECE_STYLES = {"same": "", "gone": "red strike", "new": "green underline"}
_PIECE_MARKS = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}


def console_for() -> Console:
    """Return the console: as wide as the terminal, or wide enough for a file."""
    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PIPED_WIDTH)
    return console


def print_document(console: Console, document: Document) -> None:
    """Print the clause tree, what was left out of it, and what is to be mended."""
    console.print(Text(document.title, "bold"))
    console.print(Text(" · ".join(_facts(document)), "dim"))
    root = Tree(Text(document.key, "bold"), guide_style="dim")
    branches = {None: root}
    for clause in document.clauses:
        branches[clause.id] = branches[clause.parent].add(_label(clause, console.width))  # type: ignore[index]
    console.print(root)
    kinds = Counter(c.kind for c in document.clauses if not c.heading)
    console.print(Text.assemble((f"{kinds.total()} clauses", "bold"), ": ", *_kindcount_changes(kinds)))
    if document.furniture:
        lines = ", ".join(str(f.line) for f in document.furniture)
        console.print(Text(f"left out as furniture of the page: lines {lines}", "dim"))
    console.print()
    print_problems(document.problems, console)


def _facts(document: Document) -> list[str]:
    return [
        document.file,
        f"last updated {document.last_updated}" if document.last_updated else "without a date",
        *([f"in force from {document.effective}"] if document.effective else []),
        "to be signed" if document.requires_signature else "no signature needed",
        *([f"for {document.audience}"] if document.audience else []),
        *([f"includes {', '.join(document.includes)}"] if document.includes else []),
    ]


def _label(clause: Clause, width: int) -> Text:
    place = (f"  :{clause.line}", "dim")
    words = _short(clause.text, max(40, width - 30))
    if clause.heading:
        return Text.assemble(
            (words, "bold"), "  ", (clause.id, "dim"), place, no_wrap=True, overflow="ellipsis"
        )
    kind = (f"{clause.kind.value:9}", _KIND_STYLES[clause.kind])
    mark = f"{clause.enumerator} " if clause.enumerator else ""
    return Text.assemble(
        kind, " ", clause.id, place, "\n", f"{mark}{words}", no_wrap=True, overflow="ellipsis"
    )


def _kindcount_changes(kinds: Counter[ClauseKind]) -> Iterable[str | tuple[str, str]]:
    for n, kind in enumerate(k for k in ClauseKind if kinds[k]):
        yield ", " if n else ""
        yield f"{kinds[kind]} {kind.value}", _KIND_STYLES[kind]


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def print_step(console: Console, old: Document, new: Document, moves: Sequence[Move]) -> None:
    """Print what became of the clauses that are not the same, from one version to the next."""
    _print_versions(console, old, new, count_changes(m.change for m in moves))
    for move in moves:
        if move.change != "same":
            ids = move.old if move.old == move.new else " → ".join(i for i in (move.old, move.new) if i)
            console.print(Text.assemble(_change(move.change), " ", (ids or "", "bold")))
            for text in dict.fromkeys(t for t in (move.old_text, move.new_text) if t):
                console.print(Text("          " + _short(text, console.width - 12)), no_wrap=True)


def print_changes(console: Console, old: Document, new: Document, changes: Sequence[Redlined]) -> None:
    """Print the words that changed: struck and underlined in colour, else as ``[-gone-]{+new+}``."""
    counts = count_changes(c.change for c in changes)
    _print_versions(console, old, new, counts)
    if len(changes) == counts["same"]:
        console.print("Nothing changed between these versions.")
    plain = console.no_color or not console.is_terminal
    for entry in changes:
        if entry.change != "same":
            console.print(_about(old, new, entry))
            console.print(Padding(_words(entry.pieces, plain=plain), (0, 0, 0, 2)))
            console.print()


def _print_versions(console: Console, old: Document, new: Document, counts: dict[Change, int]) -> None:
    console.print(Text.assemble((f"{old.file} → {new.file}", "bold")))
    found = ", ".join(f"{count} {change}" for change, count in counts.items() if count)
    console.print(Text(found + "\n", "dim"))


def _change(change: Change) -> tuple[str, str]:
    return f"{change:9}", _CHANGE_STYLES[change]


def _about(old: Document, new: Document, entry: Redlined) -> Text:
    ids = ", ".join(c.id for c in entry.new or entry.old)
    came = ", ".join(c.id for c in entry.old) if entry.change in ("split", "merged") else ""
    came = came_from(old, new, entry) if entry.change == "moved" else came
    return Text.assemble(_change(entry.change), " ", (ids, "bold"), (f"  from {came}" if came else "", "dim"))


def _words(pieces: Sequence[Piece], *, plain: bool) -> Text:
    if plain:
        return Text("".join(_PIECE_MARKS[p.op].format(p.text) for p in pieces))
    return Text.assemble(*((p.text, _PIECE_STYLES[p.op]) for p in pieces))
