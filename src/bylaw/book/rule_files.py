"""``rules/*.yaml``: rule sets, each rule bound to clauses. No clause, no rule.

A rule's condition is checked once for each event kind it runs on, against the fields that kind has.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bylaw.base.errors import Problem, Problems, Where
from bylaw.base.spelling import did_you_mean
from bylaw.book.folder import Folder
from bylaw.book.yaml_reader import Node, YamlReader
from bylaw.engine.memory.counters import Counter, declare_counter, kind_counters
from bylaw.engine.memory.reads import bind
from bylaw.events.kinds import Kind
from bylaw.rules.cel.condition import Condition, compile_condition
from bylaw.rules.cel.environment import Environment
from bylaw.rules.effects import EFFECTS, Argument, Effect, EffectType
from bylaw.rules.rule import Mode, OnError, Rule

SET_KEYS = ("about", "on_error", "counters", "rules")
COUNTER_KEYS = ("id", "on", "where", "by", "note")
RULE_KEYS = ("id", "clause", "on", "when", "then", "mode", "roll-out", "since", "note")
MAX_RULES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a rule may refer to: clause ids, queues, event kinds with an environment for each, and counters."""

    clauses: frozenset[str]
    queues: frozenset[str]
    kinds: Mapping[str, Kind]
    environments: Mapping[str, Environment]
    counters: Mapping[str, Counter]


def read_counters(
    folder: Folder, environments: Mapping[str, Environment], problems: list[Problem]
) -> Mapping[str, Counter]:
    """Return the counters that rules may ask: every kind of event by its actor, and those the book declares."""
    counters = dict(kind_counters(environments))
    for path, data in folder.under("rules", ".yaml", ".yml"):
        reader = YamlReader(path, [])  # what else is wrong with the file, reading its rules will tell
        root = reader.root(data)
        entries = reader.mapping(root) if root is not None else {}
        reader.problems = problems
        for node in reader.sequence(entries["counters"]) if "counters" in entries else ():
            counter = _counter(reader, node, environments)
            if counter is None:
                continue
            if counter.id in counters:
                reader.complain(
                    node, "counter.repeated_id", f"`{counter.id}` is a counter already", "rename it"
                )
            counters[counter.id] = counter
    return counters


def _counter(reader: YamlReader, node: Node, environments: Mapping[str, Environment]) -> Counter | None:
    before = len(reader.problems)
    entries = reader.mapping(node, known=COUNTER_KEYS, needed=("id", "on"))
    if len(reader.problems) > before:
        return None
    try:
        return declare_counter(
            reader.text(entries["id"]),
            on=reader.texts(entries["on"]),
            where=reader.text(entries["where"]) if "where" in entries else "",
            by=reader.text(entries["by"]) if "by" in entries else "event.actor",
            environments=environments,
            place=reader.where(node),
        )
    except Problems as error:
        reader.problems += error.problems
        return None


def read_rules(folder: Folder, names: Names, problems: list[Problem]) -> tuple[Rule, ...]:
    """Return the rules of a book in the order of their files; what is wrong goes to ``problems``."""
    rules: dict[str, Rule] = {}
    for path, data in folder.under("rules", ".yaml", ".yml"):
        reader = YamlReader(path, problems)
        for rule in _rule_set(reader, data, names):
            if rule.id in rules:
                first = rules[rule.id].where
                hint = f"the first is at {first}"
                problems.append(
                    Problem(
                        code="rule.repeated_id",
                        message=f"`{rule.id}` occurs twice",
                        where=rule.where,
                        hint=hint,
                    )
                )
            elif len(rules) >= MAX_RULES:
                problems.append(
                    Problem(
                        code="rule.count",
                        message=f"more than {MAX_RULES} rules",
                        where=rule.where,
                        hint="remove some",
                    )
                )
                break
            else:
                rules[rule.id] = rule
    return tuple(rules.values())


def _rule_set(reader: YamlReader, data: bytes, names: Names) -> Iterable[Rule]:
    root = reader.root(data)
    if root is None:
        return
    entries = reader.mapping(root, known=SET_KEYS, needed=("rules",))
    on_error = OnError.REVIEW
    if "on_error" in entries:
        on_error = reader.choice(entries["on_error"], OnError, OnError.REVIEW)
    for node in reader.sequence(entries["rules"]) if "rules" in entries else ():
        rule = _rule(reader, node, names, on_error)
        if rule is not None:
            yield rule


