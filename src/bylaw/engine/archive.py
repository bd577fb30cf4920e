"""Decided events, read again: unsealed, with the people they name, by the book that they were decided by."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bylaw.base.errors import IntegrityError
from bylaw.engine.charter import Activation, Charter, activation_of
from bylaw.engine.recording import Recalled, Recorder, read_body
from bylaw.records.fact import Row, associated
from bylaw.records.records import Records
from bylaw.records.vault.uses import Destroyed
from bylaw.records.vault.vault import Vault

Charters = Callable[[str], Charter]  # by the digest of a book that ever decided

ACTIVATIONS: Final = 16  # whose recorders are kept at hand
PEOPLE: Final = "account"  # the vault's space for the ids that events name people by
_SUBJECT: Final = "sub_"


@dataclass(frozen=True, slots=True)
class Source:
    """What a decided event is read by: the book's charter, what was activated, and the recorder of both."""

    charter: Charter
    activation: Activation
    recorder: Recorder


class Archive:
    """The decided events of a record."""

    def __init__(self, records: Records, vault: Vault, charters: Charters) -> None:
        self._records = records
        self._vault = vault
        self._charters = charters
        self.source = lru_cache(ACTIVATIONS)(self._source)

    def recall(self, row: Row) -> Recalled:
        """Return a decided event as it was.

        Raises:
            Destroyed: a key without which it cannot be read is gone, or its content has aged out.
            IntegrityError: the row is no decided event.
        """
        told = read_body(row)
        if row.sealed is None or row.subject is None:
            raise Destroyed
        payload = self._vault.unseal(row.subject, row.sealed, associated(row.kind, row.tag, row.body))
        return self.source(told.activation).recorder.recall(told, payload, self._person)

    def _source(self, activation: int) -> Source:
        activated = activation_of(self._records.row(activation))
        charter = self._charters(activated.book)
        return Source(charter, activated, charter.recorder(activation, activated.semantics))

    def _person(self, alias: str) -> str:
        external = self._vault.external(subject_of(alias))
        if external is None:
            raise Destroyed
        return external[1]


def alias_of(subject: bytes) -> str:
    """Return how a person stands in the record."""
    return _SUBJECT + subject.hex()


def subject_of(alias: str) -> bytes:
    """Return the subject that an alias stands for.

    Raises:
        IntegrityError: it is no alias.
    """
    try:
        return bytes.fromhex(alias.removeprefix(_SUBJECT))
    except ValueError:
        raise IntegrityError("record.alias", "a recorded event names somebody by no random id") from None
