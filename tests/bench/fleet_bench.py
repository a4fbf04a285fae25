"""How long a number is nobody's: its process is killed, or stops; and how soon work is spread anew.

Three workers as main.py runs them, 300 numbers with work. What is timed is Redis's own word on who has whom.
"""

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median

from services.embedded import Servers
from services.redis_link import redis
from tests.bench import stock
from tests.bench.figure import Figure
from tests.bench.ground import KEY, lasting_servers, pools

SENDERS = 300
ROUNDS = 5
KILLED_S, STOPPED_S = 10.0, 1.0
LOOK_S = 0.02
PATIENCE_S = 60.0

Worker = asyncio.subprocess.Process


async def measure() -> list[Figure]:
    killed, stopped, joined = list[float](), list[float](), list[float]()
    with lasting_servers() as (servers, folder):
        async with pools(servers.database_url, servers.redis_url), AsyncExitStack() as running:
            actor = await stock.open_workspace()
            senders = await stock.hire(actor, SENDERS)
            await stock.go(await stock.write(actor, senders, each=200, pace="safe"))
            workers = [await running.enter_async_context(_worker(servers, folder)) for _ in range(3)]
            await _until(lambda: _spread(workers))
            for how, times in ((signal.SIGKILL, killed), (signal.SIGTERM, stopped)) * ROUNDS:
                leaves = workers.pop(0)
                begun = time.monotonic()
                leaves.send_signal(how)
                await _until(lambda: _all_have(workers))
                times.append(time.monotonic() - begun)
                await leaves.wait()
                workers.append(await running.enter_async_context(_worker(servers, folder)))
                begun = time.monotonic()
                await _until(lambda: _spread(workers))
                joined.append(time.monotonic() - begun)
    return [
        _figure("killed: until others have all of its numbers, s", killed, KILLED_S),
        _figure("stopped: until others have all of its numbers, s", stopped, STOPPED_S),
        Figure("joined: until the numbers are spread evenly, s", median(joined), 0, 0, "-", True),
    ]


def _figure(name: str, times: list[float], aim: float) -> Figure:
    return Figure(name, median(times), 0, 0, f"under {aim:g}", median(times) < aim)


@asynccontextmanager
async def _worker(servers: Servers, folder: Path) -> AsyncIterator[Worker]:
    """main.py as one process of a fleet, ready."""
    told = {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "BROADCASTER_DATA": str(folder / "data"),
        "BROADCASTER_LOG": "error",
        "SECRET_KEY": KEY.decode(),
    }
    command = (sys.executable, "main.py", "--role", "worker")
    worker = await asyncio.create_subprocess_exec(
        *command, env=os.environ | told, stdout=asyncio.subprocess.PIPE
    )
    assert worker.stdout is not None
    await worker.stdout.readline()
    try:
        yield worker
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()


async def _owners() -> Counter[int]:
    """How many numbers each process has."""
    names = [name async for name in redis().scan_iter("lease:sender:*", count=1000)]
    owners = [owner.decode() for owner in await redis().mget(names) if isinstance(owner, bytes)]
    return Counter(int(owner.split(":")[1]) for owner in owners)


async def _all_have(workers: list[Worker]) -> bool:
    owners = await _owners()
    return sum(owners[worker.pid] for worker in workers) == SENDERS


async def _spread(workers: list[Worker]) -> bool:
    owners = await _owners()
    return all(owners[worker.pid] == SENDERS // len(workers) for worker in workers)


async def _until(happened: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await happened():
            await asyncio.sleep(LOOK_S)
