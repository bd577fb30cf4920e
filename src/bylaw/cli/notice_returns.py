"""The work of ``bylaw notices bounced``."""

import sys
from collections.abc import Sequence
from pathlib import Path

from bylaw.base.errors import BusyError, InputError, NotFoundError
from bylaw.cli.screen import out, print_json
from bylaw.notices.mail.bounces import MAX_REPORT
from bylaw.notices.mail.returning import Returns
from bylaw.runtime.offices import open_keeping

STDIN = Path("-")


def note_reports(data: Path, files: Sequence[Path], *, json: bool) -> None:
    """Note reports, and say of each whether it was new.

    Raises:
        InputError: a file cannot be read; nothing was noted.
        BusyError: ``records.locked``, a service works with the folder.
    """
    mails = [_read(file) for file in files]
    try:
        with open_keeping(data) as kept:
            returns = Returns(kept.records, kept.vault)
            noted = [_note(returns, mail) for mail in mails]
    except BusyError as error:
        if error.code != "records.locked":
            raise
        hint = "hand reports to it: POST /v1/incoming/bounces"
        raise BusyError(error.code, "a service works with this data folder", hint=hint) from error
    if json:
        print_json({"mails": len(mails), "noted": sum(noted)})
        return
    for file, new in zip(files, noted, strict=True):
        out().print(f"{file}: {'noted' if new else 'nothing new of our mail'}", soft_wrap=True)


def _read(file: Path) -> bytes:
    try:
        if file == STDIN:
            return sys.stdin.buffer.read(MAX_REPORT)
        with file.open("rb") as mail:
            return mail.read(MAX_REPORT)
    except OSError as error:
        raise InputError("notice.no_file", f"`{file}` cannot be read") from error


def _note(returns: Returns, mail: bytes) -> bool:
    try:
        return returns.note(mail)
    except NotFoundError:  # of a folder that a backup has taken the place of
        return False
