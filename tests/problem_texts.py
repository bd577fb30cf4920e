"""What problems say: every message and hint in the sources of some rooms, with ``{}`` in the place of each value.

Names are resolved where they are plain: a variable of the same function, a constant of the module, a row of a table of
texts, both sides of a condition. What is made in another way is told as it is written, for a test to say why.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[1] / "src" / "bylaw"
ROOMS: Final = ("appeals", "cases", "drafts", "enforcement", "finding", "staff", "web")
BESIDE: Final = (  # modules of other rooms whose problems pages show
    "notices/machine.py",
    "notices/statement.py",
    "records/vault/uses.py",
    "runtime/trials.py",
)
YIELDING: Final = "engine/backtest_page.py"  # what its functions yield is said on pages like a problem
ERRORS: Final = frozenset(
    "BusyError ConflictError InputError IntegrityError NotFoundError Problem RefusedError UpstreamError problem".split()
)
SPELLING: Final = ("did you mean `{}`?", "known: {}")  # what ``did_you_mean`` returns
TOLD: Final = ("message", "hint")


class Text(NamedTuple):
    """A text, and where it is said; which of its values are numbers that are written with their thousands apart."""

    text: str
    place: str
    thousands: tuple[int, ...] = ()


@dataclass
class Found:
    """What was found in sources: texts, and expressions that are not plain, as ``room/module.py: expression``."""

    texts: list[Text] = field(default_factory=list)
    others: set[str] = field(default_factory=set)


def found_in(rooms: Iterable[str] = ROOMS, beside: Iterable[str] = (*BESIDE, YIELDING)) -> Found:
    """Return what problems of these rooms, and of modules beside them, say."""
    found = Found()
    paths = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    for path in (*paths, *(ROOT / one for one in beside)):
        _Module(path, found).visit(ast.parse(path.read_text("utf-8")))
    return found


class _Module(ast.NodeVisitor):
    """Walks a module: whatever is assigned is remembered, by function and for all of the module."""

    def __init__(self, path: Path, found: Found) -> None:
        self._place, self._found = str(path.relative_to(ROOT)), found
        self._names: list[dict[str, list[ast.expr]]] = []

    def visit_Module(self, node: ast.Module) -> None:
        self._within(node, (one for one in node.body if isinstance(one, ast.Assign | ast.AnnAssign)))

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._within(node, (one for one in ast.walk(node) if isinstance(one, ast.Assign | ast.AnnAssign)))

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - the name that ast calls

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        named = bool(node.args) and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
        if name in ERRORS or (named and ast.unparse(node.func) == "super().__init__"):
            self._told(node)
        self.generic_visit(node)

    def visit_Yield(self, node: ast.Yield) -> None:
        if self._place == YIELDING and isinstance(node.value, ast.JoinedStr):
            self._found.texts += [one for one in self._texts(node.value) if one is not None]
        self.generic_visit(node)

    def _within(self, node: ast.AST, assigned: Iterable[ast.Assign | ast.AnnAssign]) -> None:
        names: dict[str, list[ast.expr]] = {}
        for one in assigned:
            for name, value in _assigned(one):
                names.setdefault(name, []).append(value)
        self._names.append(names)
        self.generic_visit(node)
        self._names.pop()

    def _told(self, call: ast.Call) -> None:
        given = [one.value for one in call.keywords if one.arg in TOLD]
        if len(call.args) > 1:
            given.append(call.args[1])
        for one in given:
            for text in self._texts(one):
                if text is None:
                    self._found.others.add(f"{self._place}: {ast.unparse(one)}")
                elif text.text:
                    self._found.texts.append(text)

    def _texts(self, told: ast.expr) -> Iterator[Text | None]:
        match told:
            case ast.Constant(value=str(text)):
                yield Text(text, self._place)
            case ast.JoinedStr():
                yield from self._joined(told)
            case ast.IfExp(body=one, orelse=other):
                yield from self._all((one, other))
            case ast.BoolOp(values=several):
                yield from self._all(several)
            case ast.Dict(values=several) | ast.Subscript(value=ast.Dict(values=several)):
                yield from self._all(several)
            case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)):
                yield from self._all(self._named(name)) if self._named(name) else (None,)
            case ast.Call(func=ast.Name(id="did_you_mean")):
                yield from (Text(one, self._place) for one in SPELLING)
            case _:
                yield None

    def _all(self, several: Iterable[ast.expr]) -> Iterator[Text | None]:
        for one in several:
            yield from self._texts(one)

    def _named(self, name: str) -> list[ast.expr]:
        return next((names[name] for names in reversed(self._names) if name in names), [])

    def _joined(self, told: ast.JoinedStr) -> Iterator[Text | None]:
        values = [one for one in told.values if isinstance(one, ast.FormattedValue)]
        pieces = (one.value if isinstance(one, ast.Constant) else "{}" for one in told.values)
        thousands = (
            n for n, one in enumerate(values) if one.format_spec and "," in ast.unparse(one.format_spec)
        )
        yield Text("".join(map(str, pieces)), self._place, tuple(thousands))
        for one in values:  # a value that is words itself: they are said too
            if not isinstance(one.value, ast.Name) or not one.value.id.isupper():
                yield from (text for text in self._texts(one.value) if text is not None)


def _assigned(node: ast.Assign | ast.AnnAssign) -> Iterator[tuple[str, ast.expr]]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        if isinstance(target, ast.Name) and node.value is not None:
            yield target.id, node.value
        elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = zip(target.elts, node.value.elts, strict=True)
            yield from ((one.id, value) for one, value in pairs if isinstance(one, ast.Name))
