"""Accounts as the service names them: found without making anybody known."""

from bylaw.base.errors import NotFoundError
from bylaw.records.people import PEOPLE, subject_of
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


def named(service: Service, alias: str) -> str | None:
    """Return the id that the service gave an account; nothing, if it is nobody's or was forgotten."""
    if not alias:
        return None
    space, account = service.reading.vault.external(subject_of(alias)) or ("", "")
    return account if space == PEOPLE else None
