"""The published conformance cases of CEL, against the reference interpreter.

``exclusions.toml`` names what is left out, file by file or case by case, each with its reason. A case
that fails without being named fails the test; so does one that is named and passes. The counts in
``docs/cel-profile.md`` are those of this run.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bylaw.base.errors import Problems
from bylaw.rules.cel import types
from bylaw.rules.cel.check import check
from bylaw.rules.cel.environment import Environment
from bylaw.rules.cel.functions import Function, Overload
from bylaw.rules.cel.interpret import evaluate
from bylaw.rules.cel.parse import parse
from bylaw.rules.cel.source import Source
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.types import Named, Parameter, Type
from bylaw.rules.cel.values import CelError, Duration, TypeValue, Uint, Value, key_of

EXCLUSIONS = Path(__file__).with_name("exclusions.toml")
Case = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case; ``failure`` says why it failed, nothing if it passed."""

    key: str
    file: str
    failure: str


class OutsideProfileError(Exception):
    """The case needs something that has no counterpart here: a protocol buffer message."""


@pytest.fixture(scope="module")
def outcomes(shared: Path) -> list[Outcome]:
    cases = json.loads((shared / "data/cel/conformance.json").read_text())
    return [Outcome(key, case["file"], failure_of(case)) for key, case in _keyed(cases)]


@pytest.fixture(scope="module")
def excluded(outcomes: list[Outcome]) -> frozenset[str]:
    named = tomllib.loads(EXCLUSIONS.read_text())
    files = {name for entry in named["file"] for name in entry["names"]}
    cases = [key for entry in named["case"] for key in entry["names"]]
    assert len(cases) == len(set(cases)), "a case is named twice"
    assert not [key for key in cases if key.partition("/")[0] in files], "a case is named, and so is its file"
    assert set(cases) <= {o.key for o in outcomes}, "a case is named that is not published"
    return frozenset(cases) | {o.key for o in outcomes if o.file in files}


def test_no_case_fails_unexpectedly(outcomes: list[Outcome], excluded: frozenset[str]) -> None:
    unexpected = [f"{o.key}: {o.failure}" for o in outcomes if o.failure and o.key not in excluded]
    assert unexpected == []


def test_no_exclusion_is_stale(outcomes: list[Outcome], excluded: frozenset[str]) -> None:
    assert [o.key for o in outcomes if not o.failure and o.key in excluded] == []


def test_every_exclusion_has_a_reason() -> None:
    named = tomllib.loads(EXCLUSIONS.read_text())
    assert all(len(entry["reason"]) > 20 for entry in [*named["file"], *named["case"]])


def test_the_counts_in_the_profile_are_those_of_this_run(
    outcomes: list[Outcome], excluded: frozenset[str], root: Path
) -> None:
    lines = (root / "docs/cel-profile.md").read_text().splitlines()
    start = lines.index("| file | passed | excluded | total |")
    told = [line for line in lines[start + 2 :] if line.startswith("|")]
    assert told == list(table(outcomes, excluded))


def table(outcomes: list[Outcome], excluded: frozenset[str]) -> Iterator[str]:
    """The rows of the counts: a file each, and their sum."""
    files = sorted({o.file for o in outcomes})
    counts = []
    for file in files:
        mine = [o for o in outcomes if o.file == file]
        out = sum(o.key in excluded for o in mine)
        counts.append((len([o for o in mine if not o.failure]), out, len(mine)))
    rows = [*zip(files, counts, strict=True), ("all", tuple(map(sum, zip(*counts, strict=True))))]
    for name, (passed, out, total) in rows:
        yield f"| {name} | {passed} | {out} | {total} |"


def _keyed(cases: list[Case]) -> Iterator[tuple[str, Case]]:
    seen: dict[str, int] = {}
    for case in cases:
        key = f"{case['file']}/{case['section']}/{case['name']}"
        seen[key] = seen.get(key, 0) + 1
        yield (key if seen[key] == 1 else f"{key}#{seen[key]}"), case


def failure_of(case: Case) -> str:
    """Run a case; return why it failed, or nothing."""
    try:
        source = Source(case["expr"])
        tree, findings = check(parse(source), _environment(case.get("type_env", ())))
        if findings and not case.get("disable_check"):
            refused = source.problems(findings)
            # A text written out that can never be converted is an error here before anything runs.
            early = all(p.code == "rule.constant" for p in refused.problems)
            return "" if early and "error" in case else str(refused)
        if "type" in case and _spelled(tree.type) != _spelled(_type(_message(case["type"]))):
            return f"deduced {tree.type}"
        return "" if case.get("check_only") else _evaluated(case, tree)
    except (OutsideProfileError, Problems) as error:
        return str(error) or type(error).__name__


