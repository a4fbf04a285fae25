"""What stands between neonize 0.5.2 and us: threads of its own, and no call while a session starts or stops.

neonize sends every call to asyncio's shared threads, one of which each session keeps for ever; and it keeps
its sessions in maps of Go that nothing guards, so that a call during another session's start or stop can end
the whole process ("concurrent map read and map write"). So each session gets a daemon thread, the calls a
pool of their own, and a gate closes for them while somebody starts or stops.
"""

import asyncio
import functools
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.gateways.linked.porter import Porter

SETTLE_S = 0.02  # for calls already inside to get past their look-up in Go's map
WORKERS = 64  # one send, one question and one stop for each of twenty sessions


class Gate:
    """One per process: open for calls, closed while somebody starts or stops."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="whatsapp-call")
        self._open = asyncio.Event()
        self._open.set()
        self._changing = asyncio.Lock()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Around whatever changes Go's maps: nobody else starts, stops or calls meanwhile."""
        async with self._changing:
            self._open.clear()
            try:
                await asyncio.sleep(SETTLE_S)
                yield
            finally:
                self._open.set()

    def let_calls_in(self) -> None:
        """Inside `alone`: the maps are changed; what still runs may not meet another start or stop."""
        self._open.set()

    async def entered(self) -> None:
        await self._open.wait()


class Calls:
    """Takes the place of neonize's own forwarder of calls in one client, before it connects.

    `porter` stands where the library calls back; a pairing has none.
    """

    def __init__(self, gate: Gate, library: Any, porter: "Porter | None" = None) -> None:
        self._gate = gate
        self._library = library
        self._porter = porter
        self._words: tuple[Any, ...] = ()  # the library keeps pointers to them

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        call = getattr(self._library, name)
        if name == "Neonize":
            return functools.partial(self._begin, call)
        if name == "Stop":  # the caller is alone
            return functools.partial(self._in_pool, call)
        return functools.partial(self._gated, call)

    async def _begin(self, call: Callable[..., Any], *words: Any) -> Any:
        self._words = self._porter.instead(words) if self._porter else words
        return await _in_own_thread(call, *self._words)

    async def _in_pool(self, call: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._gate.pool, call, *args)

    async def _gated(self, call: Callable[..., Any], *args: Any) -> Any:
        await self._gate.entered()
        return await self._in_pool(call, *args)


async def _in_own_thread(call: Callable[..., Any], *args: Any) -> Any:
    """A call that returns when its session ends. A daemon's thread keeps no process alive."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()

    def set_once(set_it: Callable[[Any], None], what: Any) -> None:
        if not done.done():
            set_it(what)

    def tell(set_it: Callable[[Any], None], what: Any) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(set_once, set_it, what)

    def run() -> None:
        try:
            value = call(*args)
        except BaseException as e:  # noqa: BLE001 - whoever awaits it shall have it
            tell(done.set_exception, e)
        else:
            tell(done.set_result, value)

    threading.Thread(target=run, daemon=True, name="whatsapp-session").start()
    return await done