def _rule(reader: YamlReader, node: Node, names: Names, on_error: OnError) -> Rule | None:
    before = len(reader.problems)
    entries = reader.mapping(node, known=RULE_KEYS, needed=("id", "clause", "on", "when", "then"))
    if len(reader.problems) > before:
        return None
    source, where = reader.code(entries["when"])
    return Rule(
        id=reader.text(entries["id"]),
        clauses=_clauses(reader, entries["clause"], names.clauses),
        conditions=_conditions(reader, entries["on"], source, where, names),
        source=" ".join(source.split()),
        effects=tuple(
            effect for item in reader.one_or_many(entries["then"]) for effect in _effect(reader, item, names)
        ),
        mode=reader.choice(entries["mode"], Mode, Mode.ENFORCE) if "mode" in entries else Mode.ENFORCE,
        on_error=on_error,
        roll_out=reader.percent(entries["roll-out"]) if "roll-out" in entries else 100,
        since=reader.day(entries["since"]) if "since" in entries else None,
        rule_set=reader.file,
        note=reader.text(entries["note"]) if "note" in entries else "",
        where=reader.where(node),
    )


def _clauses(reader: YamlReader, node: Node, known: frozenset[str]) -> tuple[str, ...]:
    clauses = reader.texts(node)
    for item, clause in zip(reader.one_or_many(node), clauses, strict=True):
        if clause and clause not in known:
            reader.complain(
                item,
                "rule.unknown_clause",
                f"no document has the clause `{clause}`",
                did_you_mean(clause, known),
            )
    if not clauses:
        reader.complain(
            node, "rule.no_clause", "a rule needs a clause", "name the clause that it carries out"
        )
    return clauses


def _conditions(
    reader: YamlReader, node: Node, source: str, where: Where, names: Names
) -> Mapping[str, Condition]:
    conditions: dict[str, Condition] = {}
    told: set[Problem] = set()
    for item in reader.one_or_many(node):
        kind = reader.text(item)
        if kind not in names.environments:
            hint = did_you_mean(kind, names.environments)
            reader.complain(item, "rule.unknown_kind", f"unknown event kind `{kind}`", hint)
            continue
        try:
            condition = compile_condition(source, names.environments[kind], where=where)
            conditions[kind] = bind(condition, names.counters, names.kinds)
        except Problems as error:
            told.update(error.problems)  # the same mistake shows once for each kind
    reader.problems += sorted(told, key=lambda problem: (problem.where, problem.message))
    return conditions


def _effect(reader: YamlReader, node: Node, names: Names) -> Iterable[Effect]:
    """Read ``hold``, ``{strike: 1}`` or ``{review: {queue: spam}}``."""
    name, argument = _name_and_argument(reader, node)
    row = EFFECTS.get(name)
    if row is None:
        if name:
            reader.complain(
                node, "rule.unknown_effect", f"unknown effect `{name}`", did_you_mean(name, EFFECTS)
            )
        return
    if argument is None and row.argument != "none" and name != "exempt":
        reader.complain(node, "rule.effect_argument", f"`{name}` needs a value", f"write `{_example(row)}`")
        return
    value = _argument(reader, argument, row) if argument is not None else None
    if name == "review" and value not in names.queues:
        hint = did_you_mean(str(value), names.queues) or f"add [queues.{value}] to operator.toml"
        reader.complain(node, "rule.unknown_queue", f"no queue `{value}`", hint)
    yield Effect(name, value)


def _name_and_argument(reader: YamlReader, node: Node) -> tuple[str, Node | None]:
    if node.tag.endswith(":map"):
        entries = reader.mapping(node)
        if len(entries) != 1:
            reader.complain(
                node, "rule.effect", "an effect has one name", "write each effect as an item of its own"
            )
            return "", None
        return next(iter(entries.items()))
    return reader.text(node), None


def _argument(reader: YamlReader, node: Node, row: EffectType) -> Argument:
    if row.key and node.tag.endswith(":map"):
        entries = reader.mapping(node, known=(row.key,), needed=(row.key,))
        if row.key not in entries:
            return None
        node = entries[row.key]
    match row.argument:
        case "number":
            return reader.number(node, row.least, row.most)
        case "texts":
            return tuple(sorted(reader.texts(node)))
        case "text":
            return reader.text(node)
        case "none":
            reader.complain(
                node, "rule.effect_argument", f"`{row.name}` takes no value", f"write `- {row.name}`"
            )
            return None


def _example(row: EffectType) -> str:
    value = {"number": "1", "text": "name", "texts": "[name]", "none": ""}[row.argument]
    return f"- {row.name}: {{{row.key}: {value}}}" if row.key else f"- {row.name}: {value}"
