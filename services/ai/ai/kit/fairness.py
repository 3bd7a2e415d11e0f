"""Limits what each caller may use of costly routes, and cancels work whose client has left."""

import asyncio
import math
import sys
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, ClassVar, TypeVar, TypeVarTuple

from anyio import BrokenWorkerProcess, CapacityLimiter, to_process
from starlette.requests import Request

from ai.kit.auth import CurrentCaller
from ai.kit.errors import ApiError, ServiceUnavailable
from ongoza_ops.garbage import exclude_present_objects
from ongoza_ops.metrics import THROTTLED

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

SWITCH_SECONDS = 0.0005
"""How long a thread may run Python before the event loop gets its turn. Python's default is 0.005,
which a request would wait for several times."""
CHILD_SECONDS = 10.0
"""How long a request waits for the child."""
HANGING_SECONDS = 30.0
_REMEMBERED_CALLERS = 10_000
_one_child = CapacityLimiter(1)
_running: set[asyncio.Future[Any]] = set()
"""asyncio itself keeps only weak references to tasks."""


class TooManyRequests(ApiError):
    """429 with Retry-After."""

    status = 429
    code = "too_many_requests"
    detail = "You ask for more than your share of this; try again later."
    retry_after: ClassVar[int] = 1

    def __init__(self, retry_after: int | None = None) -> None:
        super().__init__(headers={"Retry-After": str(retry_after or self.retry_after)})


class ClientDisconnected(ApiError):
    """The answer has no reader any more; 499 is what nginx logs in this case."""

    status = 499
    code = "client_disconnected"
    detail = "The client closed the connection."


class Concurrency:
    """A dependency: at most `most` requests of each caller run at a time in this process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._running: dict[int, int] = {}

    async def __call__(self, caller: CurrentCaller) -> AsyncIterator[None]:
        """Raises TooManyRequests."""
        running = self._running.get(caller.user_id, 0)
        if running >= self._most:
            THROTTLED.labels("concurrency").inc()
            raise TooManyRequests
        self._running[caller.user_id] = running + 1
        try:
            yield
        finally:
            self._running[caller.user_id] -= 1
            if not self._running[caller.user_id]:
                del self._running[caller.user_id]


class Budget:
    """How much each caller may spend: `size` at once, refilled evenly within `seconds`."""

    def __init__(
        self, size: float, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._size, self._rate, self._clock = size, size / seconds, clock
        self._spent: dict[int, tuple[float, float]] = {}
        """By caller, what was spent at a time."""

    def spend(self, user_id: int, cost: float) -> None:
        """Raises TooManyRequests, with the seconds after which the budget suffices."""
        now = self._clock()
        before, at = self._spent.pop(user_id, (0.0, now))
        spent = max(0.0, before - (now - at) * self._rate)
        if spent + cost > self._size:
            self._spent[user_id] = spent, now
            THROTTLED.labels("budget").inc()
            raise TooManyRequests(math.ceil((spent + cost - self._size) / self._rate))
        self._spent[user_id] = spent + cost, now
        if len(self._spent) > _REMEMBERED_CALLERS:
            del self._spent[next(iter(self._spent))]  # who has spent nothing for longest

    def refund(self, user_id: int, cost: float) -> None:
        """For work that was refused."""
        spent, at = self._spent.get(user_id, (cost, self._clock()))
        self._spent[user_id] = spent - cost, at


class BodyBudget:
    """A dependency: each caller may send bodies of `size` bytes, refilled within a minute."""

    def __init__(self, size: int) -> None:
        self._budget = Budget(size, seconds=60)

    async def __call__(self, request: Request, caller: CurrentCaller) -> None:
        """Raises TooManyRequests."""
        self._budget.spend(caller.user_id, len(await request.body()))


def prefer_event_loop() -> None:
    """Lets the event loop interrupt other threads sooner, and shortens garbage collections, which
    stop it as well."""
    sys.setswitchinterval(SWITCH_SECONDS)
    exclude_present_objects()


async def run_in_child(work: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
    """The result of `work`, a function of a module, computed in a process beside this one.

    For what takes many milliseconds: in a thread it would hold Python's lock, for which the event
    loop then waits. One at a time; the child is started with the first work, and again after its
    death. Arguments, result and exceptions are pickled, so they should be small or plain. Raises
    ServiceUnavailable when the child dies or takes longer than CHILD_SECONDS.
    """
    # A task of its own: neither a client who leaves nor a slow start ends what others wait for.
    running = asyncio.ensure_future(_in_child(work, arguments))
    _running.add(running)
    running.add_done_callback(_forget)
    try:
        async with asyncio.timeout(CHILD_SECONDS):
            return await asyncio.shield(running)
    except (BrokenWorkerProcess, TimeoutError):
        raise ServiceUnavailable from None


async def _in_child(work: Callable[[*Arguments], T], arguments: tuple[*Arguments]) -> T:
    """Kills a child that hangs; anyio gives up a start after 20 seconds."""
    async with asyncio.timeout(HANGING_SECONDS):
        return await to_process.run_sync(
            _with_traceback, work, arguments, cancellable=True, limiter=_one_child
        )


def _with_traceback(work: Callable[[*Arguments], T], arguments: tuple[*Arguments]) -> T:
    """Runs in the child, whose tracebacks do not come with the exception."""
    try:
        return work(*arguments)
    except ApiError:
        raise
    except Exception as error:
        error.add_note(f"In the child process: {traceback.format_exc()}")
        raise


def _forget(running: asyncio.Future[Any]) -> None:
    _running.discard(running)
    if not running.cancelled():
        running.exception()  # of work that nobody waits for any more


async def while_connected(request: Request, work: Awaitable[T]) -> T:
    """The result of `work`, which is cancelled when the client closes the connection.

    For requests without a body, or whose body has been read. Raises ClientDisconnected.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnected
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