def _evaluated(case: Case, tree: Node) -> str:
    bindings = {name: _value(value) for name, value in case.get("bindings", {}).items()}
    try:
        got = evaluate(tree, bindings)
    except CelError as error:
        return "" if "error" in case and _fits(error, case["error"]) else str(error)
    if "error" in case:
        return f"came to {got!r}, not to an error"
    return "" if same(got, _value(case["value"])) else f"came to {got!r}"


def _fits(error: CelError, expected: list[str]) -> bool:
    # A function that is missing altogether must not pass for one that refuses its arguments.
    missing = error.code in ("unbound_function", "unknown_name")
    words = ("unbound function", "undeclared reference", "unknown variable")
    return any(w in e for e in expected for w in words) or not missing


def same(got: Value, wanted: Value) -> bool:
    """Whether two values are the same in type and number; NaN is the same as NaN."""
    if type(got) is not type(wanted):
        return False
    if isinstance(got, float):
        return repr(got) == repr(wanted)
    if isinstance(got, list):
        return len(got) == len(wanted) and all(map(same, got, wanted))
    if isinstance(got, dict):
        return got.keys() == wanted.keys() and all(same(got[key], wanted[key]) for key in got)
    return bool(got == wanted)


def _value(written: Mapping[str, Any]) -> Value:
    ((kind, value),) = written.items()
    if kind not in _VALUES:
        raise OutsideProfileError(f"a value of kind {kind}")
    return _VALUES[kind](value)


def _object(value: Mapping[str, Any]) -> Value:
    if value["type"] == "google.protobuf.Duration":
        seconds, _, fraction = value["json"]["value"].rstrip("s").partition(".")
        return Duration(int(seconds) * 10**9 + int(fraction.ljust(9, "0")))
    raise OutsideProfileError(f"a message of type {value['type']}")


_VALUES: Mapping[str, Callable[[Any], Value]] = {
    **dict.fromkeys(("bool", "null", "string"), lambda value: value),
    "int64": int,
    "uint64": lambda value: Uint(int(value)),
    "double": float,
    "bytes_hex": bytes.fromhex,
    "list": lambda items: [_value(item) for item in items],
    "map": lambda entries: {key_of(_value(key)): _value(item) for key, item in entries},
    "type": TypeValue,
    "object": _object,
}

# The declarations of a case are text of protocol buffers: `name: "x" ident { type { primitive: INT64 } }`.

Message = dict[str, list[Any]]
_PRIMITIVES = {
    "BOOL": types.BOOL,
    "INT64": types.INT,
    "UINT64": types.UINT,
    "DOUBLE": types.DOUBLE,
    "STRING": types.STRING,
    "BYTES": types.BYTES,
}
_MESSAGES = {"google.protobuf.Duration": types.DURATION, "google.protobuf.Timestamp": types.TIMESTAMP}


def _message(text: str) -> Message:
    tokens = re.findall(r'"[^"]*"|[\w.]+|[{}:]', text)  # noqa: TID251 - text of protocol buffers, not of users
    position = 0

    def read() -> Message:
        nonlocal position
        fields: Message = {}
        while position < len(tokens) and tokens[position] != "}":
            name, sign = tokens[position : position + 2]
            position += 2
            if sign == "{":
                fields.setdefault(name, []).append(read())
            else:
                fields.setdefault(name, []).append(tokens[position].strip('"'))
            position += 1
        return fields

    return read()


def _type(message: Message) -> Type:
    ((kind, (inner, *_)),) = message.items()
    if kind not in _TYPES or (kind == "message_type" and inner not in _MESSAGES):
        raise OutsideProfileError(f"the type {kind}: {inner}")
    return _TYPES[kind](inner)


_TYPES: Mapping[str, Callable[[Any], Type]] = {
    "primitive": _PRIMITIVES.__getitem__,
    "null": lambda _: types.NULL,
    "dyn": lambda _: types.DYN,
    "type_param": Parameter,
    "list_type": lambda inner: types.list_of(_type(inner["elem_type"][0])),
    "map_type": lambda inner: types.map_of(_type(inner["key_type"][0]), _type(inner["value_type"][0])),
    "abstract_type": lambda inner: Named(inner["name"][0], tuple(map(_type, inner["parameter_types"]))),
    "message_type": _MESSAGES.__getitem__,
}


def _environment(declarations: tuple[str, ...]) -> Environment:
    variables: dict[str, Type] = {}
    functions: list[Function] = []
    for text in declarations:
        message = _message(text)
        name = message["name"][0]
        if "ident" in message:
            variables[name] = _type(message["ident"][0]["type"][0])
        else:
            overloads = tuple(map(_overload, message["function"][0]["overloads"]))
            functions.append(Function(name=name, overloads=overloads))
    return Environment(variables, functions)


def _overload(message: Message) -> Overload:
    return Overload(
        id=message["overload_id"][0],
        parameters=tuple(map(_type, message["params"])),
        result=_type(message["result_type"][0]),
        run=lambda *_: None,
    )


def _spelled(kind: Type) -> str:
    return str(kind).replace(str(types.NOTHING), str(types.DYN))
