"""Events are gathered while one batch is decided, bounded, in order; nobody is left without an answer."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import pytest

from bylaw.base.errors import BusyError, BylawError, UpstreamError
from bylaw.events.decode import Codec
from bylaw.events.vocabulary import PostCreated
from bylaw.web import gathering
from bylaw.web.gathering import MAX_BATCH, Gatherer, Said, Waiting

AT = datetime(2026, 3, 1, tzinfo=UTC)
CODEC = Codec()


def waiting(name: str, size: int = 1) -> Waiting:
    return Waiting(name.encode() * size, PostCreated(id=name, at=AT, text=""), CODEC, AT)


class Decider:
    """Says the id of each event; waits where it is told to, and fails where it is told to."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.go, self.asked = threading.Event(), threading.Event()
        self.fails: BylawError | None = None
        self.go.set()

    def __call__(self, events: Sequence[Waiting]) -> Sequence[Said]:
        self.asked.set()
        self.go.wait()
        self.batches.append([one.event.id for one in events])
        if self.fails:
            raise self.fails
        return [one.event.id.encode() for one in events]


def run(story: Callable[[Gatherer, Decider], Awaitable[None]]) -> Decider:
    decider = Decider()

    async def told() -> None:
        gatherer = Gatherer(decider)
        gatherer.start()
        try:
            await story(gatherer, decider)
        finally:
            decider.go.set()
            await gatherer.close()

    asyncio.run(told())
    return decider


async def busy(gatherer: Gatherer, decider: Decider) -> "asyncio.Future[Sequence[Said]]":
    """Let the decider be in the middle of a batch."""
    decider.go.clear()
    first = gatherer.hand_over([waiting("first")])
    await asyncio.to_thread(decider.asked.wait)
    return first


def test_who_comes_while_a_batch_is_decided_is_decided_together_and_told_apart() -> None:
    async def story(gatherer: Gatherer, decider: Decider) -> None:
        first = await busy(gatherer, decider)
        later = [gatherer.hand_over([waiting(f"a{n}"), waiting(f"b{n}")]) for n in range(3)]
        decider.go.set()
        assert await first == [b"first"]
        assert await asyncio.gather(*later) == [[b"a%d" % n, b"b%d" % n] for n in range(3)]

    assert run(story).batches == [["first"], ["a0", "b0", "a1", "b1", "a2", "b2"]]


def test_a_batch_is_bounded_and_a_parcel_is_never_torn() -> None:
    async def story(gatherer: Gatherer, decider: Decider) -> None:
        await busy(gatherer, decider)
        parcels = [gatherer.hand_over([waiting(f"{n}")] * (MAX_BATCH // 2 - 1)) for n in range(5)]
        decider.go.set()
        await asyncio.gather(*parcels)

    assert [len(batch) for batch in run(story).batches] == [1, 498, 498, 249]


def test_too_many_are_told_to_come_again_and_nobody_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MAX_WAITING", 10)
    monkeypatch.setattr(gathering, "MAX_WAITING_BYTES", 1_000)

    async def story(gatherer: Gatherer, decider: Decider) -> None:
        await busy(gatherer, decider)
        kept = [gatherer.hand_over([waiting(f"{n}")]) for n in range(10)]
        with pytest.raises(BusyError) as refused:
            gatherer.hand_over([waiting("late")])
        assert refused.value.code == "web.busy"
        decider.go.set()
        assert len(await asyncio.gather(*kept)) == 10
        await busy(gatherer, decider)
        kept = [gatherer.hand_over([waiting("x", size=900)])]
        with pytest.raises(BusyError):
            gatherer.hand_over([waiting("x", size=200)])
        decider.go.set()
        await asyncio.gather(*kept)

    run(story)


def test_when_nothing_can_be_recorded_all_are_told_and_nobody_is_let_in_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gathering, "REST_SECONDS", 0.01)

    async def story(gatherer: Gatherer, decider: Decider) -> None:
        first = await busy(gatherer, decider)
        later = gatherer.hand_over([waiting("later")])
        decider.fails = UpstreamError("records.disk_full", "the disk is full")
        decider.go.set()
        with pytest.raises(UpstreamError):
            await first
        assert gatherer.failing
        with pytest.raises(BusyError) as refused:
            gatherer.hand_over([waiting("too soon")])
        assert refused.value.code == "web.resting"
        with pytest.raises(UpstreamError):
            await later
        decider.fails = None
        assert await handed_over_again(gatherer) == [b"again"]

    run(story)


async def handed_over_again(gatherer: Gatherer) -> Sequence[Said]:
    while True:
        try:
            return await gatherer.hand_over([waiting("again")])
        except BusyError:
            await asyncio.sleep(0)


def test_who_has_gone_does_not_stop_the_others() -> None:
    async def story(gatherer: Gatherer, decider: Decider) -> None:
        first = await busy(gatherer, decider)
        gone, stays = gatherer.hand_over([waiting("gone")]), gatherer.hand_over([waiting("stays")])
        gone.cancel()
        decider.go.set()
        assert (await first, await stays) == ([b"first"], [b"stays"])

    run(story)


def test_closing_decides_whoever_waits_and_lets_nobody_in() -> None:
    async def story(gatherer: Gatherer, decider: Decider) -> None:
        await busy(gatherer, decider)
        last = gatherer.hand_over([waiting("last")])
        closing = asyncio.ensure_future(gatherer.close())
        await asyncio.sleep(0)
        with pytest.raises(BusyError) as refused:
            gatherer.hand_over([waiting("late")])
        assert refused.value.code == "web.stopping"
        decider.go.set()
        await closing
        assert await last == [b"last"]

    run(story)


def test_work_between_batches_is_done_in_their_thread() -> None:
    async def story(gatherer: Gatherer, decider: Decider) -> None:
        first = await busy(gatherer, decider)
        names = asyncio.ensure_future(gatherer.between(lambda: threading.current_thread().name))
        after = gatherer.hand_over([waiting("after")])
        decider.go.set()
        assert (await names).startswith("decider")
        await asyncio.gather(first, after)

    run(story)
