"""New wrapping keys while serving: of an epoch, and of the master.

An epoch: the new key is written, then noted as the one to wrap under; the living are wrapped anew in small
transactions; then the old key is noted as not needed, and overwritten. Destroyed keys are not copied. After a crash the
next call goes on: a row is done when it names the new epoch.
"""

from typing import Final

from bylaw.records.vault.keys import Keys
from bylaw.records.vault.rows import KeyRow
from bylaw.records.vault.uses import NONCE_BYTES, State

ROWS_AT_ONCE: Final = 1_000


def rotate(keys: Keys) -> int:
    """Begin a new epoch, or finish the one that was begun; return how many keys were wrapped anew.

    The lock of the keys is let go between transactions, so that others get their turn.
    """
    with keys.lock:
        if not keys.is_rotating():
            _begin(keys)
    moved, place = 0, 0
    while True:
        with keys.lock:
            rows = keys.after(place, ROWS_AT_ONCE)
            if not rows:
                _end(keys)
                return moved
            moved += _rewrap(keys, rows)
            place = rows[-1][0]


def change_master(keys: Keys, master: bytes) -> None:
    """Wrap epochs and secrets under another master key. With the lock held.

    The new slots are written first, the secrets change in one transaction, the old slots are overwritten last:
    after a crash exactly one of the two keys opens the vault.
    """
    keys.add_slots_under(master)
    with keys.file.transaction("master"):
        keys.wrap_secrets_under(master)
    keys.means = keys.means._replace(master=master)
    keys.load()
    keys.tidy()


def _begin(keys: Keys) -> None:
    keys.tidy()
    following = keys.epoch + 1
    keys.epochs.write(keys.new_slot(following))
    with keys.file.transaction("epoch.begin"):
        keys.set_mark("epoch", following.to_bytes(4, "big"))
    keys.load()


def _rewrap(keys: Keys, rows: list[tuple[int, KeyRow]]) -> int:
    old = [(place, row) for place, row in rows if row.state == State.LIVE and row.epoch != keys.epoch]
    if not old:
        return 0
    nonces = keys.means.chance(NONCE_BYTES * len(old))
    with keys.file.transaction("epoch.rewrap"):
        for at, (place, row) in enumerate(old):
            nonce = nonces[at * NONCE_BYTES : (at + 1) * NONCE_BYTES]
            key = keys.unwrapped(row, row.wrapped or b"")
            wrapped = keys.wrapped(row.use, row.subject, key, nonce)
            keys.rewrap(place, row._replace(epoch=keys.epoch, wrapped=wrapped))
    return len(old)


def _end(keys: Keys) -> None:
    with keys.file.transaction("epoch.end"):
        keys.set_mark("oldest", keys.epoch.to_bytes(4, "big"))
    keys.load()
    keys.tidy()
