"""Every signal there is: the tables of the families, put together. A new family adds its row here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bylaw.events.kinds import Kind
from bylaw.signals.accounts import table as accounts
from bylaw.signals.personal_data import table as personal_data
from bylaw.signals.signal import Signal
from bylaw.signals.text import table as text
from bylaw.signals.traffic import table as traffic
from bylaw.signals.urls import table as urls

FAMILIES: Final = (text, personal_data, urls, accounts, traffic)

SIGNALS: Final[Mapping[str, Signal]] = MappingProxyType(
    {signal.name: signal for family in FAMILIES for signal in family.SIGNALS}
)


def signals_for(kind: Kind) -> Mapping[str, Signal]:
    """Return the signals that rules over a kind of event may read, by name."""
    return {name: signal for name, signal in SIGNALS.items() if signal.serves(kind)}
