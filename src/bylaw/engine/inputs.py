"""The recorded inputs of a decision: signals, computed when a rule first asks and remembered.

A signal that cannot be computed is missing: the rule that asked errs, and the decision says so.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from bylaw.engine.decision import SignalReading
from bylaw.events.event import Event
from bylaw.rules.cel.values import CelError
from bylaw.signals.signal import Lists, Signal, SignalValue

NOTHING: Final[Mapping[str, SignalValue | None]] = MappingProxyType({})


class Inputs:
    """The signals of one event. Rules read them through ``families``, one object for each family."""

    __slots__ = ("_event", "_known", "_lists", "_signals", "values")

    def __init__(
        self,
        event: Event,
        signals: Mapping[str, Signal],
        lists: Lists,
        known: Mapping[str, SignalValue | None] = NOTHING,
    ) -> None:
        """Take the signals that an event may be asked for; ``known`` values are from a record.

        ``values`` are those that were read, by name: what is known and not asked for is no input.
        """
        self._event = event
        self._signals = signals
        self._lists = lists
        self._known = known
        self.values: dict[str, SignalValue | None] = {}

    def families(self, names: Iterable[str]) -> dict[str, "Family"]:
        """Return what the names of signal families stand for in a condition."""
        return {name: Family(name, self) for name in names}

    def read(self, name: str) -> SignalValue:
        """Return a signal's value.

        Raises:
            CelError: the signal is missing.
        """
        values = self.values
        value = values[name] if name in values else self._found(name)
        if value is None:
            raise CelError("signal_missing", f"the signal `{name}` is missing")
        return value

    def _found(self, name: str) -> SignalValue | None:
        value: SignalValue | None
        if name in self._known:
            value = self._known[name]
        else:
            try:
                value = self._signals[name].compute(self._event, self._lists)
            except ValueError:
                value = None
        self.values[name] = value
        return value

    def readings(self) -> tuple[SignalReading, ...]:
        """Return what was read, by name. A personal value is told by its size."""
        values, signals = self.values, self._signals
        return tuple([_reading(signals[name], values[name]) for name in sorted(values)])


def _reading(signal: Signal, value: SignalValue | None) -> SignalReading:
    if not isinstance(value, (str, list)):
        return SignalReading(name=signal.name, version=signal.version, value=value)
    told = None if signal.personal else value
    return SignalReading(name=signal.name, version=signal.version, value=told, size=len(value))


class Family:
    """A signal family as a condition sees it: ``personal_data.cards`` reads the attribute ``cards``.

    COST: an attribute that a class does not have is looked for before it is asked of ``__getattr__``, which takes
    longer than many a signal. So generated code calls the family, with the signal's whole name.
    """

    __slots__ = ("_inputs", "_name")

    def __init__(self, name: str, inputs: Inputs) -> None:
        self._name = name
        self._inputs = inputs

    def __getattr__(self, member: str) -> SignalValue:
        """Read one signal."""
        return self._inputs.read(f"{self._name}.{member}")

    def __call__(self, name: str) -> SignalValue:
        """Read one signal by its whole name."""
        return self._inputs.read(name)
