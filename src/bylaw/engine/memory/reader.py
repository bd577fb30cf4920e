"""What one event's rules ask of the memory, answered and recorded: inputs of the decision like any other.

The same reader answers from a live memory or from what was recorded, so a decision can be made again from
its record alone. Keys are recorded as digests: under the same secret they are found again.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import msgspec

from bylaw.engine.memory.functions import QUESTIONS
from bylaw.engine.memory.keys import Keys, pair
from bylaw.engine.memory.stores import Answer
from bylaw.rules.cel.values import CelError, Duration, Timestamp, Value

Asked: TypeAlias = tuple[str, str, str, bytes, int]  # function, counter, field, key, window in microseconds
Source: TypeAlias = Callable[[Asked, str], Answer]  # also given the text, for near duplicates


class Reading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One answer. ``key`` is a digest in hexadecimal, of an ordered pair for relations.

    ``window`` is in microseconds, 0 for ever. A time is told in microseconds since 1970. ``error`` is CEL's
    name for why there was no answer.
    """

    function: str
    counter: str = ""
    field: str = ""
    key: str
    window: int = 0
    value: Answer | None = None
    error: str = ""


class Reader:
    """Answers each question once and remembers what it said."""

    __slots__ = ("_answers", "_keys", "_source")

    def __init__(self, keys: Keys, source: Source) -> None:
        self._keys = keys
        self._source = source
        self._answers: dict[Asked, Answer | CelError] = {}

    def ask(self, function: str, *arguments: Value) -> Value:
        """Answer a function of ``functions.QUESTIONS``.

        Raises:
            CelError: ``never_seen``, ``not_kept`` or ``not_recorded``.
        """
        asked = _SHAPED[function](function, self._keys.of, *arguments)
        answer = self._answers.get(asked)
        if answer is None:
            text = arguments[1] if function == "near_duplicates" else ""
            answer = self._answers[asked] = self._answered(asked, text)
        if isinstance(answer, CelError):
            raise answer
        return Timestamp(int(answer) * 1_000) if function == "first_seen" else answer  # type: ignore[arg-type]

    def _answered(self, asked: Asked, text: str) -> Answer | CelError:
        try:
            return self._source(asked, text)
        except CelError as error:
            return error

    def readings(self) -> tuple[Reading, ...]:
        """Return what was answered, in an order that does not depend on which rule asked first."""
        answers = self._answers
        return tuple([_reading(asked, answers[asked]) for asked in sorted(answers)])


def recorded(readings: Iterable[Reading], keys: Keys) -> Reader:
    """Return a reader that answers from a record, and has no answer to anything else."""
    known = {(r.function, r.counter, r.field, bytes.fromhex(r.key), r.window): r for r in readings}

    def answer(asked: Asked, _: str) -> Answer:
        reading = known.get(asked)
        if reading is None or reading.value is None:
            code = reading.error if reading else "not_recorded"
            raise CelError(code, f"the record has no answer of `{asked[0]}`")
        return reading.value

    return Reader(keys, answer)


def _reading(asked: Asked, answer: Answer | CelError) -> Reading:
    function, counter, field, key, window = asked
    error = answer.code if isinstance(answer, CelError) else ""
    value = None if isinstance(answer, CelError) else answer
    return Reading(
        function=function,
        counter=counter,
        field=field,
        key=key.hex(),
        window=window,
        value=value,
        error=error,
    )


Of: TypeAlias = Callable[[str | int], bytes]


def _by_key(function: str, of: Of, counter: str, key: str | int, window: Duration) -> Asked:
    return function, counter, "", of(key), window.ns // 1_000


def _by_field(function: str, of: Of, counter: str, field: str, key: str | int, window: Duration) -> Asked:
    return function, counter, field, of(key), window.ns // 1_000


def _for_ever(function: str, of: Of, counter: str, key: str | int) -> Asked:
    return function, counter, "", of(key), 0


def _of_two(function: str, of: Of, one: str, other: str) -> Asked:
    return function, "", "", pair(of(one), of(other)), 0


_SHAPES: Mapping[tuple[str, ...], Callable[..., Any]] = {
    ("counter", "key", "window"): _by_key,
    ("counter", "text", "window"): _by_key,
    ("counter", "field", "key", "window"): _by_field,
    ("counter", "key"): _for_ever,
    ("account", "account"): _of_two,
}
_SHAPED: Mapping[str, Callable[..., Any]] = {name: _SHAPES[row.roles] for name, row in QUESTIONS.items()}
