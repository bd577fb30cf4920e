"""What comes back of mail, noted: reports of mail servers, handed over by a pipe, a mailbox or a file."""

from bylaw.base.errors import BusyError
from bylaw.notices.mail.bounces import read_report
from bylaw.notices.mail.tags import Tags
from bylaw.notices.model import State
from bylaw.notices.workflow import KEY, Notices
from bylaw.records.records import Records
from bylaw.records.vault.vault import Vault


class Returns:
    """Notes reports, in a record that is open for writing."""

    def __init__(self, records: Records, vault: Vault) -> None:
        self._tags = Tags(vault.secret(KEY))
        self._notices = Notices(records, vault)

    def note(self, mail: bytes, envelope_to: str = "") -> bool:
        """Note what a mail server reports about one of our messages; False if it says nothing new of one.

        Args:
            mail: as it came, headers and all; what is longer than ``MAX_REPORT`` is not looked at.
            envelope_to: the address that it came to, where that stands in none of its headers.

        Raises:
            NotFoundError: ``notice.no_message``, it is ours by its mark, and not on record.
            BusyError: ``notice.under_way``, it is faster than the note that the message was sent.
        """
        report = read_report(mail, self._tags, envelope_to)
        if report is None or report.kind is None:
            return False
        sent = self._notices.message(report.message).notices
        if any(notice.state is State.GATHERED for notice in sent):
            raise BusyError(
                "notice.under_way", "the message is still on its way out", hint="report it again in a minute"
            )
        return self._notices.note(report.kind, report.message, report.code)
