"""A request that is sent again is done once."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bylaw.base.errors import BusyError, ConflictError, InputError
from bylaw.web.once import MAX_ANSWER, MAX_REMEMBERED, Once


class Work:
    """What is to be done, when it may; and how often it was."""

    def __init__(self, answer: bytes = b"done", error: Exception | None = None) -> None:
        self.count, self.may = 0, asyncio.Event()
        self.may.set()
        self._answer, self._error = answer, error

    async def __call__(self) -> bytes:
        self.count += 1
        await self.may.wait()
        if self._error:
            raise self._error
        return self._answer


def asked(work: Callable[[Once], Awaitable[None]]) -> None:
    async def run() -> None:
        await work(Once())

    asyncio.run(run())


def test_who_asks_again_with_the_same_key_gets_the_same_answer() -> None:
    async def story(once: Once) -> None:
        work = Work()
        for _ in range(3):
            assert await once.answer("ann", b"k", b"request", work) == b"done"
        assert work.count == 1
        assert await once.answer("bob", b"k", b"request", work) == b"done"  # keys are each caller's own
        assert await once.answer("ann", b"", b"request", work) == b"done"  # without one nothing is remembered
        assert work.count == 3
        with pytest.raises(InputError, match="another request"):
            await once.answer("ann", b"k", b"something else", work)

    asked(story)


def test_who_asks_meanwhile_waits_for_the_first() -> None:
    async def story(once: Once) -> None:
        work = Work()
        work.may.clear()
        tasks = [asyncio.create_task(once.answer("ann", b"k", b"r", work)) for _ in range(5)]
        await asyncio.sleep(0)
        work.may.set()
        assert await asyncio.gather(*tasks) == [b"done"] * 5
        assert work.count == 1

    asked(story)


def test_what_failed_is_not_remembered_and_who_waited_is_told_to_ask_again() -> None:
    async def story(once: Once) -> None:
        work = Work(error=BusyError("records.disk_full", "the disk is full"))
        work.may.clear()
        first, second = (asyncio.create_task(once.answer("ann", b"k", b"r", work)) for _ in range(2))
        await asyncio.sleep(0)
        work.may.set()
        with pytest.raises(BusyError):
            await first
        with pytest.raises(ConflictError, match="failed"):
            await second
        assert await once.answer("ann", b"k", b"r", Work(b"now")) == b"now"

    asked(story)


def test_what_is_remembered_is_bounded() -> None:
    async def story(once: Once) -> None:
        work = Work()
        for number in range(MAX_REMEMBERED + 1):
            await once.answer("ann", b"%d" % number, b"r", work)
        before = work.count
        await once.answer("ann", b"%d" % MAX_REMEMBERED, b"r", work)
        assert work.count == before
        await once.answer("ann", b"0", b"r", work)
        assert work.count == before + 1
        long = Work(b"x" * (MAX_ANSWER + 1))
        for _ in range(2):
            await once.answer("ann", b"long", b"r", long)
        assert long.count == 2

    asked(story)
