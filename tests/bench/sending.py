"""One round of sending in a process of its own, as a worker of the fleet would: told by JSON, tells JSON."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass

import uvloop

from models.db import raw
from services.embedded import Servers
from services.gateways.registry import Gateways
from services.sending.engine import Engine
from services.sending.hearing import Hearing
from services.sending.loop import look_for_rings_seldom
from tests.bench import floor, stock
from tests.bench.at_once import AtOnce
from tests.bench.ground import Cpu, Meter, meter, pools

PATIENCE_S = 60.0  # a bench tells that it hangs

OWNED = b"SELECT count(*) FROM sender WHERE id = ANY(%s) AND epoch > 0"


@dataclass(frozen=True, slots=True)
class Round:
    """What to send, how: "engine" or "floor"; until it is done, or for `for_s` seconds."""

    way: str
    campaigns: list[int]
    senders: list[int]
    takes_s: float = 0.0
    for_s: float | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What it took to record so many messages."""

    messages: int
    seconds: float
    cpu: Cpu

    @property
    def a_second(self) -> float:
        return self.messages / self.seconds

    @property
    def own_us(self) -> float:
        return self.cpu.own_s / self.messages * 1e6

    @property
    def all_us(self) -> float:
        return self.cpu.all_s / self.messages * 1e6


async def run(servers: Servers, what: Round) -> Cost:
    """Have a new process do it."""
    watch = meter(servers, 0)
    told = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.sending", str(watch.postgres_pid), str(watch.redis_pid)),
        env=os.environ | told,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await worker.communicate(json.dumps(asdict(what)).encode())
    if worker.returncode:
        raise RuntimeError("The process that sends broke.")
    messages, seconds, cpu = json.loads(said)
    return Cost(messages, seconds, Cpu(*cpu))


async def work(what: Round, watch: Meter) -> Cost:
    async with pools(os.environ["DATABASE_URL"], os.environ["REDIS_URL"]):
        if what.way == "floor":
            return await measured(what, watch, lambda: floor.send_all(what.campaigns, AtOnce()))
        engine = Engine(Gateways(AtOnce(what.takes_s)), Hearing())
        await engine.start()
        try:
            await all_owned(what.senders)
            return await measured(what, watch, lambda: engine_sends(what))
        finally:
            await engine.stop()


async def measured(what: Round, watch: Meter, sends: Callable[[], Awaitable[None]]) -> Cost:
    at_first = await stock.left(what.campaigns)
    before, begun = watch.read(), time.perf_counter()
    await sends()
    seconds, cost = time.perf_counter() - begun, watch.read() - before
    return Cost(at_first - await stock.left(what.campaigns), seconds, cost)


async def engine_sends(what: Round) -> None:
    await stock.go(what.campaigns)
    if what.for_s:
        await asyncio.sleep(what.for_s)
        return
    while await stock.left(what.campaigns):
        await asyncio.sleep(0.2)


async def all_owned(senders: Sequence[int]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with raw() as db:
                if await stock.number(db, OWNED, list(senders)) == len(senders):
                    break
            await asyncio.sleep(0.1)
    await asyncio.sleep(1.5)  # what follows an arrival is over


def main() -> None:
    what = Round(**json.loads(sys.stdin.read()))
    watch = Meter(os.getpid(), *map(int, sys.argv[1:]))
    look_for_rings_seldom()  # as main.py does
    cost = uvloop.run(work(what, watch))
    print(json.dumps([cost.messages, cost.seconds, list(asdict(cost.cpu).values())]))


if __name__ == "__main__":
    main()
