"""The functions that conditions call on texts, hosts and names: what each takes and gives.

Plain functions over strings and lists; the condition language wraps them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bylaw.signals.signal import SignalType
from bylaw.signals.text.look_alikes import looks_like
from bylaw.signals.text.patterns import matches_any
from bylaw.signals.text.phrases import count_mentions, mentioned, mentions
from bylaw.signals.urls.domains import in_domains


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFunction:
    """One function of a text, host or name and of a list.

    Results never repeat what a person wrote: a flag, a count, or entries of the operator's own list.
    ``cost`` is in units of about one microsecond for a text of 200 bytes.
    """

    name: str
    call: Callable[..., Any]
    parameters: tuple[SignalType, ...]
    result: SignalType
    doc: str
    cost: int


_TEXT_AND_LIST: tuple[SignalType, ...] = ("string", "list(string)")

FUNCTIONS: tuple[TextFunction, ...] = (
    TextFunction(
        name="mentions",
        call=mentions,
        parameters=_TEXT_AND_LIST,
        result="bool",
        doc="Whether the text has a phrase of the list in it, as whole words and in any disguise.",
        cost=10,
    ),
    TextFunction(
        name="mentioned",
        call=mentioned,
        parameters=_TEXT_AND_LIST,
        result="list(string)",
        doc="The phrases of the list that the text has in it, as the list writes them.",
        cost=10,
    ),
    TextFunction(
        name="count_mentions",
        call=count_mentions,
        parameters=_TEXT_AND_LIST,
        result="int",
        doc="How often the text has phrases of the list in it.",
        cost=10,
    ),
    TextFunction(
        name="matches_any",
        call=matches_any,
        parameters=_TEXT_AND_LIST,
        result="bool",
        doc="Whether an RE2 pattern of the list is found in the text as it was written.",
        cost=5,
    ),
    TextFunction(
        name="in_domains",
        call=in_domains,
        parameters=_TEXT_AND_LIST,
        result="bool",
        doc="Whether a host is a domain of the list or under one.",
        cost=1,
    ),
    TextFunction(
        name="looks_like",
        call=looks_like,
        parameters=_TEXT_AND_LIST,
        result="bool",
        doc="Whether a name is one of the list or poses as one: look-alike letters, slips, words around it.",
        cost=50,
    ),
)
