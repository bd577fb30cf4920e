r"""Access logs of Apache and nginx: common, combined, and combined with the host in front.

``host:port ip identity user [time] "request" status bytes "referrer" "user agent"``; the first and the last
two may be missing, and what a server was told to write after them is ignored. Inside quotes both servers
escape quotes, backslashes and what is not printable (``\"``, ``\\``, ``\xhh``, ``\n``).
Source: Apache's ``mod_log_config`` and nginx's ``ngx_http_log_module``.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final, NoReturn

import re2
from msgspec import UNSET, UnsetType

from bylaw.base.errors import InputError, Where
from bylaw.base.ids import derived_id
from bylaw.events.decode import Codec
from bylaw.events.event import Event
from bylaw.events.sources.lines import opened, read_lines
from bylaw.events.sources.source import Reject, Source, rejected
from bylaw.events.vocabulary import RequestServed

MAX_BYTES = 10**15  # a size beyond a petabyte is no size

_MONTHS: Final = {
    name: number
    for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1)
}
_ESCAPE: Final = re2.compile(rb"(?s)\\(?:x([0-9A-Fa-f]{2})|(.))")
_CONTROLS: Final = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"v": b"\v", b"f": b"\f"}
_HOST_AND_PORT: Final = re2.compile(r"[\w.-]+:\d{1,5}")


def read_access_log(source: Source, codec: Codec) -> Iterator[Event | Reject]:
    """Yield a ``request.served`` for each line."""
    name, latest = source.name, source.latest
    with opened(source) as stream:
        for number, offset, data in read_lines(source, stream, codec.max_line):
            if isinstance(data, Reject):
                yield data
            elif not data.isspace():
                where = Where(name, number)
                try:
                    event = codec.check(request_served(data.strip(), where), where=where, latest=latest)
                except InputError as error:
                    yield rejected(error, data, offset)
                else:
                    yield event


def request_served(line: bytes, where: Where) -> RequestServed:
    """Return the event that a line of an access log says.

    Its id is derived from the line's bytes and number, so that two equal lines are two requests.

    Raises:
        InputError: it is no such line, or cut off (``access_log.…``).
    """
    # Escaped quotes and backslashes in another spelling: every quote left then is a field's end.
    text = line.decode("utf-8", "replace")
    if "\\" in text:
        text = text.replace("\\\\", "\\x5c").replace('\\"', "\\x22")
    head, *quoted = text.split('"')
    if len(quoted) % 2 or len(quoted) < 2:
        _refuse(
            "access_log.quotes",
            "the quotes do not pair up",
            "the line is cut off, or of another format",
            where,
        )
    client, _, time = head.rstrip().rpartition("[")
    host, ip, user = _client(client.split(), where)
    method, path, query, protocol, request = _request(quoted[0])
    status, size = _numbers(quoted[1].split(), where)
    return RequestServed(
        id=derived_id("evt", text, str(where.line)),
        at=_time(time) or _refuse("access_log.time", "the time is not as in an access log", "`[17/May/2015:10:05:03 +0000]`", where),
        ip=ip,
        host=host,
        username=user,
        method=method,
        path=path,
        query=query,
        protocol=protocol,
        request=request,
        status=status,
        bytes=size,
        referrer=_plain(quoted[2]) if len(quoted) >= 4 else UNSET,
        user_agent=_plain(quoted[4]) if len(quoted) >= 6 else UNSET,
    )  # fmt: skip


def _client(words: list[str], where: Where) -> tuple[str | UnsetType, str | UnsetType, str | UnsetType]:
    """Return host, address and user; a user's name may hold spaces."""
    host: str | UnsetType = UNSET
    if len(words) >= 4 and _HOST_AND_PORT.fullmatch(words[0]):
        host = words.pop(0).rpartition(":")[0].lower()
    if len(words) < 3:
        _refuse(
            "access_log.fields", "address, identity and user are not there", "is it an access log?", where
        )
    return host, _plain(words[0]), _plain(" ".join(words[2:]))


def _request(
    line: str,
) -> tuple[str | UnsetType, str | UnsetType, str | UnsetType, str | UnsetType, str | UnsetType]:
    """Return method, path, query, protocol; or, last, the whole line where it is not HTTP."""
    method, _, rest = line.partition(" ")
    target, _, protocol = rest.rpartition(" ")
    if not protocol.startswith("HTTP/"):
        target, protocol = rest, ""
    if not (method.isascii() and method.isalpha() and target):
        return UNSET, UNSET, UNSET, UNSET, _plain(line)
    path, mark, query = target.partition("?")
    return method, _plain(path), _unescaped(query) if mark else UNSET, protocol or UNSET, UNSET


def _numbers(words: list[str], where: Where) -> tuple[int | UnsetType, int | UnsetType]:
    """Return status and size; a dash is a size of nothing, or a status never given."""
    numbers: list[int | UnsetType] = []
    for word in words[:2]:
        if word == "-":
            numbers.append(UNSET)
        elif word.isascii() and word.isdigit() and len(word) <= 15:
            numbers.append(int(word))
    if len(numbers) != 2:
        _refuse("access_log.fields", "status and size are not there", "is it an access log?", where)
    return numbers[0], numbers[1]


def _plain(field: str) -> str | UnsetType:
    return UNSET if field in {"-", ""} else _unescaped(field)


def _unescaped(field: str) -> str:
    if "\\" not in field:
        return field
    data: bytes = _ESCAPE.sub(_unescape, field.encode())
    return data.decode("utf-8", "replace")


def _unescape(match: "re2._Match[bytes]") -> bytes:
    if match.group(1):
        return bytes.fromhex(match.group(1).decode())
    character: bytes = match.group(2)
    return _CONTROLS.get(character, b"\\" + character)


@lru_cache(maxsize=1024)  # COST: the lines of one second share their time
def _time(text: str) -> datetime | None:
    """Return the time ``17/May/2015:10:05:03 +0000]`` says, in UTC."""
    if len(text) != 27 or not text.endswith("]"):
        return None
    try:
        offset = timedelta(hours=int(text[22:24]), minutes=int(text[24:26]))
        zone = UTC if not offset else timezone(-offset if text[21] == "-" else offset)
        day, month, year = int(text[:2]), _MONTHS[text[3:6]], int(text[7:11])
        hour, minute, second = int(text[12:14]), int(text[15:17]), min(int(text[18:20]), 59)
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, KeyError, OverflowError):
        return None


def _refuse(code: str, message: str, hint: str, where: Where) -> NoReturn:
    raise InputError(code, message, where=where, hint=hint)
