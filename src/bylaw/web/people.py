"""Accounts as the service names them: found without making anybody known."""

from bylaw.base.errors import NotFoundError
from bylaw.records.people import PEOPLE
from bylaw.web.service import Service


def known(service: Service, account: str) -> bytes | None:
    """Return the subject of an account; nothing, if nothing was ever recorded of it."""
    return service.reading.vault.known(PEOPLE, account)


def demand_known(service: Service, account: str) -> bytes:
    """Return the subject of an account; for those who may learn that there is none.

    Raises:
        NotFoundError: ``account.unknown``.
    """
    subject = known(service, account)
    if subject is None:
        raise NotFoundError("account.unknown", "nothing is recorded of this account")
    return subject
