"""``POST /v1/incoming/bounces``: what mail servers report about our mail, from their pipe or from a mailbox."""

from typing import Any, Final

import msgspec

from bylaw.base.errors import InputError
from bylaw.book.incoming import BOUNCES
from bylaw.notices.mail.returning import Returns
from bylaw.web.exchange import Exchange
from bylaw.web.limits import MAX_BODY
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAIL: Final = "message/rfc822"


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """``noted``: it said something new of one of our messages."""

    noted: bool


async def post_bounce(exchange: Exchange, service: Service) -> None:
    """Note what a mail server reports."""
    service.rates.spend(exchange.caller, 1)
    if exchange.media != MAIL.encode():
        raise InputError("web.media", "the body is of no known media type", hint=MAIL)
    mail = await exchange.body(MAX_BODY)

    def work() -> bool:
        office = service.desk.office
        return Returns(office.records, office.vault).note(mail)

    noted = await service.gatherer.between(work)
    service.metrics.received(BOUNCES, "taken" if noted else "ignored")
    await exchange.answer(msgspec.json.encode(Reported(noted=noted)), status=200 if noted else 202)


ROUTES = (
    Route(
        method="POST",
        path=f"/v1/incoming/{BOUNCES}",
        name="bounce",
        summary="What a mail server reports about a notice",
        doc=(
            "A delivery status notification (RFC 3464), whole, as it came. Which notice it is about is told by our mark in "
            "its addresses or in what it returns. 202: it says nothing new of a message of ours, or is no report. 503: the "
            "message is still on its way out; report it again."
        ),
        tag="notices",
        permission="notice.report",
        takes={MAIL: Any},  # bytes, which OpenAPI 3.1 tells by saying nothing of them
        answers={JSON: Reported},
        statuses=(200, 202),
        problems=(404, 408, 413, 415),
        raw=post_bounce,
    ),
)
