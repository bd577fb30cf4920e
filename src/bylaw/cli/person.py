"""People named on a command line: by the ids that the service gave them, which no message repeats."""

from collections.abc import Iterable
from typing import Final

from bylaw.base.errors import InputError, NotFoundError
from bylaw.records.disclosures import SPACE as DISCLOSURES
from bylaw.records.holds.copies import SPACE as HOLDS
from bylaw.records.people import PEOPLE
from bylaw.records.vault.sealing import DAYS
from bylaw.records.vault.vault import Vault

NOT_PEOPLE: Final = frozenset({HOLDS, DISCLOSURES, DAYS})  # spaces of the vault


def people_of(vault: Vault, names: Iterable[str], space: str = PEOPLE) -> list[bytes]:
    """Return the subjects of people, each once.

    Raises:
        NotFoundError: ``person.unknown``; which of them is told by its place on the command line.
        InputError: ``person.space``, in this space of the vault are no people.
    """
    if space in NOT_PEOPLE:
        raise InputError("person.space", f"`{space}` is no space of people", hint=f"people are in `{PEOPLE}`")
    found: dict[bytes, None] = {}
    for place, name in enumerate(names, start=1):
        subject = vault.known(space, name)
        if subject is None:
            raise NotFoundError(
                "person.unknown",
                f"the record knows nobody by the id of --person number {place}",
                hint="ids are as the service writes them, letter by letter; who was erased has none any more",
            )
        found[subject] = None
    return list(found)
