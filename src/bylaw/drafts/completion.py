"""What may be written at a place in a file of rules: keys, clauses, kinds, effects, and names of the condition language.

Files are half written while somebody types, so no parser is asked: lines above tell which key of which rule one is in. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from bylaw.book.book import Book
from bylaw.book.rule_files import RULE_KEYS, SET_KEYS
from bylaw.engine.environment import environment_for
from bylaw.engine.memory.functions import NAMES as MEMORY
from bylaw.rules.cel.environment import Environment
from bylaw.rules.cel.macros import MACRO_NAMES
from bylaw.rules.cel.types import ObjectType
from bylaw.rules.effects import EFFECTS
from bylaw.rules.rule import Mode, OnError
from bylaw.signals.registry import signals_for

MOST: Final = 50  # suggestions told at once
_WORD: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/.")
_LOOK_BACK: Final = 400  # lines above the place


class Suggestion(NamedTuple):
    """One thing that may stand there. ``kind``: key, clause, event, effect, queue, field, signal, list, function, counter."""

    text: str
    kind: str
    detail: str = ""
    doc: str = ""


class Completion(NamedTuple):
    """What is written of the word already (so many characters before the place), and what it may become."""

    length: int
    suggestions: tuple[Suggestion, ...]


class Spot(NamedTuple):
    """Where one is: the key of the rule, the kinds of events it runs on, the word so far, whether inside quotes."""

    key: str
    kinds: tuple[str, ...]
    word: str
    quoted: bool


def complete(book: Book, text: str, offset: int) -> Completion:
    """Return what may stand at an offset (in characters) of a file of rules."""
    spot = _spot(text[: max(0, offset)])
    word = spot.word
    found = sorted(
        {one for one in _offered(book, spot) if one.text.startswith(word) and one.text != word},
        key=lambda one: (one.text.count("."), one.text),
    )
    return Completion(len(word), tuple(found[:MOST]))


def _offered(book: Book, spot: Spot) -> Iterator[Suggestion]:
    table = {
        "": lambda: _plain(("- id", *RULE_KEYS, *SET_KEYS), "key"),
        "clause": lambda: _clauses(book),
        "on": lambda: (Suggestion(kind.name, "event", "", kind.doc) for kind in book.kinds.values()),
        "then": lambda: _plain(EFFECTS, "effect"),
        "review": lambda: _queues(book),
        "queue": lambda: _queues(book),
        "mode": lambda: _plain(Mode, "key"),
        "on_error": lambda: _plain(OnError, "key"),
        "when": lambda: _counters(book) if spot.quoted else _names(book, spot.kinds),
        "where": lambda: _names(book, spot.kinds),
        "by": lambda: _names(book, spot.kinds),
    }
    yield from table.get(spot.key, tuple)()


def _names(book: Book, kinds: Sequence[str]) -> Iterator[Suggestion]:
    """Yield what a condition may name on all of some kinds of events."""
    known = [book.kinds[kind] for kind in kinds if kind in book.kinds] or list(book.kinds.values())
    environments = [environment_for(kind, book.lists) for kind in known]
    docs = {name: signal.doc for kind in known for name, signal in signals_for(kind).items()}
    shared = set.intersection(*(set(_members(one)) for one in environments))
    for name, (detail, kind) in _members(environments[0]).items():
        if name in shared:
            yield Suggestion(name, kind, detail, docs.get(name, ""))
    for function in environments[0].functions.values():
        if function.name[0].isalpha():
            kind = "memory" if function.name in MEMORY else "function"
            yield Suggestion(function.name, kind, str(function.overloads[0]), function.doc)
    yield from _plain(MACRO_NAMES | {"has"}, "function")


def _members(environment: Environment) -> Mapping[str, tuple[str, str]]:
    """Return the dotted names of a kind of event, with type and what they are."""
    kinds = {"event": "field", "lists": "list"}
    return {
        f"{name}.{member}": (
            f"{field.type}{' optional' if field.optional else ''}",
            kinds.get(name, "signal"),
        )
        for name, variable in environment.variables.items()
        if isinstance(variable, ObjectType)
        for member, field in variable.fields.items()
    }


def _clauses(book: Book) -> Iterator[Suggestion]:
    told: dict[str, str] = {}
    for versions in book.library.versions.values():
        for document in versions:
            told |= {clause.id: clause.text for clause in document.clauses if not clause.heading}
    return (Suggestion(name, "clause", "", text[:200]) for name, text in told.items())


def _queues(book: Book) -> Iterator[Suggestion]:
    return (Suggestion(name, "queue", "", queue.purpose) for name, queue in book.operator.queues.items())


def _counters(book: Book) -> Iterator[Suggestion]:
    return (Suggestion(name, "counter") for name in book.memory.counters)


def _plain(names: Iterable[str], kind: str) -> Iterator[Suggestion]:
    return (Suggestion(str(name), kind) for name in names)


def _spot(before: str) -> Spot:
    lines = before.split("\n")[-_LOOK_BACK:]
    line = lines[-1]
    word = _last_word(line)
    rest = line[: len(line) - len(word)]
    key, number = _key_above(lines, rest)
    quoted = rest.count('"') % 2 == 1
    if key == "then" and "queue" in rest.rpartition("{")[2]:
        key = "queue"
    return Spot(key, _kinds(lines[: number + 1]), word, quoted)


def _last_word(line: str) -> str:
    end = len(line)
    while end and line[end - 1] in _WORD:
        end -= 1
    return line[end:]


def _key_above(lines: Sequence[str], rest: str) -> tuple[str, int]:
    """Return the key that the last line belongs to, and the number of the line where it stands."""
    if not rest.strip(" -"):
        indent = len(lines[-1]) - len(lines[-1].lstrip())
        for number in range(len(lines) - 2, -1, -1):
            line = lines[number]
            if line.strip() and len(line) - len(line.lstrip(" -")) < indent:
                key, _, value = line.strip(" -").partition(":")
                opens = value.strip() in {"", ">", "|", ">-", "|-"}
                return (key if opens and key in {*RULE_KEYS, "where", "by"} else ""), len(lines) - 1
            if line.strip() and len(line) - len(line.lstrip(" -")) == indent:
                return ("" if ":" in line else _key_above(lines[: number + 1], "")[0]), len(lines) - 1
        return "", len(lines) - 1
    for number in range(len(lines) - 1, -1, -1):
        key, colon, _ = (rest if number == len(lines) - 1 else lines[number]).strip(" -").partition(":")
        if colon and key in {*RULE_KEYS, *SET_KEYS, "where", "by", "queue", "review"}:
            return key, number
    return "", len(lines) - 1


def _kinds(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the kinds of events of the rule that the last line is in, as far as they are written above."""
    for line in reversed(lines):
        key, colon, value = line.strip(" -").partition(":")
        if colon and key == "on":
            return tuple(word.strip() for word in value.strip(" []").split(",") if word.strip())
        if line.lstrip().startswith("- id"):
            break
    return ()
