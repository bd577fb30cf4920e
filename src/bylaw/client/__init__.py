"""A client of the service, for programs that ask it: the standard library and msgspec, nothing else of Bylaw."""

from bylaw.client.answers import Access, Action, Answer, Clause, Effect, NoEffect, Outcome, State
from bylaw.client.client import Client
from bylaw.client.patience import Patience
from bylaw.client.problems import (
    BrokenError,
    BusyError,
    ConflictError,
    InputError,
    NotFoundError,
    Problem,
    RefusedError,
    UnreachableError,
)

__all__ = [
    "Access",
    "Action",
    "Answer",
    "BrokenError",
    "BusyError",
    "Clause",
    "Client",
    "ConflictError",
    "Effect",
    "InputError",
    "NoEffect",
    "NotFoundError",
    "Outcome",
    "Patience",
    "Problem",
    "RefusedError",
    "State",
    "UnreachableError",
]
