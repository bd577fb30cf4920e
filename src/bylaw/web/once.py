"""What was answered to requests that may be sent again: ``Idempotency-Key``.

SOURCE: draft-ietf-httpapi-idempotency-key-header. In memory only and bounded: after a restart a request that is sent
again is done again, where what it does stands in the record and is refused or said to stand already. What failed is not
remembered: it changed nothing.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Final, NamedTuple

from bylaw.base.errors import ConflictError, InputError

HEADER: Final = b"idempotency-key"
MAX_KEY: Final = 255  # bytes
MAX_REMEMBERED: Final = 1_000  # answers for one caller; the oldest is forgotten
MAX_CALLERS: Final = 100  # the one that has been silent longest is forgotten
MAX_ANSWER: Final = 4 << 10  # bytes; what was answered at more length is done again, which finds it done


class _Said(NamedTuple):
    request: bytes  # a digest of what was asked
    answer: asyncio.Future[bytes]


class Once:
    """Answers by caller and key. On the loop only."""

    def __init__(self) -> None:
        self._callers: OrderedDict[str, OrderedDict[bytes, _Said]] = OrderedDict()

    async def answer(
        self, caller: str, key: bytes, request: bytes, work: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        """Return what was answered to this key before, or do the work and remember what it answers.

        Who asks while the first is under way waits for its answer.

        Raises:
            InputError: ``web.idempotency_key``, it is too long; ``web.key_reused``, it was sent with something else.
            ConflictError: ``web.not_done``, the first failed while this one waited for it.
        """
        if not key:
            return await work()
        if len(key) > MAX_KEY:
            raise InputError("web.idempotency_key", f"an Idempotency-Key has at most {MAX_KEY} bytes")
        known, digest = self._of(caller), sha256(request).digest()
        said = known.get(key)
        if said is None:
            return await self._first(known, key, digest, work)
        if said.request != digest:
            hint = "each thing that is asked for has a key of its own"
            raise InputError(
                "web.key_reused", "this Idempotency-Key was sent with another request", hint=hint
            )
        try:
            return await asyncio.shield(said.answer)
        except asyncio.CancelledError:
            if not said.answer.cancelled():
                raise
            hint = "send it again"
            raise ConflictError(
                "web.not_done", "the same request was under way, and failed", hint=hint
            ) from None

    async def _first(
        self,
        known: OrderedDict[bytes, _Said],
        key: bytes,
        digest: bytes,
        work: Callable[[], Awaitable[bytes]],
    ) -> bytes:
        said = known[key] = _Said(digest, asyncio.get_running_loop().create_future())
        try:
            answer = await work()
        except BaseException:
            said.answer.cancel()
            known.pop(key, None)
            raise
        said.answer.set_result(answer)
        if len(answer) > MAX_ANSWER:
            known.pop(key, None)
        while len(known) > MAX_REMEMBERED:
            known.popitem(last=False)
        return answer

    def _of(self, caller: str) -> OrderedDict[bytes, _Said]:
        known = self._callers.setdefault(caller, OrderedDict())
        self._callers.move_to_end(caller)
        while len(self._callers) > MAX_CALLERS:
            self._callers.popitem(last=False)
        return known
