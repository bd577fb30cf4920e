"""The room of staff over an open data folder.

::

    with open_staff(records, vault, data) as staff:
        staff.roster      who works here: invite, join, suspend, leave, roles
        staff.wallet      what lets a member in: passwords, phones, passkeys, identity providers
        staff.door        signing in
        staff.sessions    who is signed in, what they may, showing a factor again, signing out
        staff.keys        keys of the API
        staff.reads       who looked at whose private content
        staff.trail       who did what, over all rooms

The record must be open for writing: letting somebody in is a fact.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from bylaw.records.records import Records
from bylaw.records.vault.vault import Vault
from bylaw.staff import model
from bylaw.staff.desk import NAME, Desk
from bylaw.staff.door import Door
from bylaw.staff.keys import Keyring
from bylaw.staff.machine import POLICY, Policy, Session
from bylaw.staff.means import Means
from bylaw.staff.passwords import Hasher
from bylaw.staff.reads import Reads
from bylaw.staff.roster import Roster
from bylaw.staff.sessions import Sessions
from bylaw.staff.trail import Trail
from bylaw.staff.wallet import Wallet

_SAID: Final = msgspec.json.Decoder(model.SignedIn)


class Staff:
    """Everything about staff."""

    def __init__(self, means: Means) -> None:
        self.means = means
        self.roster = Roster(means)
        self.wallet = Wallet(means)
        self.door = Door(means, self.wallet)
        self.sessions = Sessions(means, self.wallet, self.door)
        self.keys = Keyring(means)
        self.reads = Reads(means)
        self.trail = Trail(means.records)

    def tidy(self) -> None:
        """Forget at the desk what is over; call it once an hour."""
        now = self.means.now()
        self.means.desk.tidy(now, now - self.means.policy.absolute)


@contextmanager
def open_staff(
    records: Records,
    vault: Vault,
    folder: Path,
    *,
    hasher: Hasher | None = None,
    policy: Policy = POLICY,
) -> Iterator[Staff]:
    """Open the room; ``folder`` is the data folder. Sessions that the record does not know any more are ended.

    Raises:
        IntegrityError: ``staff.desk``.
    """
    with Desk(folder / NAME) as desk:
        desk.end([one.id for one in desk.sessions() if not _is_known(records, one)])
        staff = Staff(Means(records, vault, desk, hasher or Hasher(records.chance), policy))
        staff.tidy()
        yield staff


def _is_known(records: Records, session: Session) -> bool:
    # A database that was put back from a backup has other facts under the same numbers.
    if session.seq > records.head:
        return False
    row = records.row(session.seq)
    return row.kind == model.SIGNED_IN and _SAID.decode(row.body).session == session.id
