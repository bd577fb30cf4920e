"""What a log does with its record: signs checkpoints, each grown from the last, and proves single records."""

from typing import Protocol

from bylaw.base.errors import IntegrityError, NotFoundError
from bylaw.records.fact import Row
from bylaw.records.ledger.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from bylaw.records.ledger.growth import Growth
from bylaw.records.ledger.note import SigningKey, Use, VerifierKey
from bylaw.records.ledger.proof import Proof
from bylaw.records.ledger.tiles import consistency, inclusion
from bylaw.records.ledger.tree import is_consistent


class Ledger(Protocol):
    """The record of an operator as this module sees it: ``Records`` is one."""

    @property
    def growth(self) -> Growth:
        """The tree over all rows."""

    def tile(self, level: int, n: int) -> bytes:
        """Return the hashes of a tile; see ``growth.Read``."""

    def row(self, seq: int) -> Row:
        """Return a row, verified."""

    def latest_checkpoint(self) -> tuple[int, bytes] | None:
        """Return the size and note of the newest checkpoint."""

    def save_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a checkpoint, durably."""


def log_key(operator: str, installation: str, seed: bytes) -> SigningKey:
    """Return the key of an operator's log; its name, the log's origin, tells one data folder from any other.

    ``seed`` is the vault's secret ``ledger``.
    """
    return SigningKey(f"bylaw/{operator}/{installation}", Use.LOG, seed)


def checkpoint(ledger: Ledger, key: SigningKey) -> bytes:
    """Return the signed checkpoint over all that is recorded, kept durably; the latest if nothing came since.

    Raises:
        IntegrityError: what is stored did not grow from what was signed last. Nothing is signed.
    """
    growth = ledger.growth
    new = Checkpoint(key.public.name, growth.size, growth.root)
    latest = ledger.latest_checkpoint()
    if latest is not None:
        old, _ = open_checkpoint(latest[1], key.public)
        if not _grew(ledger, old, new):
            raise IntegrityError(
                "ledger.inconsistent",
                f"the log of {new.size} records did not grow from the checkpoint over {old.size}",
                hint="do not sign; export the log, and compare it with a backup",
            )
        if old.size == new.size:
            return latest[1]
    note = sign_checkpoint(new, key)
    ledger.save_checkpoint(new.size, note)
    return note


def prove(ledger: Ledger, seq: int, log: VerifierKey) -> tuple[Proof, Row]:
    """Return the proof of a record under the newest checkpoint, and the record.

    Raises:
        NotFoundError: there is no checkpoint yet that the record is under.
        IntegrityError: the record, a tile or the checkpoint is not what it was.
    """
    latest = ledger.latest_checkpoint()
    if latest is None or not 0 < seq <= latest[0]:
        raise NotFoundError(
            "ledger.no_checkpoint",
            f"no checkpoint holds record {seq}",
            hint="`bylaw ledger checkpoint` signs one over all that is recorded",
        )
    size, note = latest
    row = ledger.row(seq)
    proof = Proof(seq - 1, tuple(inclusion(seq - 1, size, ledger.tile)), note)
    proof.verify(row.leaf, log)
    return proof, row


def _grew(ledger: Ledger, old: Checkpoint, new: Checkpoint) -> bool:
    if not 0 < old.size < new.size:
        return is_consistent(old.size, new.size, old.root, new.root, ())
    hashes = consistency(old.size, new.size, ledger.tile)
    return is_consistent(old.size, new.size, old.root, new.root, hashes)
