"""Is the ledger sound, and did it grow from every checkpoint that was signed? Computed again from the rows up."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bylaw.base.errors import BylawError, Problem
from bylaw.records.checking import Checked, check, problem
from bylaw.records.ledger.checkpoint import Checkpoint, open_checkpoint
from bylaw.records.ledger.note import VerifierKey
from bylaw.records.ledger.tiles import consistency
from bylaw.records.ledger.tree import is_consistent
from bylaw.records.records import Records
from bylaw.records.refolding import Progress, quiet

PAGE: Final = 200  # checkpoints read at once


def verify(records: Records, log: VerifierKey, progress: Progress = quiet) -> Checked:
    """Compute rows, leaves, tiles and root again, then look whether each kept checkpoint is of this log, and led here.

    Beside the decider if need be: up to the head at the time of asking. Tables of rooms are not folded anew.
    """
    checked = check(records, rebuild=False, progress=progress)
    if not checked.is_sound or not checked.rows:
        return checked
    found = tuple(_grown(records, log, Checkpoint(log.name, checked.rows, checked.root)))
    return replace(checked, problems=found, root=b"" if found else checked.root)


def _grown(records: Records, log: VerifierKey, now: Checkpoint) -> Iterator[Problem]:
    before = now.size + 1
    while kept := records.checkpoints(PAGE, before):
        for size, note in kept:
            try:
                signed, _ = open_checkpoint(note, log)
                hashes = consistency(size, now.size, records.tile) if 0 < size < now.size else []
            except BylawError as error:
                yield error.problem
                continue
            if signed.size != size or not is_consistent(size, now.size, signed.root, now.root, hashes):
                yield problem("ledger.inconsistent", f"the log did not grow from its checkpoint over {size}")
        before = kept[-1][0]
