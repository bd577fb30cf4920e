"""What is sent to be decided, on its way to the decider and back: lines to events, answers to lines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from bylaw.base.errors import BylawError, InputError, Where
from bylaw.events.decode import CLOCK_SKEW, Codec, too_long
from bylaw.web.api.lines import Line
from bylaw.web.callers import Caller
from bylaw.web.gathering import Said, Waiting
from bylaw.web.problems import details_of
from bylaw.web.service import Service

_NOWHERE: Final = Where()
_ENCODE: Final = msgspec.json.Encoder().encode


class Here:
    """The decider of this process, for a caller who may hand events over."""

    def __init__(self, caller: Caller, service: Service) -> None:
        self._caller = caller
        self._service = service

    async def one(self, line: bytes, warned: str) -> bytes:
        """See ``Decides``."""
        service = self._service
        service.rates.spend(self._caller, 1)
        waiting = read(line, service.desk.codec, service.clock())
        (said,) = await service.gatherer.hand_over((waiting._replace(warned=warned) if warned else waiting,))
        if isinstance(said, BylawError):
            raise said
        return said

    async def several(self, lines: Sequence[Line]) -> bytes:
        """See ``Decides``."""
        service = self._service
        await service.rates.wait(self._caller, len(lines))
        codec, arrived = service.desk.codec, service.clock()
        read_lines = [_read_line(line, codec, arrived) for line in lines]
        events = [one for one in read_lines if isinstance(one, Waiting)]
        said = iter(await service.gatherer.hand_over(events) if events else ())
        every = (next(said) if isinstance(one, Waiting) else one for one in read_lines)
        return b"".join(_told_line(line.number, one) for line, one in zip(lines, every, strict=True))


def read(line: bytes, codec: Codec, arrived: datetime) -> Waiting:
    """Return an event that is to be decided.

    Raises:
        InputError: the line is none.
    """
    # Without an id of its own an event is named by its bytes: sent again, it is the same event.
    event = codec.decode(line, where=_NOWHERE, latest=arrived + CLOCK_SKEW)
    return Waiting(line, event, codec, arrived)


def _read_line(line: Line, codec: Codec, arrived: datetime) -> Waiting | BylawError:
    if line.content is None:
        return too_long(Where(line=line.number), codec.max_line)
    try:
        return read(line.content, codec, arrived)
    except InputError as error:
        return error


def _told_line(number: int, said: Said) -> bytes:
    if isinstance(said, BylawError):
        return b'{"line":%d,"problem":%b}\n' % (number, _ENCODE(details_of(said)))
    return b'{"line":%d,"answer":%b}\n' % (number, said)
