"""The scan plan: which conditions on a text are answered together, by looking at the text once.

A ``Question`` is a call whose first argument is a text and whose second is known beforehand. Questions
about the same text and of one ``Scanner`` are asked together when there are enough of them to pay for it.
What a scan says is what each call would have said in its place; if a scan gives up it raises, and every
rule that needed it is interpreted.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import re2

from bylaw.rules.cel import tree
from bylaw.rules.cel.standard import STANDARD
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.types import STRING
from bylaw.rules.compile.identity import Identities, free_names
from bylaw.rules.compile.together import pattern_set
from bylaw.rules.patterns import PatternError, compile_pattern


class Question(NamedTuple):
    """What is asked of a text: which function, and with which text, pattern or list."""

    function: str
    argument: Any


Scan: TypeAlias = Callable[[str], Collection[int]]
Lists: TypeAlias = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanner:
    """A way to answer several questions at once.

    ``functions`` names what it stands for, by what carries a call out: a function that bears the same name
    but does something else is left alone. ``counts`` names in the same way what comes to 0 where the answer is
    no, and is worth computing only where it is yes. ``build`` gets the questions and returns a function that says, by
    place, to which of them the answer is yes; it raises ``ValueError`` for questions it cannot take.
    ``pays`` tells whether asking together is quicker than asking one by one.
    """

    name: str
    functions: Mapping[Callable[..., Any], str]
    build: Callable[[Sequence[Question]], Scan]
    accepts: Callable[[Question], bool]
    pays: Callable[[Sequence[Question]], bool]
    counts: Mapping[Callable[..., Any], str] = field(default_factory=dict)


def _written(question: Question) -> str:
    """The pattern that is found exactly where the answer is yes."""
    if question.function == "matches":
        return str(question.argument)
    quoted: str = re2.escape(question.argument)
    return {"startsWith": rf"\A{quoted}", "endsWith": rf"{quoted}\z"}.get(question.function, quoted)


def _accepted(question: Question) -> bool:
    try:
        compile_pattern(_written(question))
    except (PatternError, UnicodeEncodeError):
        return False
    return True


def _joined(questions: Sequence[Question]) -> Scan:
    return pattern_set([_written(question) for question in questions])


def _pays(questions: Sequence[Question]) -> bool:
    return sum(_ONE_BY_ONE[question.function] for question in questions) > _TOGETHER


# Microseconds on a text of 200 bytes, measured: the joined scan takes about one whatever it is asked.
_TOGETHER = 1.0
_ONE_BY_ONE = {"contains": 0.1, "startsWith": 0.05, "endsWith": 0.05, "matches": 1.2}

TEXTS = Scanner(
    name="texts and patterns",
    functions={o.run: name for name in _ONE_BY_ONE for o in STANDARD[name].overloads},
    build=_joined,
    accepts=_accepted,
    pays=_pays,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointScan:
    """Questions about one text that are answered together."""

    number: int
    scanner: Scanner
    text: Node
    questions: tuple[Question, ...]
    scan: Scan


class Answer(NamedTuple):
    """Which scan answers a call, and under which number."""

    scan: JointScan
    place: int


def plan_scans(
    trees: Iterable[Node], scanners: Iterable[Scanner], lists: Lists, identities: Identities
) -> dict[int, Answer]:
    """Return what is asked together, by the number of the call (``identities``)."""
    asked: dict[tuple[int, int], tuple[Scanner, Node, dict[Question, list[int]]]] = {}
    rows = [(number, scanner) for number, scanner in enumerate(scanners)]
    for node in (node for root in trees for node in tree.walk(root)):
        for number, scanner in rows:
            question = _question(node, scanner, lists)
            if question:
                assert isinstance(node, tree.Call)  # noqa: S101
                text = node.arguments[0]
                _, _, calls = asked.setdefault((identities.of(text), number), (scanner, text, {}))
                calls.setdefault(question, []).append(identities.of(node))
    answers: dict[int, Answer] = {}
    for scanner, text, calls in asked.values():
        answers |= _answers(scanner, text, calls, len(answers))
    return answers


def _question(node: Node, scanner: Scanner, lists: Lists) -> Question | None:
    """The question that a call is, if the scanner answers such and its text can be scanned beforehand."""
    if not isinstance(node, tree.Call) or len(node.overloads) != 1 or len(node.arguments) != 2:
        return None
    text, other = node.arguments
    run = node.overloads[0].run
    function = scanner.functions.get(run) or scanner.counts.get(run)
    if function is None or text.type != STRING or isinstance(text, tree.Constant) or free_names(text):
        return None
    argument = known_argument(other, lists)
    question = Question(function, argument)
    return question if argument is not None and scanner.accepts(question) else None


def known_argument(node: Node, lists: Lists) -> str | tuple[str, ...] | None:
    """Return the text or the list of texts that an expression is known to be before anything runs."""
    if isinstance(node, tree.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, tree.MakeList):
        known = [item.value for item in node.items if isinstance(item, tree.Constant)]
        texts = tuple(value for value in known if isinstance(value, str))
        return texts if len(texts) == len(node.items) else None
    if (
        isinstance(node, tree.Select)
        and isinstance(node.operand, tree.Variable)
        and node.operand.name == "lists"
    ):
        return lists.get(node.field)
    return None


def _answers(
    scanner: Scanner, text: Node, calls: Mapping[Question, Sequence[int]], number: int
) -> dict[int, Answer]:
    questions = tuple(calls)
    if not scanner.pays(questions):
        return {}
    try:
        scan = joined(scanner, questions)
    except ValueError:
        return {}
    joint = JointScan(number=number, scanner=scanner, text=text, questions=questions, scan=scan)
    return {
        call: Answer(joint, place) for place, question in enumerate(questions) for call in calls[question]
    }


def joined(scanner: Scanner, questions: Sequence[Question]) -> Scan:
    """Return one scan for all questions, made of several where they are too many together.

    Raises:
        ValueError: there is a question that the scanner cannot take even alone.
    """
    try:
        return scanner.build(questions)
    except ValueError:
        if len(questions) == 1:
            raise
    half = len(questions) // 2
    first, second = joined(scanner, questions[:half]), joined(scanner, questions[half:])
    return lambda text: {*_below(first(text), half), *(half + place for place in _below(second(text), None))}


def _below(found: Collection[int], limit: int | None) -> Collection[int]:
    return found if limit is None else [place for place in found if place < limit]
