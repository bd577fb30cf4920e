"""What several rules have in common, computed once: as early as it is certain to be needed, else when it is.

A value that cannot raise and costs little stands before the rule that needs it first. One that a rule
begins with stands at the beginning of that rule; if it raises there, its name stays unbound and every
rule that reads it is interpreted. Any other is computed where it is first reached, and kept.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from bylaw.rules.cel import tree
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.types import BOOL
from bylaw.rules.compile.identity import Identities, free_names
from bylaw.rules.compile.inline import template
from bylaw.rules.compile.scan import Answer
from bylaw.rules.compile.written import Names, Needs, Place, Written

_EAGER = 12  # cost up to which a value that cannot raise is computed though it may not be needed
_WORTH = {True: 8, False: 3}  # cost from which a value is shared: truths, others
_WORTH_KEEPING = 10  # cost from which a value is kept that must be asked for
_SCAN_COST = 60
_LOOK_COST = 3
_END_COST = 4
_SHARABLE = (tree.Call, tree.Select, tree.Logic, tree.Comprehension, tree.Variable)

Write = Callable[[Node, Place], Written]


def uses_of(trees: Iterable[Node], identities: Identities) -> Counter[object]:
    """Return how often each expression is written, by number, and each end of a text that is compared."""
    uses: Counter[object] = Counter()
    for node in (node for root in trees for node in tree.walk(root)):
        uses[identities.of(node)] += 1
        end = _end_of(node, identities)
        if end:
            uses[end] += 1
    return uses


@dataclass(slots=True, kw_only=True)
class Sharing:
    """The values shared by the rules of one kind, and where each comes to stand."""

    names: Names
    identities: Identities
    uses: Counter[object]
    answers: Mapping[int, Answer]  # by the number of the call
    before: list[str] = field(default_factory=list)  # stands before the rule at hand
    first: list[str] = field(default_factory=list)  # stands at its beginning
    kept: list[str] = field(default_factory=list)  # names of values computed when they are reached
    _written: dict[object, Written | None] = field(default_factory=dict)

    def shared(self, node: Node, place: Place, write: Write) -> Written:
        """Return a node's value, by name if it is shared."""
        number = self.identities.of(node)
        if number in self._written:
            known = self._written[number]
            return known if known and _fits(known, place) else write(node, place)
        if place.inner or self.uses[number] < 2 or not isinstance(node, _SHARABLE) or free_names(node):
            return write(node, place)
        found = write(node, Place(certain=place.certain))
        if found.cost < _WORTH[node.type == BOOL] or found.code.isidentifier():
            self._written[number] = None
            return write(node, place)
        return self._named(number, found, certain=place.certain)

    def is_scanned(self, node: Node) -> bool:
        """Tell whether a joint scan answers a call."""
        return self.identities.of(node) in self.answers

    def scanned(self, node: tree.Call, place: Place, write: Write) -> Written | None:
        """Return the answer of a joint scan, nothing if the call is not part of one."""
        answer = self.answers.get(self.identities.of(node))
        if answer is None or node.overloads[0].run in answer.scan.scanner.counts:
            return None
        return self._answered(answer, place, write)

    def worth_counting(self, node: tree.Call, place: Place, write: Write) -> Written | None:
        """Return what must be true for a call to come to more than 0, nothing if no joint scan says so."""
        answer = self.answers.get(self.identities.of(node))
        if answer is None or node.overloads[0].run not in answer.scan.scanner.counts:
            return None
        return self._answered(answer, place, write)

    def _answered(self, answer: Answer, place: Place, write: Write) -> Written | None:
        key = ("scan", answer.scan.number)
        found = self._written.get(key)
        if found is None and not place.inner:
            note = f"{len(answer.scan.questions)} {answer.scan.scanner.name} in one scan"
            name = self.names.name("S", key, answer.scan.scan, note)
            text = write(answer.scan.text, Place(certain=place.certain))
            scan = replace(text, code=f"{name}({text.code})", cost=text.cost + _SCAN_COST)
            found = self._named(key, scan, certain=place.certain or not (text.fallible or text.loud))
        if found is None or not _fits(found, place):
            return None
        named = found.code.isidentifier()
        needs = Needs(found.code, frozenset({answer.place}), not found.fallible) if named else None
        return replace(found, code=f"({answer.place} in {found.code})", cost=_LOOK_COST, needs=needs)

    def end(self, node: tree.Call, place: Place, write: Write) -> Written | None:
        """Return ``startsWith`` or ``endsWith`` as a comparison with an end of the text that others compare too."""
        key = _end_of(node, self.identities)
        if key is None or place.inner or self.uses[key] < 2:
            return None
        found = self._written.get(key)
        if found is None:
            text = write(node.arguments[0], Place(certain=place.certain))
            length = key[-1]
            piece = f"[:{length}]" if node.function == "startsWith" else f"[-{length}:]"
            value = replace(text, code=f"{text.code}{piece}", cost=text.cost + _END_COST)
            found = self._named(key, value, certain=place.certain)
        wanted = write(node.arguments[1], place)
        return replace(found, code=f"({found.code} == {wanted.code})", cost=found.cost + _LOOK_COST)

    def _named(self, key: object, value: Written, *, certain: bool) -> Written:
        if not value.fallible and not value.loud and (certain or value.cost <= _EAGER):
            found = self._assigned(self.before, value)
        elif certain:
            found = self._assigned(self.first, value)
        elif value.cost >= _WORTH_KEEPING:
            name = self.names.fresh("v")
            self.kept.append(name)
            found = replace(value, code=f"({name} if {name} is not UNKNOWN else ({name} := {value.code}))")
        else:
            return value
        self._written[key] = found
        return found

    def _assigned(self, lines: list[str], value: Written) -> Written:
        name = self.names.fresh("v")
        lines.append(f"{name} = {value.code}")
        return Written(name, fallible=value.fallible)


def _end_of(node: Node, identities: Identities) -> tuple[int, str, int] | None:
    """Which end of which text a call compares: its beginning or its end, and how many characters of it."""
    if not isinstance(node, tree.Call) or node.function not in ("startsWith", "endsWith"):
        return None
    text, wanted = node.arguments
    if (
        not isinstance(wanted, tree.Constant)
        or not wanted.value
        or template(node) is None
        or free_names(text)
    ):
        return None
    return identities.of(text), node.function, len(wanted.value)


def _fits(known: Written, place: Place) -> bool:
    # A kept value is assigned where it is reached, which an inner function cannot do.
    return known.code.isidentifier() or not place.inner
