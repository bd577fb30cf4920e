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

    def __init__(
        self,
        event: Event,
        signals: Mapping[str, Signal],
        lists: Lists,
        known: Mapping[str, SignalValue | None] = NOTHING,
    ) -> None:
        """Take the signals that an event may be asked for; ``known`` values are from a record."""
        self._event = event
        self._signals = signals
        self._lists = lists
        self._values: dict[str, SignalValue | None] = dict(known)

    def families(self, names: Iterable[str]) -> dict[str, "Family"]:
        """Return what the names of signal families stand for in a condition."""
        return {name: Family(name, self) for name in names}

    def read(self, name: str) -> SignalValue:
        """Return a signal's value.

        Raises:
            CelError: the signal is missing.
        """
        if name not in self._values:
            self._values[name] = self._compute(self._signals[name])
        value = self._values[name]
        if value is None:
            raise CelError("signal_missing", f"the signal `{name}` is missing")
        return value

    def _compute(self, signal: Signal) -> SignalValue | None:
        try:
            return signal.compute(self._event, self._lists)
        except ValueError:
            return None

    def readings(self) -> Iterable[SignalReading]:
        """Return what was read, by name. A personal value is told by its size."""
        for name in sorted(self._values):
            signal, value = self._signals[name], self._values[name]
            hidden = signal.personal and isinstance(value, str | list)
            yield SignalReading(
                name=name,
                version=signal.version,
                value=None if hidden else value,
                size=len(value) if isinstance(value, str | list) else None,
            )


class Family:
    """A signal family as a condition sees it: ``personal_data.cards`` reads the attribute ``cards``."""

    __slots__ = ("_inputs", "_name")

    def __init__(self, name: str, inputs: Inputs) -> None:
        self._name = name
        self._inputs = inputs

    def __getattr__(self, member: str) -> SignalValue:
        """Read one signal."""
        return self._inputs.read(f"{self._name}.{member}")
