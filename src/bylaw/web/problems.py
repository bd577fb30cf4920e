"""What went wrong, over HTTP (RFC 9457): the one place where statuses are decided.

An error's family says whose move it is next, and so its status; codes of HTTP's own matters have theirs. Clients match
on ``code``, which is stable. Nothing that somebody wrote is repeated.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import msgspec

from bylaw.base.errors import (
    BusyError,
    BylawError,
    ConflictError,
    InputError,
    IntegrityError,
    NotFoundError,
    Problem,
    Problems,
    RefusedError,
    UpstreamError,
)

MEDIA: Final = b"application/problem+json"
MAX_TOLD: Final = 100  # of many problems in one answer

FAMILIES: Final[Mapping[type[BylawError], HTTPStatus]] = {
    InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFoundError: HTTPStatus.NOT_FOUND,
    RefusedError: HTTPStatus.FORBIDDEN,
    ConflictError: HTTPStatus.CONFLICT,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    UpstreamError: HTTPStatus.SERVICE_UNAVAILABLE,
    IntegrityError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
CODES: Final[Mapping[str, HTTPStatus]] = {
    "event.not_json": HTTPStatus.BAD_REQUEST,
    "event.not_utf8": HTTPStatus.BAD_REQUEST,
    "event.truncated": HTTPStatus.BAD_REQUEST,
    "web.bad_request": HTTPStatus.BAD_REQUEST,
    "web.not_json": HTTPStatus.BAD_REQUEST,
    "web.idempotency_key": HTTPStatus.BAD_REQUEST,
    "web.who": HTTPStatus.UNAUTHORIZED,
    "key.refused": HTTPStatus.UNAUTHORIZED,
    "key.revoked": HTTPStatus.UNAUTHORIZED,
    "key.expired": HTTPStatus.UNAUTHORIZED,
    "staff.session": HTTPStatus.UNAUTHORIZED,
    "staff.wait": HTTPStatus.TOO_MANY_REQUESTS,
    "web.method": HTTPStatus.METHOD_NOT_ALLOWED,
    "web.slow": HTTPStatus.REQUEST_TIMEOUT,
    "web.too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "web.media": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "web.rate": HTTPStatus.TOO_MANY_REQUESTS,
    "web.head_too_large": HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "event.too_long": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "event.forgotten": HTTPStatus.GONE,
}
TITLES: Final[Mapping[int, str]] = {
    422: "Not as it must be",
    503: "Not now: send the same request again later",
    500: "Something here is broken: people have been told to look",
}


class Detail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to mend. ``place`` is a line, a field or a file of what was sent."""

    code: str
    message: str
    place: str = ""
    hint: str = ""


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An answer that is no success, as in RFC 9457.

    ``type`` names the problem, ``code`` is its last part. ``instance`` names the request, as the log does.
    ``problems`` are all, where there are several.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    place: str = ""
    hint: str = ""
    instance: str = ""
    problems: tuple[Detail, ...] = ()


class ToldError(BylawError):
    """What was told already, by the process that decides: it is passed on. ``headers`` go with it."""

    def __init__(self, details: ProblemDetails, headers: list[tuple[bytes, bytes]]) -> None:
        super().__init__(details.code, details.detail, hint=details.hint)
        self.details = details
        self.headers = headers


def status_of(error: BylawError) -> int:
    """Return the status that tells an error."""
    if isinstance(error, ToldError):
        return error.details.status
    by_code = CODES.get(error.code)
    if by_code is not None:
        return by_code
    return next(status for family, status in FAMILIES.items() if isinstance(error, family))


def details_of(error: BylawError, request: str = "") -> ProblemDetails:
    """Return what a client is told of an error. ``request``: the id of the request."""
    if isinstance(error, ToldError):
        return error.details
    problem, status = error.problem, status_of(error)
    several = error.problems[:MAX_TOLD] if isinstance(error, Problems) and len(error.problems) > 1 else ()
    return ProblemDetails(
        type=f"urn:bylaw:problem:{problem.code}",
        title=TITLES.get(status) or HTTPStatus(status).phrase,
        status=status,
        code=problem.code,
        detail=problem.message,
        place=str(problem.where),
        hint=problem.hint,
        instance=f"urn:bylaw:request:{request}" if request else "",
        problems=tuple(map(_detail, several)),
    )


def unforeseen() -> BylawError:
    """Return the error that stands for one that nobody foresaw; what it was is in the log."""
    return IntegrityError("web.internal", "something went wrong that nobody foresaw")


def _detail(problem: Problem) -> Detail:
    return Detail(code=problem.code, message=problem.message, place=str(problem.where), hint=problem.hint)
