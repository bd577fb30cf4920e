"""``tests/*.yaml``: policy cases, each an event and the decision it must get.

::

    - case: a casino advert in a private message
      event: {kind: message.sent, at: 2026-03-01T10:00:00Z, actor: acc_1, recipient: acc_2, text: …}
      expect: {rules: [gambling-adverts], clauses: [acceptable-use/unlawful/c], effects: [hold]}
    - case: the seventh stranger within the hour
      before:                      # what happened before; {n} counts, every is in seconds
        - {times: 6, every: 60, event: {kind: message.sent, …, recipient: "acc_{n}"}}
      event: …

What stands under ``expect`` must be among what was decided; an empty list says that there is nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from bylaw.base.errors import InputError, Problem, Where
from bylaw.base.spelling import did_you_mean
from bylaw.book.folder import Folder
from bylaw.book.yaml_reader import Node, YamlReader
from bylaw.engine.decision import Decision
from bylaw.events.decode import Codec
from bylaw.events.event import Event
from bylaw.rules.effects import EFFECTS

MAX_TIMES = 10_000
EXPECTATIONS = ("rules", "clauses", "effects", "shadow")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyCase:
    """One case. ``expect`` maps ``rules``, ``clauses``, ``effects`` or ``shadow`` to names."""

    name: str
    before: tuple[Event, ...]
    event: Event
    expect: Mapping[str, tuple[str, ...]]
    where: Where


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a case expected and did not get, or got and did not expect."""

    what: str
    expected: tuple[str, ...]
    got: tuple[str, ...]


def read_cases(
    folder: Folder, codec: Codec, known: Mapping[str, Iterable[str]], problems: list[Problem]
) -> tuple[PolicyCase, ...]:
    """Return the cases of a book. ``known`` names the rules and clauses that exist."""
    names = {**known, "shadow": known["rules"], "effects": EFFECTS}
    cases: list[PolicyCase] = []
    for path, data in folder.under("tests", ".yaml", ".yml"):
        reader = YamlReader(path, problems)
        root = reader.root(data)
        for node in reader.sequence(root) if root is not None else ():
            cases += _case(reader, node, codec, names)
    return tuple(cases)


def judge(case: PolicyCase, decision: Decision) -> tuple[Shortfall, ...]:
    """Return where a decision falls short of its case; nothing when it is as expected."""
    got = {
        "rules": decision.rules,
        "clauses": tuple(citation.clause for citation in decision.clauses),
        "effects": tuple(planned.effect for planned in decision.effects),
        "shadow": decision.shadow,
    }
    return tuple(
        Shortfall(what, expected, got[what])
        for what, expected in case.expect.items()
        if not set(expected) <= set(got[what]) or (not expected and got[what])
    )


def _case(
    reader: YamlReader, node: Node, codec: Codec, names: Mapping[str, Iterable[str]]
) -> Iterable[PolicyCase]:
    told = len(reader.problems)
    entries = reader.mapping(
        node, known=("case", "before", "event", "expect"), needed=("case", "event", "expect")
    )
    if len(reader.problems) > told:
        return
    event = _event(reader, entries["event"], codec)
    earlier = reader.sequence(entries["before"]) if "before" in entries else []
    before = [each for item in earlier for each in _before(reader, item, codec)]
    expect = {}
    for what, item in reader.mapping(entries["expect"], known=EXPECTATIONS).items():
        expect[what] = reader.texts(item)
        for name in expect[what]:
            if name not in names[what]:
                reader.complain(
                    item, "case.unknown_name", f"no {what} `{name}`", did_you_mean(name, names[what])
                )
    if not expect:
        reader.complain(
            entries["expect"], "case.no_expectation", "nothing is expected", "write `rules: []` for no match"
        )
    if event is not None:
        yield PolicyCase(
            name=reader.text(entries["case"]),
            before=tuple(sorted(before, key=lambda each: each.at)),
            event=event,
            expect=expect,
            where=reader.where(node),
        )


def _before(reader: YamlReader, node: Node, codec: Codec) -> Iterable[Event]:
    """Read one of ``before``: an event, so many times, so many seconds apart."""
    entries = reader.mapping(node, known=("times", "every", "event"), needed=("event",))
    if "event" not in entries:
        return
    times = reader.number(entries["times"], 1, MAX_TIMES) if "times" in entries else 1
    every = timedelta(seconds=reader.number(entries["every"], 0, 86_400) if "every" in entries else 1)
    for n in range(times):
        event = _event(reader, entries["event"], codec, n)
        if event is None:
            return
        yield msgspec.structs.replace(event, id=f"{event.id}_{n}", at=event.at + n * every)


def _event(reader: YamlReader, node: Node, codec: Codec, number: int = 0) -> Event | None:
    """Read an event; ``{n}`` in its texts is the number."""
    values = reader.plain(node)
    where = reader.where(node)
    if not isinstance(values, dict):
        reader.complain(
            node, "yaml.type", "an event is a mapping", "write its fields: {kind: post.created, …}"
        )
        return None
    values = {k: v.replace("{n}", str(number)) if isinstance(v, str) else v for k, v in values.items()}
    values.setdefault("id", f"evt_case_{where.line}")
    try:
        return codec.decode(msgspec.json.encode(values), where=where)
    except InputError as error:
        problem = error.problem
        reader.complain(node, problem.code, problem.message, problem.hint)
        return None
