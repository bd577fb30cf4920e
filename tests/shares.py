"""Work for processes of their own: they import it by name."""

import os
import signal
from collections.abc import Iterator

from bylaw.base.errors import InputError


def sizes(number: int, load: bytes) -> Iterator[tuple[int, int]]:
    """Say how much was received, and that this is all."""
    yield number, len(load)
    yield number, -1


def refuses(number: int) -> Iterator[int]:
    """Refuse the second share."""
    if number == 2:
        raise InputError("share.refused", "the second share is refused")
    yield number


def dies(_load: object) -> Iterator[int]:
    """End without a word."""
    os.kill(os.getpid(), signal.SIGKILL)
    yield 0


class Fatal:
    """What ends the process that unpacks it."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (1,)


def endless(number: int) -> Iterator[int]:
    """Never come to an end."""
    while True:
        yield number


def counted(number: int) -> Iterator[int | str]:
    """Count, and say what it came to."""
    for _ in range(number):
        yield 1
    yield f"counted to {number}"
