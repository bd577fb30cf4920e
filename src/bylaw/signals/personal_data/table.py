"""The signals about personal data: how much of what, never which."""

from collections.abc import Callable, Mapping

from bylaw.events.event import Event
from bylaw.signals.once import once_an_event
from bylaw.signals.personal_data.scan import count
from bylaw.signals.signal import Lists, Signal, written

_DOCS = {
    "cards": "How many payment card numbers there are: issuer, length and check digit agree.",
    "ibans": "How many international bank account numbers there are: country, length and check digits agree.",
    "wallets": "How many addresses of Bitcoin, Ethereum and Tron wallets there are.",
    "ssns": "How many United States social security numbers there are that can have been issued.",
    "national_ids": "How many other identity, tax, health, passport and driving licence numbers there are.",
    "dates_of_birth": "How many dates the words beside them call a date of birth.",
    "phones": "How many telephone numbers there are; those of no stated country need words beside them.",
    "emails": "How many mail addresses there are, written-out ones (at, dot) included.",
    "addresses": "How many postal addresses there are, told by words for streets and boxes.",
    "ips": "How many public network addresses there are.",
    "secrets": "How many passwords, keys and tokens are written out.",
    "health": "How many statements about somebody's health there are: diagnoses, records, results.",
}
_COST = 7


@once_an_event
def _counted(event: Event) -> Mapping[str, int]:
    return count(written(event))


def _of(name: str) -> Callable[[Event, Lists], int]:
    return lambda event, _lists: _counted(event)[name]


def _kinds(event: Event, _lists: Lists) -> list[str]:
    return sorted(name for name, number in _counted(event).items() if number)


SIGNALS = (
    *(
        Signal(name=f"personal_data.{name}", type="int", doc=doc, compute=_of(name), cost=_COST)
        for name, doc in _DOCS.items()
    ),
    Signal(
        name="personal_data.kinds",
        type="list(string)",
        doc="Which of the above there are, by their names: `cards`, `phones` and so on.",
        compute=_kinds,
        cost=_COST,
    ),
)
