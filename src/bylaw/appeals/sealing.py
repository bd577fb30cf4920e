"""What people write and attach: sealed under the key of whoever objects, and read again."""

from typing import Final

import msgspec

from bylaw.appeals.model import ATTACHED, Attached, File, Held
from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import InputError
from bylaw.records.fact import Fact, Row, associated
from bylaw.records.people import subject_of
from bylaw.records.records import Records
from bylaw.records.vault.uses import Destroyed, Use
from bylaw.records.vault.vault import Vault

_FILE: Final = msgspec.msgpack.Decoder(File)


def demand_text(text: str, most: int) -> str:
    """Return a text as it is kept.

    Raises:
        InputError: ``appeal.text``, it is missing or too long.
    """
    plain = text.replace("\r\n", "\n").strip()
    if not 0 < len(plain) <= most or "\0" in plain:
        raise InputError("appeal.text", f"a text has 1 to {most:,} characters")
    return plain


class Sealed:
    """The sealed parts of objections."""

    def __init__(self, records: Records, vault: Vault) -> None:
        self._records = records
        self._vault = vault

    def fact(self, kind: str, said: msgspec.Struct, alias: str, text: str) -> Fact:
        """Return a fact whose text is sealed for somebody, by their random id."""
        return self._fact(kind, said, alias, text.encode())

    def file(self, said: Attached, file: File) -> Fact:
        """Return the fact that holds an attachment."""
        return self._fact(ATTACHED, said, said.people[0], msgspec.msgpack.encode(file))

    def text(self, row: Row) -> str | None:
        """Return what a fact's author wrote; nothing once it can be read no more."""
        data = self._opened(row)
        return None if data is None else data.decode()

    def held(self, row: Row) -> Held:
        """Return an attachment without its content."""
        said = msgspec.json.decode(row.body, type=Attached)
        data = self._opened(row)
        name = None if data is None else _FILE.decode(data).name
        return Held(file=said.file, letter=said.letter, media=said.media, size=said.size, name=name)

    def content(self, row: Row) -> File:
        """Return an attachment.

        Raises:
            Destroyed: it can be read no more.
        """
        data = self._opened(row)
        if data is None:
            raise Destroyed
        return _FILE.decode(data)

    # --

    def _fact(self, kind: str, said: msgspec.Struct, alias: str, data: bytes) -> Fact:
        subject, body = subject_of(alias), canonical_bytes(said)
        sealed = self._vault.seal(subject, Use.EVIDENCE, data, associated(kind, None, body))
        return Fact(kind, body, None, subject, sealed)

    def _opened(self, row: Row) -> bytes | None:
        if row.sealed is None or row.subject is None:
            return None
        try:
            return self._vault.unseal(row.subject, row.sealed, associated(row.kind, row.tag, row.body))
        except Destroyed:
            return None
