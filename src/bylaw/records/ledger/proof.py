"""Proof files (C2SP tlog-proof v1): that one entry is in a log, to be verified without the log.

Their names end in ``.tlog-proof``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from bylaw.base.errors import InputError, IntegrityError
from bylaw.records.ledger.checkpoint import Checkpoint, open_checkpoint
from bylaw.records.ledger.note import VerifierKey, base64_of, bytes_of, parse_note
from bylaw.records.ledger.tree import HASH_BYTES, included_root

SUFFIX: Final = ".tlog-proof"

_HEAD: Final = "c2sp.org/tlog-proof@v1\nindex "
_HASHES_MAX: Final = 63


@dataclass(frozen=True, slots=True)
class Proof:
    """Where an entry stands, the hashes from its leaf up to the root, and the signed checkpoint with that root."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes

    def __bytes__(self) -> bytes:
        """Return the file."""
        lines = "".join(f"{base64_of(one)}\n" for one in self.hashes)
        return f"{_HEAD}{self.index}\n{lines}\n".encode() + self.checkpoint

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Return the proof in a file. Extra data is refused: no signature covers it.

        Raises:
            InputError: it is no proof in its one spelling.
        """
        above, parted, note = data.partition(b"\n\n")
        index, *spelled = above.removeprefix(_HEAD.encode()).decode("ascii", "replace").split("\n")
        hashes = [bytes_of(line) for line in spelled]
        known = tuple(one for one in hashes if one is not None and len(one) == HASH_BYTES)
        if parted and len(known) == len(hashes) <= _HASHES_MAX and index.isascii() and index.isdigit():
            proof = cls(int(index[:20]), known, note)
            parse_note(note)
            if bytes(proof) == data:
                return proof
        raise InputError("ledger.proof", "this is not a proof from a log")

    def verify(self, leaf: bytes, log: VerifierKey, witnesses: Iterable[VerifierKey] = ()) -> Checkpoint:
        """Return the checkpoint under which the leaf is proved.

        Raises:
            InputError: the checkpoint is no checkpoint of this log.
            IntegrityError: the log did not sign it, a witness did not, or the hashes do not lead to its root.
        """
        wanted = tuple(witnesses)
        checkpoint, signers = open_checkpoint(self.checkpoint, log, wanted)
        if signers != wanted:
            raise IntegrityError("ledger.unwitnessed", "a witness did not sign this checkpoint")
        if included_root(leaf, self.index, checkpoint.size, self.hashes) != checkpoint.root:
            raise IntegrityError("ledger.not_included", f"record {self.index + 1} is not what the log holds")
        return checkpoint
