"""What accounts said of themselves, read in the events that said it."""

from typing import Any, Final

import msgspec
from msgspec import UNSET

from bylaw.accounts.details import details_of
from bylaw.base.errors import BylawError
from bylaw.engine.archive import Archive
from bylaw.notices.mail.composing import Address
from bylaw.records.people import alias_of
from bylaw.records.records import Records
from bylaw.records.vault.uses import Destroyed

NAMES: Final = ("display_name", "name", "username")


class Profile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of an account: each detail as it was told last."""

    email: str = ""
    name: str = ""
    language: str = ""
    customer: str = ""  # the account it belongs to, by its random id
    plan: str = ""


class Profiles:
    """The profiles of a record."""

    def __init__(self, records: Records, archive: Archive) -> None:
        self._records = records
        self._archive = archive

    def of(self, person: bytes) -> Profile:
        """Return what is known of an account; an empty profile of one that never told, or is forgotten."""
        found: dict[str, str] = {}
        for seq in details_of(self._records, alias_of(person)):
            try:
                event = self._archive.recall(self._records.row(seq)).event
            except Destroyed:
                continue
            for field, value in _told(event).items():
                found.setdefault(field, value)
        return Profile(**found)

    def address_of(self, person: bytes) -> Address | None:
        """Return where an account is reached by mail; nothing if that is not known."""
        try:
            profile = self.of(person)
        except BylawError:
            return None
        return Address(profile.email, profile.name, profile.language) if profile.email else None


def _told(event: Any) -> dict[str, str]:  # noqa: ANN401 - a registration, of any kind
    names = [value for name in NAMES if (value := getattr(event, name, UNSET)) is not UNSET]
    fields = {field: getattr(event, field, UNSET) for field in ("email", "language", "plan")}
    fields["customer"] = event.account
    told = {field: value for field, value in fields.items() if value is not UNSET and value}
    return {**told, **({"name": names[0]} if names else {})}
